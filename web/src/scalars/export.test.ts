import { expect, test } from "vitest";
import { fileName } from "../lib/files";
import { seriesOf } from "./columns";
import { runsInWords } from "./export";

test("files of the same tag of other runs have other names", () => {
  const of = (...runs: string[]) => runs.map((run) => ({ run, tag: "loss", series: seriesOf([]) }));
  const names = [of("a/x"), of("a/y"), of("a/x", "a/y", "a/x"), of()].map((all) => fileName(["loss", runsInWords(all)], "csv"));
  expect(names).toEqual(["loss.a_x.csv", "loss.a_y.csv", "loss.2_runs.csv", "loss.csv"]);
});

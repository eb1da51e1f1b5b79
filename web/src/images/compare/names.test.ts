import { expect, test } from "vitest";
import { namesOf } from "./names";

test("pictures of one title are told apart by their runs", () => {
  const all = [["input", "max"], ["output", "max"], ["output", "avg"]].map(([title = "", run = ""]) => ({ card: `${run}/${title}`, title, run }));
  expect([...namesOf(all).values()]).toEqual(["input", "output of max", "output of avg"]);
  expect([...namesOf(all.slice(0, 2)).values()]).toEqual(["input", "output"]);
});

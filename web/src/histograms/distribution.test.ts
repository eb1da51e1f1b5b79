import { expect, test } from "vitest";
import { distributionOf } from "./distribution";

test("a distribution is the percentiles of each step", () => {
  const buckets = [[0, 10, 100]] as const;
  const { curves, bands } = distributionOf([{ step: 3, wallTime: 0, buckets, partly: false }, { step: 5, wallTime: 1, buckets, partly: false }], "step", "#000");
  expect(curves.map(({ name, line }) => [name, Math.round(line.y[0] ?? NaN)])).toEqual([
    ["minimum", 0], ["7 %", 1], ["16 %", 2], ["31 %", 3], ["median", 5], ["69 %", 7], ["84 %", 8], ["93 %", 9], ["maximum", 10],
  ]);
  expect([...curves[0]?.line.x ?? []]).toEqual([3, 5]);
  expect(bands).toHaveLength(4);
});

test("lengths of time are told apart along a distribution as along a chart of scalars", () => {
  const { x } = distributionOf([], "relative", "#000");
  expect([x.kind, x.format(0.002, 0.009)]).toEqual(["duration", "0.0020 s"]);
});

import { expect, test } from "vitest";
import { timeMarks, valueMarks } from "./marks";
import { ridgesOf } from "./ridges";

const FRAME = { width: 400, height: 200, ridgeShare: 0.4 };
const of = (steps: number[]) => {
  const drawn = ridgesOf(steps.map((step) => ({ step, wallTime: step, buckets: [[-2, 2, 1]] as const, partly: false })), { mode: "offset", axis: "step" }, FRAME);
  if (!drawn) throw new Error("nothing is drawn");
  return drawn;
};

test("round values lie along the domain", () => {
  expect(valueMarks(of([0]), 4)).toEqual(["−2", "−1", "0", "1", "2"].map((label, n) => ({ at: n / 4, label })));
});

test("steps lie beside their base lines, and are whole", () => {
  const marks = timeMarks(of([0, 50, 100]), "step", FRAME.height, 2);
  expect(marks.map(({ label }) => label)).toEqual(["0", "50", "100"]);
  // The highest ridge takes the first two fifths.
  expect(marks.map(({ at }) => Number(at.toFixed(3)))).toEqual([0.4, 0.7, 1]);
  expect(timeMarks(of([0, 1]), "step", FRAME.height).map(({ label }) => label)).toEqual(["0", "1"]);
  expect(timeMarks(of([0, 100]), "wall", FRAME.height, 2).every(({ label }) => /^\d\d:\d\d:\d\d$/.test(label))).toBe(true);
  expect(timeMarks(of([7]), "step", FRAME.height)).toEqual([{ at: 1, label: "7" }]);
});

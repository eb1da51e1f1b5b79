import { expect, test } from "vitest";
import { partOf, valueAt } from "./model";
import { marksOf, momentLabels } from "./ticks";

test("a logarithmic axis has marks, however many or few powers of ten it shows", () => {
  expect(marksOf({ min: 1e-30, max: 1e30 }, true, 6).map((value) => Math.round(Math.log10(value)))).toEqual([-30, -19, -8, 3, 14, 25]);
  expect(marksOf({ min: 0.089, max: 0.112 }, true, 5)).toEqual([0.09, 0.095, 0.1, 0.105, 0.11]);
});

test("a part of a range and its value belong together", () => {
  expect(partOf({ min: 0, max: 8 }, false, 2)).toBe(0.25);
  expect(valueAt({ min: 0, max: 8 }, false, 0.25)).toBe(2);
  expect(partOf({ min: 1, max: 1e4 }, true, 10)).toBeCloseTo(0.25);
  expect(valueAt({ min: 1, max: 1e4 }, true, 0.25)).toBeCloseTo(10);
});

test("moments are of 24 hours, and the day stands below where it changes", () => {
  const at = (day: number, hour: number, second = 0) => new Date(2026, 10, day, hour, 6, second).getTime() / 1000;
  expect(momentLabels([at(28, 11), at(28, 23), at(29, 1)], 3600)).toEqual(["11:06\n2026-11-28", "23:06", "01:06\n2026-11-29"]);
  expect(momentLabels([at(28, 11), at(28, 12)], 3600, at(28, 11, 1))).toEqual(["", "12:06\n2026-11-28"]);
  expect(momentLabels([at(28, 11, 37)], 10)).toEqual(["11:06:37\n2026-11-28"]);
  expect(momentLabels([at(28, 11, 37) + 0.5, at(28, 11, 38)], 0.5)).toEqual(["11:06:37.500\n2026-11-28", "11:06:38.000"]);
  expect(momentLabels([at(28, 0), at(29, 0)], 86_400)).toEqual(["2026-11-28", "2026-11-29"]);
});

import { expect, test } from "vitest";
import { placeOf, repeats, target } from "./steps";

const forward = { steps: [0, 10, 20], marks: null };
const again = { steps: [5, 0, 5, 5, 2], marks: [0, 2, 1, 1, 2] };

test("a step is found, or the one before it, or the first", () => {
  expect([-3, 0, 9, 10, 15, 99].map((step) => placeOf(forward, step))).toEqual([0, 0, 0, 1, 1, 2]);
  expect(placeOf(forward, null)).toBe(2);
  expect(placeOf({ steps: [], marks: null }, 3)).toBe(-1);
});

test("where steps go back, the last value of a step is found", () => {
  expect([-1, 0, 1, 2, 4, 5, 9].map((step) => placeOf(again, step))).toEqual([1, 1, 1, 4, 4, 3, 3]);
  expect([repeats(again, 0), repeats(again, 1), repeats(forward, 1)]).toEqual([true, false, false]);
});

test("a hundred thousand steps are searched at once", () => {
  const steps = Array.from({ length: 100_000 }, (_, n) => 3 * n);
  expect(placeOf({ steps, marks: null }, 200_001)).toBe(66_667);
});

test("keys move by one, by a tenth, and to the ends, and stop there", () => {
  const keys = ["ArrowLeft", "ArrowRight", "PageDown", "PageUp", "Home", "End", "x"];
  expect(keys.map((key) => target(key, 50, 100))).toEqual([49, 51, 40, 60, 0, 99, null]);
  expect([target("ArrowLeft", 0, 3), target("PageUp", 2, 3)]).toEqual([0, 2]);
});

import { expect, test } from "vitest";
import { shiftInto } from "./popover";

test("a panel moves no further than it has to", () => {
  const seen = { left: 100, right: 500 };
  expect(shiftInto({ left: 120, right: 400 }, seen)).toBe(0);
  expect(shiftInto({ left: 300, right: 600 }, seen)).toBe(-108);
  expect(shiftInto({ left: 90, right: 300 }, seen)).toBe(18);
  expect(shiftInto({ left: 120, right: 900 }, seen)).toBe(-12);
});

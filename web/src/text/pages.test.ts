import { expect, test } from "vitest";
import { earlier, later, pageOf } from "./pages";

test("the last texts follow the log, those of somebody who reads stay", () => {
  expect(pageOf(30, null)).toEqual({ from: 0, end: 30 });
  expect(pageOf(130, null)).toEqual({ from: 80, end: 130 });
  expect(pageOf(140, null)).toEqual({ from: 90, end: 140 });
  expect(pageOf(140, 130)).toEqual({ from: 80, end: 130 });
  // A run that was begun anew has fewer.
  expect(pageOf(7, 130)).toEqual({ from: 0, end: 7 });
});

test("pages lead to the first text and back to the last, and miss none", () => {
  const total = 130;
  const back = [pageOf(total, null)];
  for (let page = pageOf(total, null); page.from > 0;) back.push(page = pageOf(total, earlier(page)));
  expect(back).toEqual([{ from: 80, end: 130 }, { from: 30, end: 80 }, { from: 0, end: 50 }]);
  expect(later({ from: 0, end: 50 }, total)).toBe(100);
  expect(later({ from: 50, end: 100 }, total)).toBe(null);
});

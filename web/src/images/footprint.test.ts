import { expect, test } from "vitest";
import { around, footprint } from "./footprint";

const square = (side: number, made?: string) => ({ width: side, height: side, made });
const box = (x: number, y: number, width: number, height = width) => ({ x, y, width, height });
const layer = (options: string) => `MaxPool2d(${options}, ceil_mode=False)`;

test("a pixel of the output has its window in the input, and helps to make what has it in its windows", () => {
  const stem = square(4, layer("kernel_size=3, stride=2, padding=1, dilation=1"));
  // Windows −1 … 1, 1 … 3, 3 … 5, 5 … 7: what lies in the padding is no pixel.
  expect(footprint(stem, square(8), { x: 0, y: 1 })).toEqual([box(0, 1, 2, 3)]);
  expect(footprint(stem, square(8), { x: 3, y: 3 })).toEqual([box(5, 5, 3)]);
  // Pixel 3 lies in two windows, pixel 2 in one.
  expect(footprint(square(8), stem, { x: 3, y: 2 })).toEqual([box(1, 1, 2, 1)]);
  expect(footprint(square(8), stem, { x: 2, y: 2 })).toEqual([]);
});

test("windows that the sizes speak for are found too, the last of which may stick out", () => {
  expect(footprint(square(11), square(32), { x: 10, y: 2 })).toEqual([box(30, 6, 2, 3)]);
  expect(footprint(square(32), square(11), { x: 10, y: 2 })).toEqual([]);
  // Sizes that are no whole multiple, pixel beside pixel, and equal sizes.
  expect(footprint(square(90), square(256), { x: 3, y: 3 })).toEqual([]);
  expect(footprint(square(30), square(32), { x: 3, y: 3 })).toEqual([]);
  expect(footprint(square(32), square(32), { x: 3, y: 3 })).toEqual([]);
});

test("a window with gaps is its pixels, and no others", () => {
  const apart = square(9, layer("kernel_size=3, stride=1, padding=0, dilation=2"));
  const windows = footprint(apart, square(13), { x: 4, y: 0 });
  expect(windows).toHaveLength(9);
  expect(windows.slice(0, 3)).toEqual([box(4, 0, 1), box(6, 0, 1), box(8, 0, 1)]);
  expect(around(windows)).toEqual(box(4, 0, 5));
  // Pixel 5 is the first of window 5, the second of 3, the third of 1.
  expect(footprint(square(13), apart, { x: 5, y: 0 })).toEqual([box(1, 0, 1), box(3, 0, 1), box(5, 0, 1)]);
});

test("in a grid a window ends with its image", () => {
  const grid = square(8 * 11, layer("kernel_size=3, stride=3, padding=1, dilation=1"));
  expect(footprint(grid, square(8 * 31), { x: 10, y: 11 })).toEqual([box(29, 31, 2)]);
  const overlapping = square(8 * 15, layer("kernel_size=3, stride=2, padding=0, dilation=1"));
  expect(footprint(square(8 * 31), overlapping, { x: 29, y: 33 })).toEqual([box(14, 15, 1, 2)]);
  expect(footprint(square(8 * 31), overlapping, { x: 28, y: 33 })).toEqual([box(13, 15, 2)]);
});

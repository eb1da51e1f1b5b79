import { expect, test } from "vitest";
import { isMaximum, largestOf } from "./maximum";

const pixels = (width: number, ...values: [number, number, number][]) =>
  ({ width, height: values.length / width, data: Uint8ClampedArray.from(values.flatMap((value) => [...value, 255])) });
const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

test("a maximum is taken of each channel where it is largest first", () => {
  const input = pixels(3, [1, 9, 3], [5, 2, 3], [99, 99, 99], [5, 9, 0], [4, 4, 4], [99, 99, 99]);
  const window = [box(0, 0, 2, 2)];
  expect(largestOf(input, window, pixels(1, [5, 9, 4]), { x: 0, y: 0 })).toEqual([
    { x: 1, y: 0, channels: [0] }, { x: 0, y: 0, channels: [1] }, { x: 1, y: 1, channels: [2] },
  ]);
  // A window with gaps.
  expect(largestOf(input, [box(0, 0, 1, 1), box(2, 0, 1, 1)], pixels(1, [99, 99, 99]), { x: 0, y: 0 })).toEqual([{ x: 2, y: 0, channels: [0, 1, 2] }]);
  // No maximum of this window, and no window.
  expect(largestOf(input, window, pixels(1, [5, 9, 3]), { x: 0, y: 0 })).toEqual([]);
  expect(largestOf(input, [], pixels(1, [5, 9, 4]), { x: 0, y: 0 })).toEqual([]);
});

test("only layers that take a maximum have one", () => {
  expect([isMaximum("`MaxPool2d(kernel_size=2)` of x"), isMaximum("AvgPool2d(kernel_size=2)"), isMaximum(undefined)]).toEqual([true, false, false]);
});

import { expect, test } from "vitest";
import { adjust, curve, cut, difference, valuesAt } from "./pixels";

const plain = { brightness: 1, contrast: 1, channel: "all" as const };
const pixels = (...values: number[]) => Uint8ClampedArray.from(values);

test("brightness and contrast are CSS's", () => {
  expect([...curve(plain)]).toEqual(Array.from({ length: 256 }, (_, i) => i));
  expect(curve({ ...plain, brightness: 2 })[100]).toBe(200);
  expect(curve({ ...plain, contrast: 0 })[3]).toBe(128);
  expect(curve({ ...plain, contrast: 3 })[0]).toBe(0);
});

test("a single channel is grey and opaque", () => {
  const picture = pixels(10, 20, 30, 0);
  adjust(picture, { ...plain, channel: "g" });
  expect([...picture]).toEqual([20, 20, 20, 255]);
  const alpha = pixels(10, 20, 30, 7);
  adjust(alpha, { ...plain, channel: "a" });
  expect([...alpha]).toEqual([7, 7, 7, 255]);
});

test("a difference has the size of the larger picture", () => {
  const large = { width: 2, height: 1, data: pixels(10, 0, 0, 255, 200, 0, 0, 255) };
  const small = { width: 1, height: 1, data: pixels(50, 0, 0, 255) };
  expect(difference(large, small, 1)).toEqual(
    { width: 2, height: 1, data: pixels(40, 0, 0, 255, 150, 0, 0, 255), most: 150, mean: 190 / 6 });
  expect(difference(small, large, 1)).toEqual(difference(large, small, 1));
  expect(difference(large, small, 4).data[0]).toBe(160);
});

test("a part is cut out whole", () => {
  const picture = { width: 2, height: 2, data: pixels(...Array.from({ length: 16 }, (_, i) => i)) };
  expect([...cut(picture, { x: 1, y: 1, width: 1, height: 1 }).data]).toEqual([12, 13, 14, 15]);
  expect(valuesAt(picture, 1, 0)).toEqual([4, 5, 6, 7]);
});

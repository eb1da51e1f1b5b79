import { expect, test } from "vitest";
import { adjust, curve, cut, difference, inkOn, isOpaque, linesOf, valuesAt } from "./pixels";

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

test("a difference compares a pooled picture with its windows, and leaves out what no window has", () => {
  const row = (...reds: number[]) => ({ width: reds.length, height: 1, data: pixels(...reds.flatMap((red) => [red, 0, 0, 255])) });
  // Windows of three: the last one sticks out, and then the last pixel belongs to none.
  expect(difference(row(1, 2, 3, 4, 5), row(3, 5), 1)).toMatchObject({ mean: (2 + 1 + 1) / 15, most: 2 });
  const left = difference(row(1, 2, 3, 4, 5, 6, 7, 8, 9, 90), row(3, 6, 9), 1);
  expect(left).toMatchObject({ mean: 9 / 27, most: 2 });
  expect(left.data.filter((_, at) => at % 4 === 3)).toEqual(pixels(...Array<number>(9).fill(255), 0));
});

test("a part is cut out whole", () => {
  const picture = { width: 2, height: 2, data: pixels(...Array.from({ length: 16 }, (_, i) => i)) };
  expect([...cut(picture, { x: 1, y: 1, width: 1, height: 1 }).data]).toEqual([12, 13, 14, 15]);
  expect(valuesAt(picture, 1, 0)).toEqual([4, 5, 6, 7]);
});

test("what is written into a translucent pixel tells its alpha, in an ink that its ground allows", () => {
  expect(linesOf([7, 7, 7, 255])).toEqual(["7"]);
  expect(linesOf([7, 8, 9, 255])).toEqual(["7", "8", "9"]);
  expect(linesOf([7, 8, 9, 0])).toEqual(["7", "8", "9", "A 0"]);
  const [day, night] = [[228, 230, 230], [10, 13, 14]] as const;
  expect([inkOn([0, 0, 0, 255], day), inkOn([0, 0, 0, 10], day), inkOn([0, 0, 0, 10], night)]).toEqual(["#fff", "#000", "#fff"]);
  expect(inkOn([255, 255, 255, 20], night)).toBe("#fff");
  const picture = (alpha: number) => ({ width: 1, height: 1, data: pixels(0, 0, 0, alpha) });
  expect([isOpaque(picture(255)), isOpaque(picture(254))]).toEqual([true, false]);
});

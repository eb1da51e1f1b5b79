import { expect, test } from "vitest";
import { adjust, amplified, curve, cut, difference, inkOn, isOpaque, linesApart, linesOf, valuesAt } from "./pixels";

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

const row = (...reds: number[]) => ({ width: reds.length, height: 1, data: pixels(...reds.flatMap((red) => [red, 0, 0, 255])) });

test("a difference has the size of the larger picture, and tells what the first has more", () => {
  const [large, small] = [row(10, 200), row(50)];
  expect(difference(large, small)).toMatchObject({ width: 2, height: 1, data: pixels(40, 0, 0, 255, 150, 0, 0, 255), most: 150, mean: 190 / 6 });
  expect([difference(large, small).at(0, 0), difference(large, small).at(1, 0)]).toEqual([[-40, 0, 0, 0], [150, 0, 0, 0]]);
  const other = difference(small, large);
  expect(other).toMatchObject({ data: difference(large, small).data, most: 150 });
  expect(other.at(0, 0)?.[0]).toBe(40);
});

test("a difference compares a pooled picture with its windows, and leaves out what no window has", () => {
  // Windows of three: the last one sticks out, and then the last pixel belongs to none.
  expect(difference(row(1, 2, 3, 4, 5), row(3, 5))).toMatchObject({ mean: (2 + 1 + 1) / 15, most: 2 });
  const left = difference(row(1, 2, 3, 4, 5, 6, 7, 8, 9, 90), row(3, 6, 9));
  expect(left).toMatchObject({ mean: 9 / 27, most: 2 });
  expect(left.data.filter((_, at) => at % 4 === 3)).toEqual(pixels(...Array<number>(9).fill(255), 0));
  expect(left.at(9, 0)).toBeNull();
});

test("what is drawn of a difference is amplified and looked at, and its values are not", () => {
  const apart = difference(row(1, 2, 3, 4), row(2));
  expect(amplified(apart, 32, plain).data.filter((_, at) => at % 4 === 0)).toEqual(pixels(32, 0, 32, 64));
  expect(amplified(apart, 1000, plain).data[12]).toBe(255);
  expect([...amplified(apart, 10, { ...plain, brightness: 2, channel: "r" }).data].slice(12)).toEqual([40, 40, 40, 255]);
  expect([...amplified(apart, 10, { ...plain, channel: "g" }).data].slice(12)).toEqual([0, 0, 0, 255]);
  expect(apart.data[12]).toBe(2);
  // What has no partner stays empty, whatever channel is looked at.
  const empty = difference(row(1, 2, 3, 4, 5, 6, 7, 8, 9, 90), row(3, 6, 9));
  expect(amplified(empty, 1, { ...plain, channel: "r" }).data.at(-1)).toBe(0);
  const [full, half] = [row(5), { ...row(5), data: pixels(5, 0, 0, 250) }];
  expect([...amplified(difference(full, half), 3, { ...plain, channel: "a" }).data]).toEqual([15, 15, 15, 255]);
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
  expect([linesApart([-7, -7, -7, 0]), linesApart([-7, 8, 0, -2])]).toEqual([["−7"], ["−7", "8", "0", "A −2"]]);
  const [day, night] = [[228, 230, 230], [10, 13, 14]] as const;
  expect([inkOn([0, 0, 0, 255], day), inkOn([0, 0, 0, 10], day), inkOn([0, 0, 0, 10], night)]).toEqual(["#fff", "#000", "#fff"]);
  expect(inkOn([255, 255, 255, 20], night)).toBe("#fff");
  const picture = (alpha: number) => ({ width: 1, height: 1, data: pixels(0, 0, 0, alpha) });
  expect([isOpaque(picture(255)), isOpaque(picture(254))]).toEqual([true, false]);
});

import { expect, test } from "vitest";
import { counterpart, linkedScale, pairedInWords, pairing, partners, reach } from "./pairing";

const square = (side: number) => ({ width: side, height: side });
const lies = (large: number, small: number) => pairing(square(large), square(small)).x;

test("a pooled picture belongs to whole windows, of which the last may stick out or leave something out", () => {
  expect(lies(32, 11)).toMatchObject({ step: 3, offset: 0, exact: true });
  expect(lies(32, 10)).toMatchObject({ step: 3, offset: 0, exact: true });
  expect(lies(32, 16)).toMatchObject({ step: 2, offset: 0, exact: true });
  expect(lies(32, 15)).toMatchObject({ step: 2, offset: 0, exact: true });
  expect([...partners(lies(32, 11))].slice(-3)).toEqual([9, 10, 10]);
  expect([...partners(lies(32, 10))].slice(-3)).toEqual([9, -1, -1]);
});

test("windows that move by one pixel leave the middle", () => {
  expect(lies(32, 30)).toMatchObject({ step: 1, offset: 1, exact: true });
  expect([...partners(lies(5, 3))]).toEqual([0, 0, 1, 1, 2]);
  expect([...partners(lies(8, 6))]).toEqual([-1, 0, 1, 2, 3, 4, 5, -1]);
  expect(counterpart(square(8), square(6), { x: 0.25, y: 1 })).toEqual({ x: 1 / 6, y: 7 / 6 });
});

test("sizes that are no whole multiple are paired by their ratio, and that is said", () => {
  expect(lies(256, 90)).toMatchObject({ step: 256 / 90, offset: 0, exact: false });
  expect(counterpart(square(90), square(256), { x: 0.25, y: 1 })).toEqual({ x: 0.25, y: 1 });
  const named = (title: string, side: number) => ({ title, ...square(side) });
  expect(pairedInWords(named("input", 256), named("output", 90))).toBe("sizes of output and input are not a whole multiple: approximate");
  expect(pairedInWords(named("output", 11), named("input", 32))).toBe("each pixel of output beside 3 × 3 of input");
  expect(pairedInWords(named("input", 32), named("output", 30))).toBe("output in the middle of input, pixel beside pixel");
  expect(pairedInWords(named("input", 32), named("again", 32))).toBeNull();
});

test("linked pictures are as large as what belongs to them, or have equally large pixels", () => {
  expect(linkedScale(square(32), square(11), 11, "size")).toBe(33);
  expect(linkedScale(square(11), square(32), 33, "size")).toBe(11);
  expect(linkedScale(square(32), square(11), 11, "pixels")).toBe(11);
  // The last window sticks out by one pixel of the large picture, which has as much room on the other side.
  expect([reach(square(32), square(32)).width, reach(square(11), square(32)).width]).toEqual([32, 34]);
  expect(linkedScale(square(32), { width: 64, height: 16 }, 2, "size")).toBe(1);
});

test("a place and its counterpart lead to each other", () => {
  const there = counterpart(square(32), square(11), { x: 0.5, y: 0.25 });
  expect([there.x, there.y]).toEqual([expect.closeTo(16 / 33), expect.closeTo(8 / 33)]);
  const back = counterpart(square(11), square(32), there);
  expect([back.x, back.y]).toEqual([expect.closeTo(0.5), expect.closeTo(0.25)]);
});

test("grids of as many images are paired image by image", () => {
  const x = lies(256, 88);
  expect(x).toMatchObject({ step: 3, offset: 0, exact: true, images: 8 });
  // 32 → 11 in each of them: the last pixel of one belongs to two pixels, and the next begins anew.
  expect([...partners(x)].slice(27, 36)).toEqual([9, 9, 9, 10, 10, 11, 11, 11, 12]);
  expect(lies(256, 80)).toMatchObject({ step: 3, images: 8 });
  expect([...partners(lies(256, 80))].slice(29, 33)).toEqual([9, -1, -1, 10]);
  // 32 → 30, by windows that leave nothing at one side only where they are of two pixels.
  expect(lies(256, 248)).toMatchObject({ step: 1, offset: 0, images: 8 });
  const [large, small] = [square(256), square(88)];
  const at = (pixel: number) => ({ x: (pixel + 0.5) / 256, y: 0.5 / 256 });
  expect([27, 31, 32].map((pixel) => Math.floor(counterpart(large, small, at(pixel)).x * 88))).toEqual([9, 10, 11]);
  const back = counterpart(small, large, { x: 10.9 / 88, y: 0 });
  expect(Math.floor(back.x * 256)).toBe(31);
  expect(linkedScale(large, small, 11, "size")).toBeCloseTo(32);
  expect(pairedInWords({ title: "input", ...large }, { title: "output", ...small })).toBe("each pixel of output beside 3 × 3 of input, image by image");
  // As many columns but other rows: no grids of the same images.
  expect(pairing({ width: 256, height: 256 }, { width: 88, height: 44 }).y.exact).toBe(false);
});

test("where the log names the layer, each pixel is in the middle of its window", () => {
  const pooled = (large: number, small: number, layer: string) => pairing(square(large), { ...square(small), made: layer }).x;
  const seven = "`MaxPool2d(kernel_size=7, stride=3, padding=0, dilation=1, ceil_mode=False)`";
  // By the sizes alone these are no windows at all.
  expect(lies(32, 9)).toMatchObject({ exact: false });
  expect(pooled(32, 9, seven)).toMatchObject({ step: 3, offset: 2, exact: true, reach: 7 });
  // Windows 0 … 6, 3 … 9, …, 24 … 30: their middles are 3, 6, …, 27.
  expect([...partners(pooled(32, 9, seven))].slice(0, 9)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 2]);
  expect([...partners(pooled(32, 9, seven))].slice(-4)).toEqual([8, 8, 8, -1]);
  // Padding on both sides: windows −1 … 1, 1 … 3, ….
  const stem = "MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)";
  expect([...partners(pooled(8, 4, stem))]).toEqual([0, 1, 1, 2, 2, 3, 3, 3]);
  expect(counterpart(square(8), { ...square(4), made: stem }, { x: 7.5 / 8, y: 0.5 / 8 }).x * 4).toBeCloseTo(3.999);
  // Windows that lie apart leave pixels out: 0 1, 3 4, 6 7.
  const apart = "MaxPool2d(kernel_size=2, stride=3, padding=0, dilation=1, ceil_mode=False)";
  expect([...partners(pooled(8, 3, apart))]).toEqual([0, 0, -1, 1, 1, -1, 2, 2]);
  // A grid of images, each with windows of its own.
  expect(pooled(256, 72, seven)).toMatchObject({ step: 3, offset: 2, images: 8, exact: true });
  // A layer that does not make one size of the other is of other pictures.
  expect(pooled(32, 16, seven)).toMatchObject({ step: 2, offset: 0, exact: true });
  const named = { title: "output", ...square(9), made: seven };
  expect(pairedInWords({ title: "input", ...square(32) }, named)).toBe("each pixel of output made of 7 × 7 of input, 3 × 3 apart");
});

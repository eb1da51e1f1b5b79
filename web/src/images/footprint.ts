// Which pixels of one picture a pixel of another is made of, and which it helps to make.
import type { Box, Size } from "./grid";
import { type Along, pairing } from "./pairing";
import type { Point } from "./zoom";

/** Pixels in a row along one axis. */
interface Span {
  from: number;
  length: number;
}

/** Pixels in their order as spans. */
function spansOf(pixels: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (const pixel of pixels) {
    const last = spans.at(-1);
    if (last && last.from + last.length === pixel) last.length += 1;
    else spans.push({ from: pixel, length: 1 });
  }
  return spans;
}

/** How many pixels a window takes, how far apart, and where that of the first output begins. */
function windowOf({ step, offset, reach = step, dilation = 1 }: Along): { taps: number; dilation: number; start: number } {
  return { taps: Math.floor((reach - 1) / dilation) + 1, dilation, start: offset - (reach - step) / 2 };
}

/** The pixels of the large picture in the window of one of the small picture: none of the padding, and none of another image of a grid. */
function window(along: Along, pixel: number): Span[] {
  const { taps, dilation, start } = windowOf(along);
  const [wide, narrow] = [along.large / along.images, along.small / along.images];
  const image = Math.floor(pixel / narrow);
  const first = start + (pixel - image * narrow) * along.step;
  const pixels = Array.from({ length: taps }, (_, tap) => first + tap * dilation);
  return spansOf(pixels.filter((each) => each >= 0 && each < wide).map((each) => image * wide + each));
}

/** The pixels of the small picture whose windows take one of the large picture. */
function outputs(along: Along, pixel: number): Span[] {
  const { taps, dilation, start } = windowOf(along);
  const [wide, narrow] = [along.large / along.images, along.small / along.images];
  const image = Math.floor(pixel / wide);
  const within = pixel - image * wide - start;
  const first = Math.max(0, Math.ceil((within - (taps - 1) * dilation) / along.step));
  const last = Math.min(narrow - 1, Math.floor(within / along.step));
  const all = Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
  return spansOf(all.filter((each) => (within - each * along.step) % dilation === 0).map((each) => image * narrow + each));
}

/**
 * The parts of `to` that belong to a pixel of `from`: the window that it was made of, or what it helped to make. None where
 * that is one pixel for each, or where the sizes tell no windows.
 */
export function footprint(from: Size, to: Size, pixel: Point): Box[] {
  const { large, x, y } = pairing(from, to);
  if (!x.exact || !y.exact) return [];
  const parts = large === to ? window : outputs;
  const [columns, rows] = [parts(x, pixel.x), parts(y, pixel.y)];
  const boxes = rows.flatMap((row) => columns.map((column) => ({ x: column.from, y: row.from, width: column.length, height: row.length })));
  const [only] = boxes;
  return boxes.length === 1 && only?.width === 1 && only.height === 1 ? [] : boxes;
}

/** The least box around some boxes. */
export function around([first, ...others]: readonly Box[]): Box | null {
  if (!first) return null;
  return others.reduce((box, other) => {
    const [x, y] = [Math.min(box.x, other.x), Math.min(box.y, other.y)];
    const [right, bottom] = [Math.max(box.x + box.width, other.x + other.width), Math.max(box.y + box.height, other.y + other.height)];
    return { x, y, width: right - x, height: bottom - y };
  }, first);
}

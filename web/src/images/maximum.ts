// Which pixels of its window a maximum was taken from.
import type { Box } from "./grid";
import type { Pixels } from "./pixels";
import type { Point } from "./zoom";

/** A pixel, and the channels of which it has the largest values: 0 is red, 1 green, 2 blue. */
export interface Largest extends Point {
  channels: number[];
}

export const isMaximum = (made: string | undefined): boolean => /\bMaxPool2d\(/.test(made ?? "");

/** The pixels of a window, row by row. */
const pixelsIn = (boxes: readonly Box[]): Point[] => boxes.flatMap(({ x, y, width, height }) =>
  Array.from({ length: width * height }, (_, n) => ({ x: x + n % width, y: y + Math.floor(n / width) })));

/**
 * Where the values of a pixel come from: of each channel the first of the largest values, as torch has it. None if any of
 * them is not that of the pixel: then the window is of another picture.
 */
export function largestOf({ data, width }: Pixels, boxes: readonly Box[], made: Pixels, { x, y }: Point): Largest[] {
  const found: Largest[] = [];
  const [first, ...others] = pixelsIn(boxes);
  if (!first) return found;
  for (const channel of [0, 1, 2]) {
    const valueAt = (pixel: Point): number => data[(pixel.y * width + pixel.x) * 4 + channel] ?? 0;
    const largest = others.reduce((most, pixel) => valueAt(pixel) > valueAt(most) ? pixel : most, first);
    if (valueAt(largest) !== made.data[(y * made.width + x) * 4 + channel]) return [];
    const known = found.find((pixel) => pixel.x === largest.x && pixel.y === largest.y);
    if (known) known.channels.push(channel);
    else found.push({ ...largest, channels: [channel] });
  }
  return found;
}

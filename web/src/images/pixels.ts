// What is done to the pixels of a picture before it is drawn.
import type { Box, Size } from "./grid";

export interface Pixels extends Size {
  /** Red, green, blue, alpha of each pixel, row by row. */
  data: Uint8ClampedArray<ArrayBuffer>;
}

export interface Look {
  brightness: number;
  contrast: number;
  channel: "all" | "r" | "g" | "b" | "a";
}

export const CHANNELS = ["all", "r", "g", "b", "a"] as const;

/** Whether pixels are shown as they are. */
export const isPlain = ({ brightness, contrast, channel }: Look): boolean =>
  brightness === 1 && contrast === 1 && channel === "all";

/** What each value becomes: CSS's brightness, then its contrast. */
export function curve({ brightness, contrast }: Look): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => (value * brightness - 127.5) * contrast + 127.5);
}

/** Changes pixels in place. A single channel is shown as grey. */
export function adjust(data: Uint8ClampedArray, look: Look): void {
  const changed = curve(look);
  const only = CHANNELS.indexOf(look.channel) - 1;
  for (let at = 0; at < data.length; at += 4) {
    if (only >= 0) {
      data[at] = data[at + 1] = data[at + 2] = data[at + only] ?? 0;
      data[at + 3] = 255;
    }
    for (let channel = at; channel < at + 3; channel += 1) data[channel] = changed[data[channel] ?? 0] ?? 0;
  }
}

export interface Difference extends Pixels {
  /** Over red, green and blue, of 255, before they are amplified. */
  mean: number;
  most: number;
}

/**
 * How far two pictures are apart, in the size of the larger one: each of its pixels and the one at the same place in the
 * other. Amplified `gain` times.
 */
export function difference(a: Pixels, b: Pixels, gain: number): Difference {
  const width = Math.max(a.width, b.width);
  const height = Math.max(a.height, b.height);
  const data = new Uint8ClampedArray(width * height * 4);
  const [columnsA, columnsB] = [nearest(width, a.width), nearest(width, b.width)];
  const [rowsA, rowsB] = [nearest(height, a.height), nearest(height, b.height)];
  let [sum, most] = [0, 0];
  for (let y = 0; y < height; y += 1) {
    const [rowA, rowB] = [(rowsA[y] ?? 0) * a.width, (rowsB[y] ?? 0) * b.width];
    for (let x = 0; x < width; x += 1) {
      const [fromA, fromB, to] = [(rowA + (columnsA[x] ?? 0)) * 4, (rowB + (columnsB[x] ?? 0)) * 4, (y * width + x) * 4];
      for (let channel = 0; channel < 3; channel += 1) {
        const apart = Math.abs((a.data[fromA + channel] ?? 0) - (b.data[fromB + channel] ?? 0));
        sum += apart;
        if (apart > most) most = apart;
        data[to + channel] = apart * gain;
      }
      data[to + 3] = 255;
    }
  }
  return { width, height, data, mean: sum / Math.max(1, width * height * 3), most };
}

/** For each of `count` places, the nearest of `of` pixels. */
const nearest = (count: number, of: number): Int32Array =>
  Int32Array.from({ length: count }, (_, place) => Math.floor((place + 0.5) / count * of));

/** A part of a picture. */
export function cut({ width: across, data }: Pixels, { x, y, width, height }: Box): Pixels {
  const part = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row += 1) {
    const from = ((y + row) * across + x) * 4;
    part.set(data.subarray(from, from + width * 4), row * width * 4);
  }
  return { width, height, data: part };
}

/** The values of a pixel. */
export function valuesAt({ width, data }: Pixels, x: number, y: number): [number, number, number, number] {
  const at = (y * width + x) * 4;
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, data[at + 3] ?? 0];
}

// What is done to the pixels of a picture before it is drawn.
import type { Box, Size } from "./grid";
import { pairing, partners } from "./pairing";

export interface Pixels extends Size {
  /** Red, green, blue, alpha of each pixel, row by row. */
  data: Uint8ClampedArray<ArrayBuffer>;
}

export type Rgb = readonly [red: number, green: number, blue: number];
export type Rgba = readonly [...Rgb, alpha: number];

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

/** How far two pictures are apart: of each value how far, without a sign. What has no partner is empty. */
export interface Difference extends Pixels {
  /** Over red, green and blue of all pixels that have a partner, of 255. */
  mean: number;
  most: number;
  /** What the first picture has more than the second at a pixel; null where that has no partner. */
  at: (x: number, y: number) => Rgba | null;
}

/** How far two pictures are apart, in the size of the larger one: each of its pixels and its partner in the other. */
export function difference(a: Pixels, b: Pixels): Difference {
  const { large, small, x: across, y: down } = pairing(a, b);
  const { width, height, made } = large;
  const [ground, other] = small === b ? [a, b] : [b, a];
  const sign = ground === a ? 1 : -1;
  const data = new Uint8ClampedArray(width * height * 4);
  const [columns, rows] = [partners(across), partners(down)];
  let [sum, most, count] = [0, 0, 0];
  for (let y = 0; y < height; y += 1) {
    const row = rows[y] ?? -1;
    for (let x = 0; x < width; x += 1) {
      const column = columns[x] ?? -1;
      if (row < 0 || column < 0) continue;
      const [at, from] = [(y * width + x) * 4, (row * small.width + column) * 4];
      for (let channel = 0; channel < 3; channel += 1) {
        const apart = Math.abs((ground.data[at + channel] ?? 0) - (other.data[from + channel] ?? 0));
        sum += apart;
        if (apart > most) most = apart;
        data[at + channel] = apart;
      }
      data[at + 3] = 255;
      count += 3;
    }
  }
  const at = (x: number, y: number): Rgba | null => {
    const [column, row] = [columns[x] ?? -1, rows[y] ?? -1];
    if (column < 0 || row < 0) return null;
    const [here, there] = [valuesAt(ground, x, y), valuesAt(other, column, row)];
    return here.map((value, channel) => sign * (value - (there[channel] ?? 0))) as unknown as Rgba;
  };
  return { width, height, made, data, mean: sum / Math.max(1, count), most, at };
}

/** A difference as it is drawn: amplified, and then looked at as any picture. What is empty stays so. */
export function amplified(apart: Difference, gain: number, look: Look): Pixels {
  const { width, height, made } = apart;
  const data = new Uint8ClampedArray(apart.data.length);
  for (let at = 0; at < data.length; at += 4) {
    for (let channel = at; channel < at + 3; channel += 1) data[channel] = (apart.data[channel] ?? 0) * gain;
    const pixel = at / 4;
    data[at + 3] = look.channel === "a" ? Math.abs(apart.at(pixel % width, Math.floor(pixel / width))?.[3] ?? 0) * gain : 255;
  }
  adjust(data, look);
  for (let at = 3; at < data.length; at += 4) data[at] = apart.data[at] ?? 0;
  return { width, height, made, data };
}

/** A part of a picture. */
export function cut({ width: across, data }: Pixels, { x, y, width, height }: Box): Pixels {
  const part = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row += 1) {
    const from = ((y + row) * across + x) * 4;
    part.set(data.subarray(from, from + width * 4), row * width * 4);
  }
  return { width, height, data: part };
}

/** Whether nothing shows through. */
export const isOpaque = ({ data }: Pixels): boolean => {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
};

/** The values of a pixel. */
export function valuesAt({ width, data }: Pixels, x: number, y: number): Rgba {
  const at = (y * width + x) * 4;
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, data[at + 3] ?? 0];
}

/** Red, green and blue, or one number where they are equal. */
const colorsOf = ([r, g, b]: Rgba): string[] => (r === g && g === b ? [r] : [r, g, b]).map(signed);

/** The values of a pixel as they are written into it, with alpha if any. */
export const linesOf = (values: Rgba): string[] => [...colorsOf(values), ...(values[3] < 255 ? [`A ${values[3]}`] : [])];

/** The same of how far two pixels are apart. */
export const linesApart = (values: Rgba): string[] => [...colorsOf(values), ...(values[3] !== 0 ? [`A ${signed(values[3])}`] : [])];

/** A number with a minus as wide as a digit. */
export const signed = (value: number): string => String(value).replace("-", "\u2212");

/** Black or white: what can be read on a colour that lets its ground show through. */
export function inkOn([r, g, b, a]: Rgba, ground: Rgb): "#000" | "#fff" {
  const light = ([red, green, blue]: Rgb): number => 0.299 * red + 0.587 * green + 0.114 * blue;
  return (light([r, g, b]) * a + light(ground) * (255 - a)) / 255 > 140 ? "#000" : "#fff";
}

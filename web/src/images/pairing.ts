// How the pixels of two pictures belong together: those of a pooled picture beside the windows that they were made of.
import { guessColumns, type Size } from "./grid";
import { extent, outputs, type Windows, windowsOf } from "./layer";
import type { Point } from "./zoom";

/** Along one axis of `images` images beside each other, pixel `n` of a small image lies on its large one from `offset + n * step` on, `step` long. */
export interface Along {
  step: number;
  offset: number;
  /** Whether the step is a whole number of pixels, and not just how the sizes stand to each other. */
  exact: boolean;
  images: number;
  /** The pixels of all images. */
  large: number;
  small: number;
  /** How many pixels of the large picture each window of the layer reaches over, where the log says which layer it was. */
  reach?: number | undefined;
  /** How far apart they are, of those that the window takes. */
  dilation?: number | undefined;
}

/** Two pictures, the one of more pixels as the ground of the other. */
export interface Pairing {
  large: Size;
  small: Size;
  x: Along;
  y: Along;
}

/** The most that windows without padding take away from a picture, in parts of it, so that its middle is the rest. */
const MOST_EDGE = 1 / 4;

/** As the layer has it: each pixel of the small picture in the middle of its window. */
function byLayer(windows: Windows, large: number, small: number, images: number): Along {
  const { stride, padding, dilation } = windows;
  const reach = extent(windows);
  const exact = outputs(windows, large / images) === small / images;
  return { step: stride, offset: (reach - stride) / 2 - padding, exact, images, large, small, reach, dilation };
}

/** A whole step where the last window may stick out, or leave out less than a second one. */
function byWindows(large: number, small: number, images: number): Along {
  const step = Math.max(1, Math.round(large / small));
  const rest = (large - step * small) / images;
  return { step, offset: 0, exact: rest > -step && rest <= step, images, large, small };
}

/** Windows that move by one pixel, without padding: the small picture is the middle of the large one. Else the ratio of the sizes. */
function byMiddle(large: number, small: number): Along {
  const rest = large - small;
  const isMiddle = rest >= 0 && rest % 2 === 0 && rest <= large * MOST_EDGE;
  return { step: isMiddle ? 1 : large / small, offset: isMiddle ? rest / 2 : 0, exact: isMiddle, images: 1, large, small };
}

/** How many images each of two grids holds, in columns and rows; null where one is no grid, or they do not hold as many. */
function sameGrid(a: Size, b: Size): [columns: number, rows: number] | null {
  const columns = guessColumns(a);
  if (!columns || columns !== guessColumns(b)) return null;
  const rows = (a.height * columns) / a.width;
  return rows === (b.height * columns) / b.width ? [columns, rows] : null;
}

/**
 * The first rule that fits along both axes: windows of the layer, if the log names it, of the picture and of each image of a grid;
 * windows that the sizes speak for, of both; the middle. Else the last, which says so.
 */
export function pairing(a: Size, b: Size): Pairing {
  const [large, small] = a.width * a.height >= b.width * b.height ? [a, b] : [b, a];
  const grid = sameGrid(large, small);
  const layer = windowsOf(small.made);
  const counts: (readonly [number, number])[] = grid ? [[1, 1], grid] : [[1, 1]];
  const rules: ((large: number, small: number, axis: 0 | 1) => Along)[] = [
    ...(layer ? counts.map((images) => (large: number, small: number, axis: 0 | 1) => byLayer(axis === 0 ? layer.x : layer.y, large, small, images[axis])) : []),
    ...counts.map((images) => (large: number, small: number, axis: 0 | 1) => byWindows(large, small, images[axis])),
    (large, small) => {
      const windows = byWindows(large, small, 1);
      return windows.exact ? windows : byMiddle(large, small);
    },
  ];
  const pairings = rules.map((rule) => ({ large, small, x: rule(large.width, small.width, 0), y: rule(large.height, small.height, 1) }));
  return pairings.find(({ x, y }) => x.exact && y.exact) ?? pairings[pairings.length - 1]!;
}

/** For each pixel of the large picture along an axis, the one of the small picture that belongs to it; −1 for none. */
export function partners(along: Along): Int32Array {
  const { step, offset, images, large, small, reach } = along;
  const [wide, narrow] = [large / images, small / images];
  return Int32Array.from({ length: large }, (_, place) => {
    const image = Math.floor(place / wide);
    const pixel = place - image * wide;
    const partner = Math.floor((pixel + 0.5 - offset) / step);
    if (reach === undefined) return partner >= 0 && partner < narrow ? image * narrow + partner : -1;
    // The first window and the last reach further than the others' middles; between windows that lie apart there is nothing.
    const nearest = Math.min(narrow - 1, Math.max(0, partner));
    const apart = pixel + 0.5 - (offset + (nearest + 0.5) * step);
    return Math.abs(apart) < reach / 2 ? image * narrow + nearest : -1;
  });
}

/** Pixels of a picture along an axis as pixels of the other. */
type Across = (pixel: number, along: Along) => number;

/** Within the image that the pixel is of. */
function within(pixel: number, from: number, to: number, { images, reach }: Along, across: (pixel: number) => number): number {
  if (images === 1 && reach === undefined) return across(pixel);
  const [length, other] = [from / images, to / images];
  const image = Math.min(images - 1, Math.max(0, Math.floor(pixel / length)));
  return image * other + Math.min(other - 0.001, Math.max(0, across(pixel - image * length)));
}

const toSmall: Across = (pixel, along) =>
  within(pixel, along.large, along.small, along, (pixel) => (pixel - along.offset) / along.step);

const toLarge: Across = (pixel, along) =>
  within(pixel, along.small, along.large, along, (pixel) => along.offset + pixel * along.step);

/** How pictures are laid over each other: grids as a whole, which hardly moves the images in them. */
const drawn = (along: Along): Along =>
  along.images === 1 ? { ...along, reach: undefined } : { ...along, step: along.large / along.small, offset: 0, images: 1, reach: undefined };

function across(from: Size, to: Size, place: Point, way: (along: Along) => Along): Point {
  const { large, x, y } = pairing(from, to);
  const go = large === from ? toSmall : toLarge;
  return { x: go(place.x * from.width, way(x)) / to.width, y: go(place.y * from.height, way(y)) / to.height };
}

/** The place in one picture that belongs to a place in another, both in parts of the picture. */
export const counterpart = (from: Size, to: Size, place: Point): Point => across(from, to, place, (along) => along);

/** The place in the middle of one picture's pane where that is a place of another picture. */
export const sameSight = (from: Size, to: Size, place: Point): Point => across(from, to, place, drawn);

/** How large a picture is in pixels of another in whose middle both are looked at: its last window may stick out. */
export function reach(picture: Size, other: Size): Size {
  const [start, end] = [sameSight(picture, other, { x: 0, y: 0 }), sameSight(picture, other, { x: 1, y: 1 })];
  const parts = (from: number, to: number): number => 2 * Math.max(0.5 - from, to - 0.5);
  return { width: parts(start.x, end.x) * other.width, height: parts(start.y, end.y) * other.height };
}

/** The scale of a picture whose first neighbour is shown at `scale`: the same, or such that what belongs together is equally large. */
export function linkedScale(first: Size, picture: Size, scale: number, match: "size" | "pixels"): number {
  if (match === "pixels") return scale;
  const { large, x, y } = pairing(first, picture);
  const [wide, high] = [drawn(x).step, drawn(y).step];
  return large === first ? scale * Math.min(wide, high) : scale / Math.max(wide, high);
}

interface Named extends Size {
  title: string;
}

/** The pairing of two pictures of different sizes, for people. */
export function pairedInWords(a: Named, b: Named): string | null {
  if (a.width === b.width && a.height === b.height) return null;
  const { large, x, y } = pairing(a, b);
  const [ground, other] = large === a ? [a, b] : [b, a];
  if (!x.exact || !y.exact) return `sizes of ${other.title} and ${ground.title} are not a whole multiple: approximate`;
  const each = x.images * y.images > 1 ? ", image by image" : "";
  if (x.reach !== undefined && y.reach !== undefined && (x.reach !== x.step || y.reach !== y.step)) {
    return `each pixel of ${other.title} made of ${x.reach} × ${y.reach} of ${ground.title}, ${x.step} × ${y.step} apart${each}`;
  }
  if (x.step > 1 || y.step > 1) return `each pixel of ${other.title} beside ${x.step} × ${y.step} of ${ground.title}${each}`;
  return `${other.title} in the middle of ${ground.title}, pixel beside pixel`;
}

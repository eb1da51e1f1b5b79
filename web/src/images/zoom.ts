// Where pictures lie in their panes. Places are in parts of a picture; pairing.ts tells which belong together.
import type { Box, Size } from "./grid";

export interface Point {
  x: number;
  y: number;
}

/** Screen pixels per pixel of the first picture, and the point (0 to 1) in the middle of the pane. */
export interface Sight extends Point {
  scale: number;
}

const LEAST = 1 / 64;
const MOST = 256;

/** The part of its size that a picture keeps at least where its pixels are made equally large. */
const KEPT = 0.8;

/** The scale at which a picture just fits. With whole pixels, the largest whole number that does, if it takes little away. */
export function fit(picture: Size, pane: Size, wholePixels: boolean): number {
  const scale = Math.min(pane.width / picture.width, pane.height / picture.height);
  const whole = Math.floor(scale);
  return Math.max(LEAST, wholePixels && whole >= KEPT * scale ? whole : scale);
}

/** Where a picture is drawn, on whole screen pixels. */
export function placed(picture: Size, pane: Size, sight: Sight): Box {
  const width = picture.width * sight.scale;
  const height = picture.height * sight.scale;
  return { x: snapped(pane.width / 2 - sight.x * width), y: snapped(pane.height / 2 - sight.y * height), width, height };
}

/** A whole number; the same one for positions that differ by a rounding error only. */
const snapped = (position: number): number => Math.round(Math.round(position * 4096) / 4096);

/** The place in a picture, 0 to 1, that a point of its pane shows. */
export function placeAt(picture: Size, pane: Size, sight: Sight, point: Point): Point {
  const box = placed(picture, pane, sight);
  return { x: (point.x - box.x) / box.width, y: (point.y - box.y) / box.height };
}

/** Zooms so that what is under the point stays there. */
export function zoomed(picture: Size, pane: Size, sight: Sight, factor: number, point: Point): Sight {
  const scale = Math.min(MOST, Math.max(LEAST, sight.scale * factor));
  const x = sight.x + (point.x - pane.width / 2) / picture.width * (1 / sight.scale - 1 / scale);
  const y = sight.y + (point.y - pane.height / 2) / picture.height * (1 / sight.scale - 1 / scale);
  return inside({ scale, x, y });
}

/** Moves the picture by screen pixels. */
export function moved(picture: Size, sight: Sight, by: Point): Sight {
  const x = sight.x - by.x / (picture.width * sight.scale);
  const y = sight.y - by.y / (picture.height * sight.scale);
  return inside({ ...sight, x, y });
}

/** No one can lose the picture: its edge stops at the middle. */
function inside(sight: Sight): Sight {
  const within = (part: number) => Math.min(1, Math.max(0, part));
  return { ...sight, x: within(sight.x), y: within(sight.y) };
}

/** The next scale at which pixels are whole numbers of screen pixels, or the next half below 1. */
export function nextScale(scale: number, up: boolean): number {
  const near = 1e-6;
  if (up) return scale < 1 - near ? Math.min(1, scale * 2) : Math.min(MOST, Math.floor(scale + near) + growth(scale));
  return scale <= 1 + near ? Math.max(LEAST, scale / 2) : Math.max(1, Math.ceil(scale - near) - growth(scale - 1));
}

/** Large pixels grow in larger steps. */
const growth = (scale: number): number => Math.max(1, 2 ** Math.floor(Math.log2(Math.max(1, scale)) - 2));

/** The pixel at a place, if that is inside. */
export function pixelAt(picture: Size, place: Point): Point | null {
  const x = Math.floor(place.x * picture.width);
  const y = Math.floor(place.y * picture.height);
  return x < 0 || y < 0 || x >= picture.width || y >= picture.height ? null : { x, y };
}

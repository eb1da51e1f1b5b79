/** Which points a pointer means: one of each curve. */
import { at } from "../columns";
import type { Line } from "../line";
import { Finder } from "../nearest";
import { type ChartCurve, isDrawable, pixelX, pixelY, type Projection } from "./model";

/** A point of a curve at the pointer. */
export interface Hit {
  readonly curve: ChartCurve;
  /** Its index in the line of the curve. */
  readonly index: number;
  /** Where it lies, in pixels of the plot; NaN where it has no place. */
  readonly left: number;
  readonly top: number;
  /** Pixels between it and the pointer. */
  readonly distance: number;
}

const finders = new WeakMap<Line, Finder>();

function finderOf(line: Line): Finder {
  const known = finders.get(line);
  if (known !== undefined) {
    return known;
  }
  const made = new Finder(line);
  finders.set(line, made);
  return made;
}

/** The point of each curve that is nearest to a place along the axis. */
export function hitsAt(curves: readonly ChartCurve[], x: number, projection: Projection, top: number): Hit[] {
  const left = pixelX(projection, x);
  const hits: Hit[] = [];
  for (const curve of curves) {
    const index = finderOf(curve.line).nearest(x);
    if (index < 0) {
      continue;
    }
    const value = at(curve.line.y, index);
    const place = {
      left: pixelX(projection, at(curve.line.x, index)),
      top: isDrawable(value, projection.logarithmic) ? pixelY(projection, value) : Number.NaN,
    };
    const distance = Number.isNaN(place.top) ? Number.POSITIVE_INFINITY : Math.hypot(place.left - left, place.top - top);
    hits.push({ curve, index, ...place, distance });
  }
  return hits;
}

/** The place of the next point of a curve after `x`, or of the one before; `x` itself at the ends. */
export function nextPlace(curve: ChartCurve, x: number, direction: 1 | -1): number {
  const finder = finderOf(curve.line);
  return finder.beside(x, direction) ?? x;
}

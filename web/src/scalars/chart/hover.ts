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

/** The one that is nearest to the pointer; none where no point has a place. */
export function nearestOf<Each extends Pick<Hit, "distance">>(hits: readonly Each[]): Each | undefined {
  const nearest = hits.reduce<Each | undefined>((best, hit) => (best === undefined || hit.distance < best.distance ? hit : best), undefined);
  return nearest !== undefined && Number.isFinite(nearest.distance) ? nearest : undefined;
}

/** The `most` nearest to the pointer, in the order that they had. */
export function nearestFew<Each extends Pick<Hit, "distance">>(hits: readonly Each[], most: number): readonly Each[] {
  if (hits.length <= most) return hits;
  const kept = new Set([...hits].sort((a, b) => (a.distance < b.distance ? -1 : Number(a.distance > b.distance))).slice(0, most));
  return hits.filter((hit) => kept.has(hit));
}

/** The place of the next point of a curve after `x`, or of the one before; `x` itself at the ends. */
export function nextPlace(curve: ChartCurve, x: number, direction: 1 | -1): number {
  const finder = finderOf(curve.line);
  return finder.beside(x, direction) ?? x;
}

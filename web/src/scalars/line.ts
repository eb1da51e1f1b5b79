/** A series made ready to be drawn: which points, where along the axis, smoothed or not. */
import { filterSeries, isVoided, partStarts, type ScalarSeries } from "./columns";
import { smooth } from "./smoothing";
import { startOf, type XAxis, xValues } from "./x_axis";

/** Points joined by a line, in the order of the file. */
export interface Line {
  readonly x: Float64Array;
  /** What is drawn: smoothed, if asked for. */
  readonly y: Float64Array;
  /** Where the line starts anew: after a step back. */
  readonly starts: readonly number[];
}

/** All that is drawn of one series. */
export interface Curve {
  readonly line: Line;
  /** The line before smoothing; the same as `line` without smoothing. */
  readonly raw: Line;
  /** The points that `line` joins, and the moment from which their relative time counts. */
  readonly series: ScalarSeries;
  readonly start: number;
  /** The points that a later session has voided; none of them is on `line`. */
  readonly voided: Line;
}

/** How curves are drawn. */
export interface CurveOptions {
  readonly axis: XAxis;
  /** The weight of the past in the moving average, 0 to 1. */
  readonly smoothing: number;
}

/** The curve of a series. */
export function curveOf(series: ScalarSeries, options: CurveOptions): Curve {
  const kept = filterSeries(series, (i) => !isVoided(series, i));
  // Relative time counts from the first point of the run, voided or not.
  const x = xValues(series, options.axis);
  const keptX = kept === series ? x : x.filter((_, i) => !isVoided(series, i));
  const starts = partStarts(keptX);
  const raw = { x: keptX, y: kept.values, starts };
  const smoothed = smooth(kept.values, options.smoothing, partStarts(kept.steps));
  return {
    raw,
    line: smoothed === kept.values ? raw : { x: keptX, y: smoothed, starts },
    series: kept,
    start: startOf(series),
    voided: voidedLine(series, x),
  };
}

function voidedLine(series: ScalarSeries, x: Float64Array): Line {
  const isHere = (_: number, i: number) => isVoided(series, i);
  const voidedX = x.filter(isHere);
  return { x: voidedX, y: series.values.filter(isHere), starts: partStarts(voidedX) };
}

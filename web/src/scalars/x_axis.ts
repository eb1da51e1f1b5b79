/** What runs along the width of a chart: steps, time since the first point of a run, or the time of day. */
import { duration, durationWithin, moment, whole } from "../lib/format";
import type { ChartAxis } from "./chart/model";
import { at, type ScalarSeries } from "./columns";

export type XAxis = "step" | "relative" | "wall";

const NAMES: Readonly<Record<XAxis, string>> = {
  step: "Step",
  relative: "Relative time",
  wall: "Wall time",
};

const KINDS: Readonly<Record<XAxis, ChartAxis["kind"]>> = { step: "number", relative: "duration", wall: "moment" };

/** What a chart has along its width. */
export function chartAxisOf(axis: XAxis): ChartAxis {
  return { label: NAMES[axis], format: (value, span) => formatX(value, axis, span), kind: KINDS[axis] };
}

/** Where each point of a series lies; times in seconds. */
export function xValues(series: Pick<ScalarSeries, "steps" | "wallTimes">, axis: XAxis): Float64Array {
  if (axis === "step") {
    return series.steps;
  }
  if (axis === "wall") {
    return series.wallTimes;
  }
  const start = startOf(series);
  return series.wallTimes.map((time) => time - start);
}

/** The moment from which relative time counts: the first that is one, whatever became of its point. */
export function startOf({ wallTimes }: Pick<ScalarSeries, "wallTimes">): number {
  const index = wallTimes.findIndex(Number.isFinite);
  return index < 0 ? 0 : at(wallTimes, index);
}

/** A place on an axis in words; a length of time so that it is told from others within `span`. */
export function formatX(value: number, axis: XAxis, span?: number): string {
  switch (axis) {
    case "step":
      return whole(value);
    case "relative":
      return span === undefined ? duration(value) : durationWithin(value, span);
    case "wall":
      return moment(value);
  }
}

/** As many significant digits as a 32-bit float can hold, and as many as are shown at least. */
const MOST_DIGITS = 9;
const LEAST_DIGITS = 5;

/**
 * A value among others that are spread over `span`: with so many digits that a thousandth of that is told. Of a 32-bit
 * float, no more than tell it from its neighbours.
 */
export function formatWithin(value: number, span: number): string {
  const needed = Math.ceil(Math.floor(Math.log10(Math.abs(value))) + 4 - Math.log10(span));
  const most = needed > LEAST_DIGITS ? Math.min(MOST_DIGITS, needed) : LEAST_DIGITS;
  const isExact = (digits: number) => Math.fround(Number(value.toPrecision(digits))) === value;
  let digits = LEAST_DIGITS;
  while (digits < most && !isExact(digits)) digits += 1;
  return formatValue(value, digits);
}

/** A value with at most `digits` significant digits, all of an integer's: `0.8213`, `1.5e−7`, `NaN`. */
export function formatValue(value: number, digits = 5): string {
  if (Number.isNaN(value)) {
    return "NaN";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? "∞" : "−∞";
  }
  const size = Math.abs(value);
  const plain = size === 0 || (size >= 1e-4 && size < 1e7);
  const text = plain
    ? String(Number(value.toPrecision(Number.isInteger(value) ? Math.max(7, digits) : digits)))
    : value.toExponential(digits - 1).replace(/\.?0*e\+?/, "e");
  return text.replaceAll("-", "−");
}

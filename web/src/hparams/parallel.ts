/** Parallel coordinates: one vertical axis for each column, one line for each session. */
import type { Filter } from "../lib/view";
import { extentOf } from "../scalars/extent";
import { type Column, distinctValues, isNumeric, type Session } from "./table";

/** One axis. */
export interface ParallelAxis {
  readonly column: Column;
  readonly scale: ParallelScale;
}

/** Maps the values of a column to 0 (bottom) … 1 (top). */
export type ParallelScale =
  | { readonly kind: "linear" | "log"; readonly min: number; readonly max: number }
  | { readonly kind: "values"; readonly values: readonly string[] };

/** From this ratio of the largest to the smallest on, a positive column may be drawn on a logarithmic axis by itself. */
const LOG_RATIO = 10;

/** The columns that tell sessions apart: one that has the same value in all needs no axis. */
export function telling(sessions: readonly Session[], columns: readonly Column[]): Column[] {
  return columns.filter(({ id }) => distinctValues(sessions, id).length > 1);
}

/** The axis of a column, with the scale that was chosen, if it can have that. */
export function axisOf(sessions: readonly Session[], column: Column, chosen?: "linear" | "log"): ParallelAxis {
  if (!isNumeric(sessions, column.id)) {
    return { column, scale: { kind: "values", values: distinctValues(sessions, column.id) } };
  }
  const numbers = Float64Array.from(sessions, (session) => Number(session.values.get(column.id) ?? Number.NaN));
  const extent = extentOf([numbers]) ?? { min: 0, max: 1 };
  const usual = extent.max / extent.min >= LOG_RATIO && isEvenByRatio(numbers) ? "log" : "linear";
  return { column, scale: { kind: extent.min > 0 ? chosen ?? usual : "linear", ...extent } };
}

/** Whether numbers lie more evenly by their ratios than by their differences: learning rates do, losses mostly not. */
function isEvenByRatio(numbers: Float64Array): boolean {
  const values = [...new Set(numbers)].filter(Number.isFinite).sort((a, b) => a - b);
  const widest = (place: (value: number) => number) => {
    const places = values.map(place);
    const gaps = places.slice(1).map((each, n) => each - (places[n] ?? each));
    return Math.max(...gaps) / ((places.at(-1) ?? 0) - (places[0] ?? 0));
  };
  return (values[0] ?? 0) > 0 && widest(Math.log) < widest((value) => value);
}

/** Where the value of a session lies on an axis, 0 to 1; nothing if it has none. */
export function positionOf(axis: ParallelAxis, session: Session): number | undefined {
  const value = session.values.get(axis.column.id);
  const { scale } = axis;
  if (value === undefined) {
    return undefined;
  }
  if (scale.kind === "values") {
    const index = scale.values.indexOf(String(value));
    return index < 0 ? undefined : (index + 0.5) / scale.values.length;
  }
  const number = Number(value);
  return Number.isFinite(number) ? share(scale, number) : undefined;
}

/** The colour of a session by where its value lies on an axis. */
export function shadeOf(axis: ParallelAxis, session: Session): string {
  const position = positionOf(axis, session);
  // From one hue to the other over those between, not through grey.
  return position === undefined ? "var(--ink-3)" : `color-mix(in oklch, var(--low), var(--high) ${Math.round(position * 100)}%)`;
}

type NumberScale = Exclude<ParallelScale, { kind: "values" }>;

function share(scale: NumberScale, value: number): number {
  const place = scale.kind === "log" ? Math.log : (number: number) => number;
  const [min, max] = [place(scale.min), place(scale.max)];
  return max > min ? (place(value) - min) / (max - min) : 0.5;
}

function valueAt(scale: NumberScale, position: number): number {
  if (scale.max === scale.min) {
    return position < 0.5 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  // The ends are exact, so that what lies there is within.
  if (position <= 0) return scale.min;
  if (position >= 1) return scale.max;
  return scale.kind === "log"
    ? scale.min * (scale.max / scale.min) ** position
    : scale.min + (scale.max - scale.min) * position;
}

/** The filter of a brush from `from` to `to` on an axis, both 0 to 1. */
export function brushFilter(axis: ParallelAxis, from: number, to: number): Filter {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const { scale } = axis;
  if (scale.kind === "values") {
    const allowed = scale.values.filter((_, i) => {
      const place = (i + 0.5) / scale.values.length;
      return place >= low && place <= high;
    });
    return { kind: "values", allowed };
  }
  return { kind: "range", min: valueAt(scale, low), max: valueAt(scale, high) };
}

/** The part of an axis that a filter leaves, 0 to 1; nothing if it cannot be drawn as one part. */
export function brushOf(axis: ParallelAxis, filter: Filter | undefined): { from: number; to: number } | undefined {
  const { scale } = axis;
  if (filter === undefined) {
    return undefined;
  }
  if (scale.kind === "values") {
    return filter.kind === "values" ? valuesBrush(scale.values, filter.allowed) : undefined;
  }
  if (filter.kind !== "range") {
    return undefined;
  }
  const clamped = (value: number | undefined, otherwise: number) =>
    value === undefined ? otherwise : Math.min(1, Math.max(0, share(scale, value)));
  return { from: clamped(filter.min, 0), to: clamped(filter.max, 1) };
}

function valuesBrush(values: readonly string[], allowed: readonly string[]): { from: number; to: number } | undefined {
  const places = allowed.map((value) => values.indexOf(value)).filter((index) => index >= 0);
  if (places.length === 0) {
    return undefined;
  }
  const [first, last] = [Math.min(...places), Math.max(...places)];
  return last - first + 1 === places.length
    ? { from: first / values.length, to: (last + 1) / values.length }
    : undefined;
}

/** The labels of an axis and where they lie, 0 to 1. */
export function ticksOf(axis: ParallelAxis, most = 12): Array<{ at: number; value: number | string }> {
  const { scale } = axis;
  if (scale.kind === "values") {
    const every = Math.ceil(scale.values.length / most);
    return scale.values
      .map((value, i) => ({ at: (i + 0.5) / scale.values.length, value }))
      .filter((_, i) => i % every === 0);
  }
  if (scale.min === scale.max) {
    return [{ at: 0.5, value: scale.min }];
  }
  return [0, 0.25, 0.5, 0.75, 1].map((position) => ({ at: position, value: valueAt(scale, position) }));
}

/** A line through all axes: the parts between axes where the session has values. */
export function lineOf(axes: readonly ParallelAxis[], session: Session): Array<Array<{ axis: number; at: number }>> {
  const parts: Array<Array<{ axis: number; at: number }>> = [[]];
  axes.forEach((axis, index) => {
    const position = positionOf(axis, session);
    if (position === undefined) {
      parts.push([]);
    } else {
      parts.at(-1)?.push({ axis: index, at: position });
    }
  });
  return parts.filter((part) => part.length > 0);
}

/** Which part of an axis shows the data well. */
import { at } from "./columns";
import type { Range } from "./decimate";

/** How many values are enough to find where the middle nine tenths lie. */
const SAMPLE = 200_000;

/** What is left out at each end when outliers are ignored, as in TensorBoard. */
const OUTLIERS = 0.05;

/** How the extent of values is found. */
export interface ExtentOptions {
  readonly ignoreOutliers: boolean;
  readonly logarithmic: boolean;
}

/** The smallest and the largest finite value of some columns; nothing if there is none. */
export function extentOf(columns: readonly Float64Array[]): Range | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    for (const value of column) {
      if (Number.isFinite(value)) {
        min = value < min ? value : min;
        max = value > max ? value : max;
      }
    }
  }
  return min <= max ? { min, max } : undefined;
}

/** The extent of values to show: of all that can be drawn, or of the middle nine tenths. */
export function valueExtent(columns: readonly Float64Array[], options: ExtentOptions): Range | undefined {
  const isShown = (value: number) => Number.isFinite(value) && (!options.logarithmic || value > 0);
  if (!options.ignoreOutliers) {
    return extentOf(options.logarithmic ? columns.map((column) => column.filter(isShown)) : columns);
  }
  const values = sampleOf(columns, isShown);
  if (values.length === 0) {
    return undefined;
  }
  const last = values.length - 1;
  if (values.length <= 2) {
    return { min: at(values, 0), max: at(values, last) };
  }
  return { min: at(values, Math.ceil(last * OUTLIERS)), max: at(values, Math.floor(last * (1 - OUTLIERS))) };
}

/** Values evenly picked, sorted. */
function sampleOf(columns: readonly Float64Array[], isShown: (value: number) => boolean): Float64Array {
  const count = columns.reduce((sum, column) => sum + column.length, 0);
  const stride = Math.max(1, Math.ceil(count / SAMPLE));
  const picked: number[] = [];
  for (const column of columns) {
    for (let i = 0; i < column.length; i += stride) {
      const value = at(column, i);
      if (isShown(value)) {
        picked.push(value);
      }
    }
  }
  return Float64Array.from(picked).sort();
}

/** A range with some room around it; a single value gets room of its own size, or as much as `lone` says. */
export function padded(range: Range, logarithmic = false, share = 0.05, lone?: number): Range {
  if (logarithmic && range.min > 0) {
    const inner = padded({ min: Math.log10(range.min), max: Math.log10(range.max) }, false, share);
    return { min: 10 ** inner.min, max: 10 ** inner.max };
  }
  const size = range.max - range.min;
  const room = size > 0 ? size * share : lone ?? (Math.abs(range.min) * share || 1);
  return { min: range.min - room, max: range.max + room };
}

/** A range moved by `share` of its size. */
export function moved(range: Range, share: number, logarithmic = false): Range {
  return mapped(range, logarithmic, ({ min, max }) => ({
    min: min + (max - min) * share,
    max: max + (max - min) * share,
  }));
}

/** A range made `factor` times as large, with the place at `anchor` (0 to 1 of its width) held still. */
export function zoomed(range: Range, factor: number, anchor: number, logarithmic = false): Range {
  return mapped(range, logarithmic, ({ min, max }) => {
    const still = min + (max - min) * anchor;
    return { min: still + (min - still) * factor, max: still + (max - still) * factor };
  });
}

function mapped(range: Range, logarithmic: boolean, change: (range: Range) => Range): Range {
  if (!logarithmic || range.min <= 0) {
    return change(range);
  }
  const changed = change({ min: Math.log10(range.min), max: Math.log10(range.max) });
  return { min: 10 ** changed.min, max: 10 ** changed.max };
}

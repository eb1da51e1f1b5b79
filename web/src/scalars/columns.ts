/** Columns of numbers: how every chart holds its data. */

/** The element at `index`, or NaN beyond the end. */
export function at(column: ArrayLike<number>, index: number): number {
  return column[index] ?? Number.NaN;
}

/** How the step of a point stands to those before it. */
export enum Mark {
  /** Beyond every step before it. */
  Forward = 0,
  /** The largest step so far, again. */
  Repeated = 1,
  /** Before a step that came earlier. */
  Backward = 2,
  /** Voided by a session that started later. */
  Purged = 3,
}

/** One tag of one run, in the order of the file. */
export interface ScalarSeries {
  readonly steps: Float64Array;
  /** Seconds since the Unix epoch. */
  readonly wallTimes: Float64Array;
  readonly values: Float64Array;
  /** A `Mark` for each point. */
  readonly marks: Uint8Array;
}

/** A series of the same points in columns. */
export function seriesOf(
  points: ReadonlyArray<{ step: number; wallTime: number; value: number; mark?: Mark }>,
): ScalarSeries {
  return {
    steps: Float64Array.from(points, (point) => point.step),
    wallTimes: Float64Array.from(points, (point) => point.wallTime),
    values: Float64Array.from(points, (point) => point.value),
    marks: Uint8Array.from(points, (point) => point.mark ?? Mark.Forward),
  };
}

/** A series from the columns of the API, which leaves out marks that are all `Forward`. */
export function seriesOfColumns(columns: {
  steps: readonly number[];
  wall_times: readonly number[];
  values: readonly number[];
  marks: readonly number[] | null;
}): ScalarSeries {
  return {
    steps: Float64Array.from(columns.steps),
    wallTimes: Float64Array.from(columns.wall_times),
    values: Float64Array.from(columns.values),
    marks: columns.marks === null ? new Uint8Array(columns.values.length) : Uint8Array.from(columns.marks),
  };
}

/** A series and what came after it. */
export function joined(before: ScalarSeries, after: ScalarSeries): ScalarSeries {
  const join = <Column extends Float64Array | Uint8Array>(name: keyof ScalarSeries, all: Column): Column => {
    all.set(before[name]);
    all.set(after[name], before[name].length);
    return all;
  };
  const length = before.values.length + after.values.length;
  return {
    steps: join("steps", new Float64Array(length)),
    wallTimes: join("wallTimes", new Float64Array(length)),
    values: join("values", new Float64Array(length)),
    marks: join("marks", new Uint8Array(length)),
  };
}

/** The points of a series for which `keep` holds; the series itself if that is all of them. */
export function filterSeries(series: ScalarSeries, keep: (index: number) => boolean): ScalarSeries {
  const kept: number[] = [];
  for (let i = 0; i < series.values.length; i++) {
    if (keep(i)) {
      kept.push(i);
    }
  }
  if (kept.length === series.values.length) {
    return series;
  }
  const pick = (column: ArrayLike<number>) => Float64Array.from(kept, (i) => at(column, i));
  return {
    steps: pick(series.steps),
    wallTimes: pick(series.wallTimes),
    values: pick(series.values),
    marks: Uint8Array.from(kept, (i) => at(series.marks, i)),
  };
}

/** Whether a later session has voided a point. */
export const isVoided = ({ marks }: Pick<ScalarSeries, "marks">, index: number): boolean => at(marks, index) === Mark.Purged;

/** Where a column starts again: the first index of each part that does not decrease. */
export function partStarts(column: Float64Array): number[] {
  const starts: number[] = column.length > 0 ? [0] : [];
  for (let i = 1; i < column.length; i++) {
    if (at(column, i) < at(column, i - 1)) {
      starts.push(i);
    }
  }
  return starts;
}

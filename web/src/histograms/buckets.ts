/** Histograms cut anew, so that they can be drawn beside each other. */
import type { Answer } from "../lib/api";
import { whole } from "../lib/format";
import { at } from "../scalars/columns";
import { upperBound } from "../scalars/search";

/** Left edge, right edge and count. */
export type Bucket = readonly [left: number, right: number, count: number];

/** The histogram of one step. */
export interface StepHistogram {
  readonly step: number;
  /** Seconds since the Unix epoch. */
  readonly wallTime: number;
  /** From left to right. */
  readonly buckets: readonly Bucket[];
  /** Whether the log has buckets that end at NaN or at an infinity: those have no place, and are left out. */
  readonly partly: boolean;
}

/** The histograms of an answer, each with the buckets that have a place. */
export function histogramsOf({ steps, wall_times, values }: Answer<Bucket[]>): StepHistogram[] {
  return values.map((all, n) => {
    const buckets = all.filter(([left, right]) => Number.isFinite(left) && Number.isFinite(right));
    return { step: steps[n] ?? 0, wallTime: Number(wall_times[n]), buckets, partly: buckets.length < all.length };
  });
}

/** Steps that are named before it is only said how many more there are. */
const MOST_NAMED = 6;

/** At which steps something is left out, in words; nothing where all is drawn. */
export function leftOutInWords(histograms: readonly StepHistogram[]): string | undefined {
  const steps = histograms.filter(({ partly }) => partly).map(({ step }) => whole(step));
  if (steps.length === 0) {
    return undefined;
  }
  const more = steps.length > MOST_NAMED ? ` and ${whole(steps.length - MOST_NAMED)} more` : "";
  return `left out: buckets at NaN or infinity in step${steps.length > 1 ? "s" : ""} ${steps.slice(0, MOST_NAMED).join(", ")}${more}`;
}

/** The edges that all histograms lie between; nothing if all are empty. */
export function domainOf(histograms: readonly StepHistogram[]): { min: number; max: number } | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { buckets } of histograms) {
    for (const [left, right] of buckets) {
      min = Math.min(min, left);
      max = Math.max(max, right);
    }
  }
  if (!(Number.isFinite(min) && Number.isFinite(max))) {
    return undefined;
  }
  // All values are the same: room for one bucket, as TensorBoard makes it.
  return min < max ? { min, max } : { min: min - 1, max: max + 1 };
}

/**
 * The counts of `bins` equal parts of a domain: each bucket gives every part the share of its count that lies there. A
 * bucket without width gives all to the part where it lies.
 */
export function rebin(buckets: readonly Bucket[], domain: { min: number; max: number }, bins: number): Float64Array {
  const counts = new Float64Array(bins);
  const width = (domain.max - domain.min) / bins;
  const binOf = (value: number) => Math.min(bins - 1, Math.max(0, Math.floor((value - domain.min) / width)));
  for (const [left, right, count] of buckets) {
    const from = binOf(left);
    const to = binOf(right);
    if (from === to) {
      counts[from] = at(counts, from) + count;
      continue;
    }
    for (let bin = from; bin <= to; bin++) {
      const start = Math.max(left, domain.min + bin * width);
      const end = Math.min(right, domain.min + (bin + 1) * width);
      counts[bin] = at(counts, bin) + (count * Math.max(0, end - start)) / (right - left);
    }
  }
  return counts;
}

/** The sum of all counts. */
export function totalOf(buckets: readonly Bucket[]): number {
  return buckets.reduce((sum, [, , count]) => sum + count, 0);
}

/** The percentiles of a distribution, in hundredths of a percent: the median and 1, 2, 3 half widths of a normal one. */
export const BASIS_POINTS: readonly number[] = [0, 668, 1587, 3085, 5000, 6915, 8413, 9332, 10_000];

/**
 * The values at `basisPoints` of a histogram, counts spread evenly in each bucket, as TensorBoard computes them. They are 0
 * where there is no bucket.
 */
export function percentiles(buckets: readonly Bucket[], basisPoints: readonly number[] = BASIS_POINTS): number[] {
  const [first] = buckets;
  const last = buckets.at(-1);
  if (first === undefined || last === undefined) {
    return basisPoints.map(() => 0);
  }
  const [min, max] = [first[0], last[1]];
  const total = totalOf(buckets) || 1;
  let sum = 0;
  const weights = Float64Array.from(buckets, ([, , count]) => {
    sum += (count * 10_000) / total;
    return sum;
  });
  return basisPoints.map((point) => {
    let i = upperBound(weights, point);
    while (i < weights.length && at(weights, i) === at(weights, i - 1)) {
      i += 1;
    }
    const bucket = buckets[i];
    if (bucket === undefined) {
      return max;
    }
    const before = i > 0 ? at(weights, i - 1) : 0;
    const left = before === 0 ? min : Math.max(buckets[i - 1]?.[1] ?? min, min);
    const right = Math.min(bucket[1], max);
    return left + ((point - before) / (at(weights, i) - before)) * (right - left);
  });
}

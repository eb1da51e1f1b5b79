/** Smoothing as TensorBoard does it: an exponential moving average without the bias of its first values. */
import { at } from "./columns";

/** Below this the bias of an average is lost in rounding. */
const NO_BIAS = 2 ** -60;

/**
 * The average of each value and those before it, in parts that start at `starts`; within a part,
 * `last = last·w + (1−w)·v` and what is shown is `last / (1−wⁿ)`.
 *
 * A part whose values are all equal stays as it is, and so do NaN and infinities, which take no part.
 */
export function smooth(values: Float64Array, weight: number, starts: readonly number[] = [0]): Float64Array {
  if (!(weight > 0)) {
    return values;
  }
  const smoothed = values.slice();
  starts.forEach((start, part) => {
    smoothPart(smoothed.subarray(start, starts[part + 1] ?? values.length), Math.min(weight, 1));
  });
  return smoothed;
}

function smoothPart(values: Float64Array, weight: number): void {
  const first = at(values, 0);
  if (values.every((value) => value === first)) {
    return;
  }
  let last = 0;
  let seen = 0;
  let bias = 1;
  for (let i = 0; i < values.length; i++) {
    const value = at(values, i);
    if (!Number.isFinite(value)) {
      continue;
    }
    last = last * weight + (1 - weight) * value;
    seen += 1;
    bias = bias > NO_BIAS ? weight ** seen : 0;
    values[i] = weight === 1 ? last : last / (1 - bias);
  }
}

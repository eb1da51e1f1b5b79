/** Binary search in ascending columns. */
import { at } from "./columns";

/** The first index in `start..end` whose value is not below `value`; `end` if there is none. */
export function lowerBound(column: ArrayLike<number>, value: number, start = 0, end = column.length): number {
  return firstIndex(start, end, (i) => at(column, i) >= value);
}

/** The first index in `start..end` whose value is above `value`; `end` if there is none. */
export function upperBound(column: ArrayLike<number>, value: number, start = 0, end = column.length): number {
  return firstIndex(start, end, (i) => at(column, i) > value);
}

/** The first index in `start..end` where `holds`, which stays true once it is; `end` if there is none. */
function firstIndex(start: number, end: number, holds: (index: number) => boolean): number {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

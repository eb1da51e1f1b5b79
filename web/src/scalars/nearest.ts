/** Which point of a series a pointer means. */
import { at } from "./columns";
import { lowerBound, upperBound } from "./search";
import type { Line } from "./line";

/** Finds the point nearest to a place along the axis: exactly, however many points are drawn. */
export class Finder {
  /** The indices in ascending order of `x`; none if the line is in this order already. */
  private readonly order: Uint32Array | undefined;
  private readonly sorted: Float64Array;

  constructor(line: Line) {
    const { x, starts } = line;
    if (starts.length <= 1) {
      this.sorted = x;
      return;
    }
    const order = Uint32Array.from(x, (_, i) => i);
    order.sort((a, b) => at(x, a) - at(x, b) || a - b);
    this.order = order;
    this.sorted = Float64Array.from(order, (i) => at(x, i));
  }

  /** The index of the nearest point; of several at the same place the last one written. -1 if there is none. */
  nearest(x: number): number {
    const { sorted } = this;
    if (sorted.length === 0 || Number.isNaN(x)) {
      return -1;
    }
    const after = lowerBound(sorted, x);
    const isAfter = after < sorted.length && (after === 0 || at(sorted, after) - x <= x - at(sorted, after - 1));
    const place = upperBound(sorted, at(sorted, isAfter ? after : after - 1)) - 1;
    return this.order === undefined ? place : at(this.order, place);
  }

  /** The place of the first point beyond `x` in a direction; nothing if there is none. */
  beside(x: number, direction: 1 | -1): number | undefined {
    const index = direction > 0 ? upperBound(this.sorted, x) : lowerBound(this.sorted, x) - 1;
    return this.sorted[index];
  }
}

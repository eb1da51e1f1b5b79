/** The rows of the table beside the pointer. */

export type TooltipSort = "default" | "ascending" | "descending" | "nearest";

/** One series at the pointer. */
export interface TooltipRow {
  /** As drawn. */
  readonly shown: number;
  /** Pixels between the pointer and the point. */
  readonly distance: number;
}

/** The rows in the order asked for; NaN comes last. */
export function sortTooltip<Row extends TooltipRow>(rows: readonly Row[], sort: TooltipSort): readonly Row[] {
  return sort === "default" ? rows : [...rows].sort(ORDERS[sort]);
}

type Order = (a: TooltipRow, b: TooltipRow) => number;

const ORDERS: Readonly<Record<Exclude<TooltipSort, "default">, Order>> = {
  ascending: (a, b) => compare(a.shown, b.shown),
  descending: (a, b) =>
    Number.isNaN(a.shown) || Number.isNaN(b.shown) ? compare(a.shown, b.shown) : compare(b.shown, a.shown),
  nearest: (a, b) => compare(a.distance, b.distance),
};

/** Ascending, with NaN at the end. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  }
  return a < b ? -1 : Number(a > b);
}

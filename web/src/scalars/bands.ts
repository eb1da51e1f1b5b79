/** Areas between two series of a run, as the margin charts of custom scalars have them. */
import type { ChartBand } from "./chart/model";
import { at, filterSeries, isVoided, type ScalarSeries } from "./columns";
import { type XAxis, xValues } from "./x_axis";

/** Tags of a line and of what bounds the area around it. */
export type Margin = readonly [value: string, lower: string, upper: string];

/** The area between two series, over the steps that both have; what a later session has voided is left out. */
export function bandOf(lower: ScalarSeries, upper: ScalarSeries, axis: XAxis, color: string): ChartBand {
  const above = new Map<number, number>();
  upper.steps.forEach((step, i) => { if (!isVoided(upper, i)) above.set(step, at(upper.values, i)); });
  const isBounded = (i: number) => !isVoided(lower, i) && Number.isFinite(at(lower.values, i)) && Number.isFinite(above.get(at(lower.steps, i)));
  // Relative time counts from the first point, as that of the line does: bounded or not, voided or not.
  const x = xValues(lower, axis).filter((_, i) => isBounded(i));
  const bounded = filterSeries(lower, isBounded);
  return { color, x, low: bounded.values, high: bounded.steps.map((step) => above.get(step) ?? Number.NaN) };
}

/** Areas between two series of a run, as the margin charts of custom scalars have them. */
import type { ChartBand } from "./chart/model";
import { at, filterSeries, Mark, type ScalarSeries } from "./columns";
import { type XAxis, xValues } from "./x_axis";

/** Tags of a line and of what bounds the area around it. */
export type Margin = readonly [value: string, lower: string, upper: string];

/** The area between two series, over the steps that both have; what a later session has voided is left out. */
export function bandOf(lower: ScalarSeries, upper: ScalarSeries, axis: XAxis, color: string): ChartBand {
  const valid = (series: ScalarSeries) => filterSeries(series, (i) => at(series.marks, i) !== Mark.Purged);
  const [low, high] = [valid(lower), valid(upper)];
  const above = new Map(Array.from(high.steps, (step, i) => [step, at(high.values, i)]));
  const isBounded = (i: number) => Number.isFinite(at(low.values, i)) && Number.isFinite(above.get(at(low.steps, i)));
  // Relative time counts from the first point, whether it is bounded or not.
  const x = xValues(low, axis).filter((_, i) => isBounded(i));
  const bounded = filterSeries(low, isBounded);
  return { color, x, low: bounded.values, high: bounded.steps.map((step) => above.get(step) ?? Number.NaN) };
}

/** Precision over recall of some runs at a step. */
import type { Answer, Curve } from "../lib/api";
import { colorOf } from "../lib/color";
import { placeOf } from "../images/steps";
import type { ChartModel } from "../scalars/chart/model";
import { formatValue } from "../scalars/x_axis";

export function curvesOf(all: readonly { run: string; answer: Answer<Curve> }[], step: number | null): ChartModel {
  const curves = all.flatMap(({ run, answer }) => {
    const curve = answer.values[placeOf({ steps: answer.steps, marks: null }, step)];
    if (!curve) return [];
    // Recall falls while the threshold rises: from right to left.
    const line = { x: Float64Array.from(curve.recall).reverse(), y: Float64Array.from(curve.precision).reverse(), starts: [0] };
    return [{ id: run, name: run, color: colorOf(run), line }];
  });
  const axis = (label: string) => ({ label, format: (value: number) => formatValue(value), kind: "number" as const });
  const home = { min: -0.02, max: 1.02 };
  return { curves, home: { x: home, y: home }, logarithmic: false, x: axis("Recall"), y: axis("Precision") };
}

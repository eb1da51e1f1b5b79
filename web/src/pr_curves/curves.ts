/** Precision over recall of some runs at a step. */
import type { Answer, Curve } from "../lib/api";
import { colorOf } from "../lib/color";
import { placeOf } from "../steps/steps";
import type { ChartModel } from "../scalars/chart/model";
import { formatWithin } from "../scalars/x_axis";

/** A point of a curve: what is taken for positive from a threshold on, and how much of that is right. */
export interface Point {
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** The curve of a run at a step. */
function curveAt({ steps, values }: Answer<Curve>, step: number | null): Curve | undefined {
  return values[placeOf({ steps, marks: null }, step)];
}

/** A point of the line of a run: thresholds are evenly spread from 0 to 1, from the right end of the line to its left. */
export function pointAt(answer: Answer<Curve>, step: number | null, index: number): Point | undefined {
  const curve = curveAt(answer, step);
  if (!curve) return undefined;
  // Where each point lies is known from all thresholds, also those that are not drawn.
  const last = curve.recall.length - 1;
  const place = drawnOf(curve) - 1 - index;
  return {
    threshold: last > 0 ? place / last : 0,
    truePositives: curve.true_positives[place] ?? NaN,
    falsePositives: curve.false_positives[place] ?? NaN,
    trueNegatives: curve.true_negatives[place] ?? NaN,
    falseNegatives: curve.false_negatives[place] ?? NaN,
  };
}

/** How many points are drawn: those at the end where nothing is taken for positive have no precision, and are left out as TensorBoard does. */
function drawnOf({ recall, true_positives, false_positives }: Curve): number {
  let count = recall.length;
  while (count > 1 && (true_positives[count - 1] ?? NaN) + (false_positives[count - 1] ?? NaN) === 0) count -= 1;
  return count;
}

export function curvesOf(all: readonly { run: string; answer: Answer<Curve> }[], step: number | null): ChartModel {
  const curves = all.flatMap(({ run, answer }) => {
    const curve = curveAt(answer, step);
    if (!curve) return [];
    // Recall falls while the threshold rises: from right to left.
    const drawn = (column: readonly number[]) => Float64Array.from(column.slice(0, drawnOf(curve))).reverse();
    const line = { x: drawn(curve.recall), y: drawn(curve.precision), starts: [0] };
    return [{ id: run, name: run, color: colorOf(run), line }];
  });
  const axis = (label: string) => ({ label, titled: true, format: formatWithin, kind: "number" as const });
  const home = { min: -0.02, max: 1.02 };
  return { curves, home: { x: home, y: home }, logarithmic: false, x: axis("Recall"), y: axis("Precision") };
}

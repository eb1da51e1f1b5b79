/** How the values of a tag are spread over time: its percentiles as lines, and areas between them. */
import type { ChartModel } from "../scalars/chart/model";
import { extentOf, padded } from "../scalars/extent";
import { chartAxisOf, formatWithin, type XAxis, xValues } from "../scalars/x_axis";
import { percentiles, type StepHistogram } from "./buckets";

/** What the percentiles of `BASIS_POINTS` are called. */
const NAMES = ["minimum", "7 %", "16 %", "31 %", "median", "69 %", "84 %", "93 %", "maximum"];
const NOWHERE = { min: 0, max: 1 };

export function distributionOf(histograms: readonly StepHistogram[], axis: XAxis, color: string): ChartModel {
  const x = xValues({
    steps: Float64Array.from(histograms, ({ step }) => step),
    wallTimes: Float64Array.from(histograms, ({ wallTime }) => wallTime),
  }, axis);
  const rows = histograms.map(({ buckets, partly }) =>
    // Of a step with no bucket that has a place nothing is known.
    buckets.length === 0 && partly ? NAMES.map(() => Number.NaN) : percentiles(buckets));
  const lines = NAMES.map((_, place) => Float64Array.from(rows, (row) => row[place] ?? Number.NaN));
  const across = extentOf([x]);
  const up = extentOf(lines);
  const bands = [0, 1, 2, 3].flatMap((place) => {
    const [low, high] = [lines[place], lines[NAMES.length - 1 - place]];
    return low && high ? [{ color, x, low, high }] : [];
  });
  return {
    bands,
    curves: NAMES.map((name, place) => ({ id: name, name, color, line: { x, y: lines[place] ?? new Float64Array(0), starts: [0] } })),
    home: { x: across ? padded(across, false, 0.02) : NOWHERE, y: up ? padded(up) : NOWHERE },
    logarithmic: false,
    x: chartAxisOf(axis),
    y: { label: "", format: formatWithin, kind: "number" },
  };
}

/** The chart of some series: their lines as asked for, and what is seen of them at first. */
import { colorAt, colorOf } from "../lib/color";
import { markersOf } from "./chart/markers";
import type { ChartCurve, ChartModel } from "./chart/model";
import type { ScalarSeries } from "./columns";
import { extentOf, padded, valueExtent } from "./extent";
import { curveOf } from "./line";
import { formatValue, formatX, type XAxis, X_AXIS_NAMES } from "./x_axis";

export interface ChartOptions {
  readonly axis: XAxis;
  readonly smoothing: number;
  readonly logarithmic: boolean;
  readonly ignoreOutliers: boolean;
}

export interface ChartSeries {
  readonly id: string;
  readonly run: string;
  readonly tag: string;
  readonly series: ScalarSeries;
}

/** A place for what has none yet. */
const NOWHERE = { min: 0, max: 1 };

/** Colours are those of the runs; where a chart shows several tags of a run, each line has its own. */
export function chartOf(all: readonly ChartSeries[], options: ChartOptions): ChartModel {
  const severalTags = new Set(all.map(({ tag }) => tag)).size > 1;
  const curves = all.map(({ id, run, tag, series }, n): ChartCurve => {
    const curve = curveOf(series, options);
    return {
      id,
      name: severalTags ? `${tag} · ${run}` : run,
      color: severalTags ? colorAt(n) : colorOf(run),
      line: curve.line,
      ...(curve.line === curve.raw ? {} : { faint: curve.raw }),
      ...(curve.voided.x.length > 0 ? { voided: curve.voided } : {}),
      markers: markersOf(curve),
      dotted: curve.line.x.length === 1,
    };
  });
  const { logarithmic, ignoreOutliers, axis } = options;
  const values = curves.flatMap(({ line, faint }) => (faint ? [line.y, faint.y] : [line.y]));
  const y = valueExtent(values, { logarithmic, ignoreOutliers });
  const x = extentOf(curves.map(({ line }) => line.x));
  return {
    curves,
    home: {
      x: x ? padded(x, false, 0.02) : NOWHERE,
      y: y ? padded(y, logarithmic) : logarithmic ? { min: 0.1, max: 1 } : NOWHERE,
    },
    logarithmic,
    x: { label: X_AXIS_NAMES[axis], format: (value) => formatX(value, axis), kind: axis === "step" ? "number" : axis === "wall" ? "moment" : "duration" },
    y: { label: "", format: (value) => formatValue(value), kind: "number" },
  };
}

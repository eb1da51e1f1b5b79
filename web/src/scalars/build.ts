/** The chart of some series: their lines as asked for, and what is seen of them at first. */
import { colorAt, colorOf } from "../lib/color";
import { bandOf, type Margin } from "./bands";
import { markersOf } from "./chart/markers";
import type { ChartBand, ChartCurve, ChartModel } from "./chart/model";
import type { ScalarSeries } from "./columns";
import { extentOf, padded, valueExtent } from "./extent";
import { curveOf } from "./line";
import { formatWithin, formatX, type XAxis, X_AXIS_NAMES } from "./x_axis";

export interface ChartOptions {
  readonly axis: XAxis;
  readonly smoothing: number;
  readonly logarithmic: boolean;
  readonly ignoreOutliers: boolean;
  /** Lines with an area around them. The series that bound one are no lines of their own, and nothing is smoothed. */
  readonly margins?: readonly Margin[];
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
  const { margins = [] } = options;
  const lines = margins.length > 0 ? all.filter(({ tag }) => margins.some(([value]) => value === tag)) : all;
  const smoothing = margins.length > 0 ? 0 : options.smoothing;
  const severalTags = new Set(lines.map(({ tag }) => tag)).size > 1;
  const curves = lines.map(({ id, run, tag, series }, n): ChartCurve => {
    const curve = curveOf(series, { axis: options.axis, smoothing });
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
  const bands = lines.flatMap(({ run, tag }, n): ChartBand[] => {
    const seriesOf = (tag: string) => all.find((each) => each.run === run && each.tag === tag)?.series;
    return margins.flatMap(([value, lower, upper]) => {
      const [low, high] = [seriesOf(lower), seriesOf(upper)];
      return value === tag && low && high ? [bandOf(low, high, axis, curves[n]?.color ?? "")] : [];
    });
  });
  const values = curves.flatMap(({ line, faint }) => (faint ? [line.y, faint.y] : [line.y]));
  const y = valueExtent([...values, ...bands.flatMap(({ low, high }) => [low, high])], { logarithmic, ignoreOutliers });
  const x = extentOf(curves.map(({ line }) => line.x));
  return {
    ...(bands.length > 0 ? { bands } : {}),
    curves,
    home: {
      x: x ? padded(x, false, 0.02) : NOWHERE,
      y: y ? padded(y, logarithmic) : logarithmic ? { min: 0.1, max: 1 } : NOWHERE,
    },
    logarithmic,
    x: { label: X_AXIS_NAMES[axis], format: (value) => formatX(value, axis), kind: axis === "step" ? "number" : axis === "wall" ? "moment" : "duration" },
    y: { label: "", format: formatWithin, kind: "number" },
  };
}

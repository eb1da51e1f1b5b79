/** The chart of some series: their lines as asked for, and what is seen of them at first. */
import { colorOf } from "../lib/color";
import { bandOf, type Margin } from "./bands";
import { markersOf } from "./chart/markers";
import type { ChartBand, ChartCurve, ChartModel } from "./chart/model";
import { at, type ScalarSeries } from "./columns";
import { extentOf, padded, valueExtent } from "./extent";
import { curveOf } from "./line";
import { chartAxisOf, formatWithin, type XAxis } from "./x_axis";

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

/** A chart of scalars. */
export interface ScalarModel extends ChartModel {
  /** What tells its lines apart, where that is not the run alone. */
  readonly legend?: { readonly tags: ReadonlyMap<string, readonly number[]>; readonly runs: ReadonlyMap<string, string> };
  /** How many finite values a logarithmic axis has no place for, and whether any value has one. */
  readonly unplaced: number;
  readonly isPlaced: boolean;
}

/** A place for what has none yet. */
const NOWHERE = { min: 0, max: 1 };

/** Room on both sides of what lies at one place alone: steps, or seconds. */
const LONE: Readonly<Record<XAxis, number>> = { step: 1, relative: 1, wall: 30 };

/** Strokes and gaps of the lines of the first tag, the second, and so on; they do not look like those of voided points. */
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [15, 5], [9, 3, 2, 3, 2, 3]];

/** Colours are those of the runs, everywhere; where a chart shows several tags, dashes tell those apart. */
export function chartOf(all: readonly ChartSeries[], options: ChartOptions): ScalarModel {
  const { margins = [] } = options;
  const lines = margins.length > 0 ? all.filter(({ tag }) => margins.some(([value]) => value === tag)) : all;
  const smoothing = margins.length > 0 ? 0 : options.smoothing;
  const tags = new Map([...new Set(lines.map(({ tag }) => tag))].map((tag, n) => [tag, DASHES[n % DASHES.length] ?? []]));
  const severalTags = tags.size > 1;
  const curves = lines.map(({ id, run, tag, series }): ChartCurve => {
    const curve = curveOf(series, { axis: options.axis, smoothing });
    return {
      id,
      name: severalTags ? `${tag} · ${run}` : run,
      color: colorOf(run),
      ...(severalTags ? { dash: tags.get(tag) ?? [] } : {}),
      line: curve.line,
      points: { series: curve.series, start: curve.start },
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
  const unplaced = logarithmic ? curves.reduce((sum, { points }) => sum + countUnplaced(points?.series.values ?? []), 0) : 0;
  return {
    ...(severalTags ? { legend: { tags, runs: new Map(lines.map(({ run }) => [run, colorOf(run)])) } } : {}),
    unplaced,
    isPlaced: y !== undefined,
    ...(bands.length > 0 ? { bands } : {}),
    curves,
    home: {
      x: x ? padded(x, false, 0.02, LONE[axis]) : NOWHERE,
      y: y ? padded(y, logarithmic) : logarithmic ? { min: 0.1, max: 1 } : NOWHERE,
    },
    logarithmic,
    x: chartAxisOf(axis),
    y: { label: "", format: formatWithin, kind: "number" },
  };
}

/** How many values are numbers that have no logarithm. */
function countUnplaced(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = at(values, i);
    count += Number(Number.isFinite(value) && value <= 0);
  }
  return count;
}

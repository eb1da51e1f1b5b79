/** What a chart shows: everything that `Chart` and the SVG export need to draw it. */
import type { ScalarSeries } from "../columns";
import type { Range } from "../decimate";
import type { Line } from "../line";

/** A line with what lies behind it. */
export interface ChartCurve {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  /** Lengths of strokes and of gaps, in pixels, where lines of one colour are told apart by them; none is a whole line. */
  readonly dash?: readonly number[];
  readonly line: Line;
  /** What the log says of each point of `line`, and the moment from which relative time counts. */
  readonly points?: { readonly series: ScalarSeries; readonly start: number };
  /** Drawn thin behind the line: the values before smoothing. */
  readonly faint?: Line;
  /** Drawn dashed: points that a later session has voided. */
  readonly voided?: Line;
  /** Single points that are marked. */
  readonly markers?: readonly ChartMarker[];
  /** Whether each point is shown as a dot. */
  readonly dotted?: boolean;
}

/** An area between two lines over the same places. */
export interface ChartBand {
  readonly color: string;
  readonly x: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** What is marked about a point. */
export type MarkerKind = "nan" | "infinity" | "minus_infinity" | "repeated" | "backward" | "voided";

/** A point that is marked. Where its value cannot be drawn, it lies at an edge of the chart. */
export interface ChartMarker {
  readonly kind: MarkerKind;
  readonly x: number;
  readonly y: number;
}

/** All of a chart. */
export interface ChartModel {
  readonly curves: readonly ChartCurve[];
  readonly bands?: readonly ChartBand[];
  /** What is seen before any zoom. */
  readonly home: Extent;
  readonly logarithmic: boolean;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
}

export interface ChartAxis {
  readonly label: string;
  /** Whether the label stands beside the axis on the page; in a file it always does. */
  readonly titled?: boolean;
  /** A value in words, so exactly that differences within `span`, the length of what is seen, are told. */
  readonly format: (value: number, span: number) => string;
  /** Where its marks lie: at round numbers, times of day (seconds since the epoch) or lengths of time (seconds). */
  readonly kind: "number" | "moment" | "duration";
}

/** How long a part of an axis is. */
export const spanOf = ({ min, max }: Range): number => max - min;

/** What part of the plane is seen. */
export interface Extent {
  readonly x: Range;
  readonly y: Range;
}

/** Maps values to pixels. */
export interface Projection {
  readonly extent: Extent;
  readonly logarithmic: boolean;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function pixelX({ extent: { x }, left, width }: Projection, value: number): number {
  return left + ((value - x.min) / (x.max - x.min)) * width;
}

export function pixelY({ extent: { y }, logarithmic, top, height }: Projection, value: number): number {
  return top + height - partOf(y, logarithmic, value) * height;
}

/** Where a value lies in a range, from 0 at its beginning to 1 at its end. */
export function partOf({ min, max }: Range, logarithmic: boolean, value: number): number {
  const place = logarithmic ? Math.log10 : (number: number) => number;
  return (place(value) - place(min)) / (place(max) - place(min));
}

/** The value that lies at a part of a range. */
export function valueAt({ min, max }: Range, logarithmic: boolean, part: number): number {
  const between = (from: number, to: number) => from + (to - from) * part;
  return logarithmic ? 10 ** between(Math.log10(min), Math.log10(max)) : between(min, max);
}

/** Whether a value has a place on the axis. */
export function isDrawable(value: number, logarithmic: boolean): boolean {
  return Number.isFinite(value) && (!logarithmic || value > 0);
}

/** Draws a chart's data, on a canvas as in an SVG file. */
import { at } from "../columns";
import { BREAK, decimate } from "../decimate";
import type { Line } from "../line";
import { MARKER_SHAPES } from "./markers";
import {
  type ChartBand,
  type ChartCurve,
  type ChartMarker,
  type ChartModel,
  isDrawable,
  pixelX,
  pixelY,
  type Projection,
} from "./model";

/** A point in pixels. */
export type Pixel = readonly [x: number, y: number];

/** How a line looks. */
export interface Stroke {
  readonly color: string;
  readonly width: number;
  readonly opacity: number;
  readonly dash?: readonly number[];
}

/** What can be drawn on. */
export interface Surface {
  /** Lines, each through some points. */
  lines(parts: readonly Pixel[][], stroke: Stroke): void;
  /** A closed shape, filled. */
  area(points: readonly Pixel[], color: string, opacity: number): void;
  dot(point: Pixel, radius: number, color: string): void;
}

/** Below this distance of points, in pixels, dots would hide the line. */
const DOT_ROOM = 8;

/** How far a piece of a line reaches to both sides of a lone point, in pixels. */
const LONE_LINE = 15;

/** Draws bands, then lines, then markers, so that the smaller stays visible. */
export function paint(model: ChartModel, projection: Projection, surface: Surface): void {
  for (const band of model.bands ?? []) {
    paintBand(band, projection, surface);
  }
  for (const curve of model.curves) {
    paintCurve(curve, projection, surface);
  }
  for (const { markers, color } of model.curves) {
    paintMarkers(markers ?? [], color, projection, surface);
  }
}

function paintCurve(curve: ChartCurve, projection: Projection, surface: Surface): void {
  const { color, line, faint, voided, dotted } = curve;
  const dash = curve.dash !== undefined && curve.dash.length > 0 ? { dash: curve.dash } : {};
  if (faint !== undefined) {
    surface.lines(partsOf(faint, projection), { color, width: 1, opacity: 0.35, ...dash });
  }
  if (voided !== undefined) {
    surface.lines(partsOf(voided, projection), { color, width: 1, opacity: 0.6, dash: [3, 3] });
  }
  const parts = partsOf(line, projection);
  surface.lines(parts, { color, width: 1.75, opacity: 1, ...dash });
  // A point without neighbours is no line.
  const dots =
    dotted === true && hasRoom(parts, projection)
      ? parts.flat()
      : parts.flatMap((part) => (part.length === 1 ? part : []));
  for (const dot of dots) {
    surface.dot(dot, 2.25, color);
  }
  // Nothing would tell of which tag a lone point is: a piece of its line, as in the legend, does.
  if (dotted === true && curve.dash !== undefined) {
    const pieces = parts.flat().map(([x, y]): Pixel[] => [[x - LONE_LINE, y], [x + LONE_LINE, y]]);
    surface.lines(pieces, { color, width: 1.75, opacity: 1, ...dash });
  }
}

function hasRoom(parts: readonly Pixel[][], projection: Projection): boolean {
  const count = parts.reduce((sum, part) => sum + part.length, 0);
  return count * DOT_ROOM <= projection.width;
}

/** The parts of a line as pixels, with no more points than can be told apart. */
export function partsOf(line: Line, projection: Projection): Pixel[][] {
  const { extent, logarithmic, width } = projection;
  const parts: Pixel[][] = [];
  let part: Pixel[] = [];
  for (const index of decimate(line, extent.x, Math.ceil(width), (value) => isDrawable(value, logarithmic))) {
    if (index === BREAK) {
      parts.push(part);
      part = [];
    } else {
      part.push([pixelX(projection, at(line.x, index)), pixelY(projection, at(line.y, index))]);
    }
  }
  return [...parts, part].filter((each) => each.length > 0);
}

function paintBand(band: ChartBand, projection: Projection, surface: Surface): void {
  const edge = (y: Float64Array): Pixel[] =>
    partsOf({ x: band.x, y, starts: band.x.length > 0 ? [0] : [] }, projection).flat();
  surface.area([...edge(band.high), ...edge(band.low).reverse()], band.color, 0.2);
}

function paintMarkers(markers: readonly ChartMarker[], color: string, projection: Projection, surface: Surface): void {
  const seen = new Set<string>();
  const { left, top, width, height, logarithmic } = projection;
  for (const { kind, x, y } of markers) {
    const px = pixelX(projection, x);
    const key = `${kind} ${Math.round(px)}`;
    if (px < left || px > left + width || seen.has(key)) {
      continue;
    }
    seen.add(key);
    const shape = MARKER_SHAPES[kind];
    const edge = shape.edge === "top" ? top + 5 : top + height - 5;
    const py = isDrawable(y, logarithmic) ? pixelY(projection, y) : edge;
    const outline = shape.outline.map(([dx, dy]): Pixel => [
      px + dx * 4,
      Math.min(Math.max(py, top + 4), top + height - 4) + dy * 4,
    ]);
    if (shape.filled) {
      surface.area(outline, color, 1);
    } else {
      surface.lines(shape.strokes(outline), { color, width: 1.25, opacity: 1 });
    }
  }
}

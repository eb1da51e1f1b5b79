/** Points that are marked: what they are, how they look, and what they mean. */
import { whole } from "../../lib/format";
import { at, Mark, type ScalarSeries } from "../columns";
import type { Curve } from "../line";
import type { ChartMarker, MarkerKind } from "./model";
import type { Pixel } from "./paint";

/** How a marker looks: a shape of the size 2 around 0. */
interface MarkerShape {
  readonly outline: readonly Pixel[];
  readonly filled: boolean;
  /** Where it lies when its value has no place. */
  readonly edge: "top" | "bottom";
  /** The lines through the points of the outline. */
  readonly strokes: (outline: Pixel[]) => Pixel[][];
  /** The same as a letter. */
  readonly symbol: string;
  readonly meaning: string;
}

const closed = (outline: Pixel[]): Pixel[][] => [[...outline, ...outline.slice(0, 1)]];
const cross = (outline: Pixel[]): Pixel[][] => [outline.slice(0, 2), outline.slice(2, 4)];

export const MARKER_SHAPES: Readonly<Record<MarkerKind, MarkerShape>> = {
  nan: {
    outline: [
      [0, -1],
      [1, 0],
      [0, 1],
      [-1, 0],
    ],
    filled: true,
    edge: "bottom",
    strokes: closed,
    symbol: "◆",
    meaning: "NaN",
  },
  infinity: {
    outline: [
      [0, -1],
      [1, 1],
      [-1, 1],
    ],
    filled: true,
    edge: "top",
    strokes: closed,
    symbol: "▲",
    meaning: "infinity",
  },
  minus_infinity: {
    outline: [
      [0, 1],
      [1, -1],
      [-1, -1],
    ],
    filled: true,
    edge: "bottom",
    strokes: closed,
    symbol: "▼",
    meaning: "minus infinity",
  },
  repeated: {
    outline: [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ],
    filled: false,
    edge: "bottom",
    strokes: closed,
    symbol: "□",
    meaning: "a step logged again",
  },
  backward: {
    outline: [
      [-1, 0],
      [1, -1],
      [1, 1],
    ],
    filled: false,
    edge: "bottom",
    strokes: closed,
    symbol: "◁",
    meaning: "a step back",
  },
  voided: {
    outline: [
      [-1, -1],
      [1, 1],
      [-1, 1],
      [1, -1],
    ],
    filled: false,
    edge: "bottom",
    strokes: cross,
    symbol: "✕",
    meaning: "voided by a later start",
  },
};

/** Everything about a curve that a line alone does not show. */
export function markersOf(curve: Curve): ChartMarker[] {
  const { line, series, voided } = curve;
  const markers: ChartMarker[] = [];
  let lastFinite = Number.NaN;
  for (let i = 0; i < line.y.length; i++) {
    const value = at(series.values, i);
    const place = { x: at(line.x, i), y: at(line.y, i) };
    if (Number.isNaN(value)) {
      markers.push({ kind: "nan", x: place.x, y: lastFinite });
    } else if (!Number.isFinite(value)) {
      markers.push({ kind: value > 0 ? "infinity" : "minus_infinity", ...place });
    } else {
      lastFinite = place.y;
    }
    if (at(series.marks, i) === Mark.Repeated) {
      markers.push({ kind: "repeated", ...place });
    } else if (goesBack(series, i)) {
      markers.push({ kind: "backward", ...place });
    }
  }
  voided.x.forEach((x, i) => {
    markers.push({ kind: "voided", x, y: at(voided.y, i) });
  });
  return markers;
}

/** Whether the steps go back at a point: at the first one of a part that was logged before. */
function goesBack({ steps, marks }: ScalarSeries, index: number): boolean {
  const isBehind = at(marks, index) === Mark.Backward;
  return isBehind && (at(marks, index - 1) !== Mark.Backward || at(steps, index) < at(steps, index - 1));
}

/** How many markers of each kind there are, in words: `2 × ◆ NaN`. */
export function markersInWords(all: Iterable<readonly ChartMarker[]>): string[] {
  const counts = new Map<MarkerKind, number>();
  for (const markers of all) {
    for (const { kind } of markers) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return [...counts].map(
    ([kind, count]) => `${whole(count)} × ${MARKER_SHAPES[kind].symbol} ${MARKER_SHAPES[kind].meaning}`,
  );
}

/** Fewer points that draw the same picture: at most four for each column of pixels. */
import { at } from "./columns";
import type { Line } from "./line";
import { lowerBound, upperBound } from "./search";

/** A part of an axis. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Between two indices: the line is not drawn here. */
export const BREAK = -1;

/**
 * The indices of the points to draw, with `BREAK` where the line is interrupted: of each run of points that fall into one
 * column of pixels the first, the smallest, the largest and the last, in their order. The line ends before a point whose
 * value `isShown` refuses (NaN, infinities, and what a logarithm cannot take), and where a part starts.
 */
export function decimate(
  line: Line,
  visible: Range,
  columns: number,
  isShown: (value: number) => boolean = Number.isFinite,
): number[] {
  const { x, y, starts } = line;
  const perColumn = columns / (visible.max - visible.min || 1);
  const path: number[] = [];
  let column: Column | undefined;
  const flush = () => {
    column?.appendTo(path);
    column = undefined;
  };
  starts.forEach((start, part) => {
    const end = starts[part + 1] ?? x.length;
    const [from, to] = visiblePart(x, start, end, visible);
    for (let i = from; i < to; i++) {
      const value = at(y, i);
      if (!isShown(value)) {
        flush();
        interrupt(path);
        continue;
      }
      const place = Math.floor((at(x, i) - visible.min) * perColumn);
      if (column?.place === place) {
        column.add(i, value);
      } else {
        flush();
        column = new Column(place, i, value);
      }
    }
    flush();
    interrupt(path);
  });
  return path;
}

function interrupt(path: number[]): void {
  if (path.length > 0 && path.at(-1) !== BREAK) {
    path.push(BREAK);
  }
}

/** The points of an ascending part inside `visible`, and one on each side, so that the line reaches the edges. */
function visiblePart(x: Float64Array, start: number, end: number, visible: Range): [from: number, to: number] {
  const first = lowerBound(x, visible.min, start, end);
  const last = upperBound(x, visible.max, start, end);
  return [Math.max(first - 1, start), Math.min(last + 1, end)];
}

/** Neighbouring points in one column of pixels. */
class Column {
  private lowest: number;
  private highest: number;
  private last: number;
  private low: number;
  private high: number;

  constructor(
    readonly place: number,
    private readonly first: number,
    value: number,
  ) {
    this.lowest = first;
    this.highest = first;
    this.last = first;
    this.low = value;
    this.high = value;
  }

  add(index: number, value: number): void {
    this.last = index;
    if (value < this.low) {
      this.low = value;
      this.lowest = index;
    }
    if (value > this.high) {
      this.high = value;
      this.highest = index;
    }
  }

  appendTo(path: number[]): void {
    const inner = [Math.min(this.lowest, this.highest), Math.max(this.lowest, this.highest)];
    let previous = this.first;
    path.push(previous);
    for (const index of [...inner, this.last]) {
      if (index > previous) {
        path.push(index);
        previous = index;
      }
    }
  }
}

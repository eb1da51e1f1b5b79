/** What is written beside ridges: round values below them, and times on their right. */
import { momentLabels, ticksOf } from "../scalars/chart/ticks";
import { formatWithin, formatX, type XAxis } from "../scalars/x_axis";
import type { Ridges } from "./ridges";

export interface Mark {
  /** Where it lies, 0 to 1 from the left or from above. */
  readonly at: number;
  readonly label: string;
}

/** Round values along the domain. */
export function valueMarks({ domain: { min, max } }: Ridges, count = 5): Mark[] {
  return ticksOf({ min, max }, count).map((value) => ({ at: (value - min) / (max - min), label: formatWithin(value, max - min) }));
}

/** Round times beside the base lines of ridges that lie behind one another. A step is a whole number. */
export function timeMarks({ times: { min, max }, ridges }: Ridges, axis: XAxis, height: number, count = 4): Mark[] {
  const [first, last] = [ridges[0], ridges.at(-1)];
  if (!first || !last) return [];
  if (!(max > min)) return [{ at: last.base / height, label: formatX(last.time, axis) }];
  const [top, bottom] = [Math.min(first.base, last.base), Math.max(first.base, last.base)];
  const times = ticksOf({ min, max }, count).filter((time) => axis !== "step" || Number.isInteger(time));
  // Of a moment there is room for the time of day, or for the day.
  const moments = axis === "wall" ? momentLabels(times, (times[1] ?? 0) - (times[0] ?? 0)).map((label) => label.split("\n")[0] ?? "") : null;
  return times.map((time, n) =>
    ({ at: (top + (bottom - top) * (time - min) / (max - min)) / height, label: moments?.[n] ?? formatX(time, axis, max - min) }));
}

/** Where the marks of an axis lie, and what is written beside them. */
import { moment } from "../../lib/format";
import type { Range } from "../decimate";

/** Round values inside a range, about `count` of them. */
export function ticksOf({ min, max }: Range, count: number): number[] {
  const rough = (max - min) / count;
  if (!(rough > 0) || !Number.isFinite(rough)) {
    return [];
  }
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(min / step);
  const last = Math.floor(max / step + 1e-9);
  // Multiples of a power of ten are exact where quotients are; what is left is rounded away.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten inside a range; round values where there are fewer than two. */
function logTicksOf({ min, max }: Range, count: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(min)), Math.floor(Math.log10(max))];
  if (last - first < 1) {
    return ticksOf({ min, max }, count).filter((value) => value > 0);
  }
  const every = Math.ceil((last - first + 1) / count);
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => 10 ** (first + i * every));
}

/** Values inside a range that are marked, about `count` of them. */
export function marksOf(range: Range, logarithmic: boolean, count: number): number[] {
  return logarithmic ? logTicksOf(range, count) : ticksOf(range, count);
}

/** Moments from `first` on as the time of day and, where it is another one than before, the day below; days alone where marks are days apart. */
export function momentLabels(marks: readonly number[], apart: number, first = Number.NEGATIVE_INFINITY): string[] {
  let before = "";
  return marks.map((mark) => {
    if (mark < first) return "";
    const [day = "", time = ""] = moment(mark).split(" ");
    if (apart >= 86_400) return day;
    const part = apart < 1 ? (mark % 1).toFixed(3).slice(1) : "";
    const label = `${apart >= 60 ? time.slice(0, 5) : time}${part}`;
    const isNew = day !== before;
    before = day;
    return isNew ? `${label}\n${day}` : label;
  });
}

import { expect, test } from "vitest";
import { at } from "./columns";
import { BREAK, decimate } from "./decimate";
import { moved, padded, valueExtent, zoomed } from "./extent";
import { Finder } from "./nearest";
import { smooth } from "./smoothing";
import { nearestFew, nearestOf } from "./chart/hover";
import { sortTooltip, type TooltipRow } from "./tooltip";
import { formatValue, formatWithin, xValues } from "./x_axis";

const column = (...values: number[]) => Float64Array.from(values);

test("smoothing is TensorBoard's moving average without the bias of its start", () => {
  // last = last · 0.5 + 0.5 · v, divided by 1 − 0.5ⁿ
  expect([...smooth(column(1, 3, 5), 0.5)]).toEqual([1, (0.25 + 1.5) / 0.75, (0.125 + 0.75 + 2.5) / 0.875]);
});

test("smoothing leaves alone what has no average", () => {
  const equal = column(2, 2, 2);
  expect([...smooth(equal, 0.9)]).toEqual([2, 2, 2]);
  const values = column(1, Number.NaN, 3, Number.POSITIVE_INFINITY);
  const smoothed = smooth(values, 0.5);
  expect([Number.isNaN(at(smoothed, 1)), at(smoothed, 3)]).toEqual([true, Number.POSITIVE_INFINITY]);
  expect(at(smoothed, 2)).toBeCloseTo((0.25 + 1.5) / 0.75);
  expect(smooth(values, 0)).toBe(values);
});

test("smoothing starts anew with a session that goes back", () => {
  const [whole, parts] = [smooth(column(1, 3, 10, 12), 0.6), smooth(column(1, 3, 10, 12), 0.6, [0, 2])];
  expect(at(parts, 2)).toBe(10);
  expect(at(whole, 2)).toBeLessThan(10);
});

test("a line of many points keeps the extremes of each column of pixels", () => {
  const n = 10_000;
  const x = Float64Array.from({ length: n }, (_, i) => i);
  const y = Float64Array.from({ length: n }, (_, i) => (i === 4321 ? 99 : i === 7777 ? -99 : Math.sin(i)));
  const path = decimate({ x, y, starts: [0] }, { min: 0, max: n }, 100);
  expect(path.length).toBeLessThan(4 * 101 + 2);
  expect(path).toEqual(expect.arrayContaining([0, 4321, 7777, n - 1]));
  const drawn = path.filter((index) => index !== BREAK);
  expect(drawn).toEqual([...drawn].sort((a, b) => a - b));
});

test("a line is interrupted where a value cannot be drawn, and between sessions", () => {
  const line = { x: column(0, 1, 2, 0, 1), y: column(1, Number.NaN, 3, 4, 5), starts: [0, 3] };
  expect(decimate(line, { min: 0, max: 2 }, 100)).toEqual([0, BREAK, 2, BREAK, 3, 4, BREAK]);
});

test("the extent ignores outliers, and what a logarithm cannot take", () => {
  const values = column(...Array.from({ length: 100 }, (_, i) => i), 1e9, Number.NaN);
  const all = { ignoreOutliers: false, logarithmic: false };
  expect(valueExtent([values], all)).toEqual({ min: 0, max: 1e9 });
  expect(valueExtent([values], { ...all, ignoreOutliers: true })?.max).toBeLessThan(100);
  expect(valueExtent([values], { ...all, logarithmic: true })?.min).toBe(1);
  expect(valueExtent([column(Number.NaN)], all)).toBeUndefined();
});

test("a range gets room, moves and grows about a place, on a logarithmic axis by its exponents", () => {
  expect(padded({ min: 0, max: 10 })).toEqual({ min: -0.5, max: 10.5 });
  expect(padded({ min: 5, max: 5 }).min).toBeLessThan(5);
  expect(moved({ min: 0, max: 10 }, 0.5)).toEqual({ min: 5, max: 15 });
  expect(zoomed({ min: 0, max: 10 }, 0.5, 0)).toEqual({ min: 0, max: 5 });
  const log = zoomed({ min: 1, max: 10_000 }, 0.5, 0, true);
  expect([log.min, log.max].map(Math.round)).toEqual([1, 100]);
});

test("the nearest point is found in a line that goes back, the last written of equal ones", () => {
  const finder = new Finder({ x: column(0, 2, 4, 2, 3), y: column(0, 0, 0, 0, 0), starts: [0, 3] });
  expect([-9, 0.9, 2, 2.6, 99, Number.NaN].map((x) => finder.nearest(x))).toEqual([0, 0, 3, 4, 2, -1]);
  expect([finder.beside(2, 1), finder.beside(2, -1), finder.beside(4, 1)]).toEqual([3, 0, undefined]);
});

test("rows at the pointer are sorted; of more than there is room for, the nearest are shown", () => {
  const row = (id: string, shown: number, distance: number): TooltipRow & { id: string } => ({ id, shown, distance });
  const rows = [row("a", 2, 9), row("b", Number.NaN, 8), row("c", 1, 1)];
  const ids = (sort: Parameters<typeof sortTooltip>[1]) => sortTooltip(rows, sort).map(({ id }) => id).join("");
  expect([ids("default"), ids("ascending"), ids("descending"), ids("nearest")]).toEqual(["abc", "cab", "acb", "cba"]);
  expect(nearestOf(rows)?.id).toBe("c");
  expect(nearestOf([row("a", 1, Number.POSITIVE_INFINITY)])).toBeUndefined();
  expect(nearestFew([...rows, row("d", 3, Number.POSITIVE_INFINITY)], 2).map(({ id }) => id)).toEqual(["b", "c"]);
});

test("relative time counts from the first time that is one; values are short", () => {
  const series = { steps: column(0, 1), wallTimes: column(Number.NaN, 100, 160) };
  expect([...xValues(series, "relative")].slice(1)).toEqual([0, 60]);
  const shown = [0.82134567, 1.5e-7, 1234567, Number.NEGATIVE_INFINITY, -2].map((value) => formatValue(value));
  expect(shown).toEqual(["0.82135", "1.5e−7", "1234567", "−∞", "−2"]);
});

test("a value has the digits that tell it from others in sight, and no more than a 32-bit float has", () => {
  expect(formatWithin(Math.fround(1000002.2), 5)).toBe("1000002.2");
  expect(formatWithin(1000002.2345678, 5)).toBe("1000002.23");
  expect(formatWithin(1000002.5, 5e6)).toBe("1000000");
  expect(formatWithin(0.1234567, 1)).toBe("0.12346");
  expect(formatWithin(0.1234567, 0.001)).toBe("0.123457");
  expect(formatWithin(16777216, 4)).toBe("1.6777216e7");
  expect([formatWithin(0, 1), formatWithin(NaN, 1), formatWithin(-2, 100)]).toEqual(["0", "NaN", "−2"]);
});

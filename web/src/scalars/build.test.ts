import { expect, test } from "vitest";
import { chartOf } from "./build";
import { seriesOf } from "./columns";

const plain = { axis: "step" as const, smoothing: 0, logarithmic: false, ignoreOutliers: false };
const series = seriesOf([0, 1, 2, 3].map((step) => ({ step, wallTime: 100 + step, value: 10 ** step })));
const of = (run: string, tag: string) => ({ id: `${tag} ${run}`, run, tag, series });

test("a chart shows all of its lines at first", () => {
  const { home, curves } = chartOf([of("a", "loss")], plain);
  expect([home.x.min <= 0, home.x.max >= 3, home.y.min <= 1, home.y.max >= 1000]).toEqual([true, true, true, true]);
  expect(curves[0]?.faint).toBeUndefined();
});

test("smoothing leaves the values behind the line", () => {
  const [curve] = chartOf([of("a", "loss")], { ...plain, smoothing: 0.6 }).curves;
  expect([...curve?.faint?.y ?? []]).toEqual([1, 10, 100, 1000]);
  expect(curve?.line.y[3]).toBeLessThan(1000);
});

test("runs of one tag have their own colours, and so have tags of one run", () => {
  const runs = chartOf([of("a", "loss"), of("b", "loss")], plain).curves;
  expect(runs.map(({ name }) => name)).toEqual(["a", "b"]);
  const tags = chartOf([of("a", "loss"), of("a", "accuracy")], plain).curves;
  expect(tags.map(({ name }) => name)).toEqual(["loss · a", "accuracy · a"]);
  expect(new Set(tags.map(({ color }) => color)).size).toBe(2);
});

test("a chart without a value has a place all the same", () => {
  expect(chartOf([], plain).home.y).toEqual({ min: 0, max: 1 });
  expect(chartOf([], { ...plain, logarithmic: true }).home.y.min).toBeGreaterThan(0);
});

test("a margin is an area around its line, over the steps that both bounds have", () => {
  const bound = (tag: string, values: [number, number][]) =>
    ({ id: `${tag} a`, run: "a", tag, series: seriesOf(values.map(([step, value]) => ({ step, wallTime: 100 + step, value }))) });
  const all = [of("a", "loss"), bound("low", [[0, 0], [1, 5], [2, NaN], [3, 500]]), bound("high", [[1, 20], [2, 200], [3, 5000], [4, 1]])];
  const { bands, curves, home } = chartOf(all, { ...plain, smoothing: 0.9, axis: "relative", margins: [["loss", "low", "high"]] });
  expect(curves.map(({ name, faint }) => [name, faint])).toEqual([["a", undefined]]);
  expect(bands?.map(({ x, low, high }) => [[...x], [...low], [...high]])).toEqual([[[1, 3], [5, 500], [20, 5000]]]);
  expect(home.y.max).toBeGreaterThanOrEqual(5000);
});

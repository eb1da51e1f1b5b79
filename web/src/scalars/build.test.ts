import { expect, test } from "vitest";
import { colorOf } from "../lib/color";
import { chartOf } from "./build";
import { spanOf } from "./chart/model";
import { joined, Mark, seriesOf } from "./columns";

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

test("a run has its colour in every chart, and tags are told apart by dashes", () => {
  const [a, b] = [colorOf("a"), colorOf("b")];
  const runs = chartOf([of("b", "loss"), of("a", "loss")], plain);
  expect(runs.curves.map(({ name, color, dash }) => [name, color, dash])).toEqual([["b", b, undefined], ["a", a, undefined]]);
  expect(runs.legend).toBeUndefined();
  const { curves, legend } = chartOf([of("b", "loss"), of("b", "accuracy"), of("a", "accuracy")], plain);
  expect(curves.map(({ name, color }) => [name, color])).toEqual([["loss · b", b], ["accuracy · b", b], ["accuracy · a", a]]);
  expect(curves[1]?.dash).toEqual(curves[2]?.dash);
  expect(curves[0]?.dash).not.toEqual(curves[1]?.dash);
  expect([...legend?.tags.keys() ?? []]).toEqual(["loss", "accuracy"]);
  expect([...legend?.runs ?? []]).toEqual([["b", b], ["a", a]]);
});

test("each point of a line keeps its step, whatever times it shares with others", () => {
  const repeated = seriesOf([40, 41, 49].map((step) => ({ step, wallTime: 1.7e9, value: step })));
  const voided = { ...seriesOf([5, 6].map((step) => ({ step, wallTime: 1.6e9, value: step }))), marks: Uint8Array.of(Mark.Purged, Mark.Purged) };
  for (const axis of ["relative", "wall"] as const) {
    const { curves: [curve] } = chartOf([{ id: "a", run: "a", tag: "t", series: joined(voided, repeated) }], { ...plain, axis });
    expect([...curve?.points?.series.steps ?? []]).toEqual([...curve?.line.y ?? []]);
    expect(curve?.points?.start).toBe(1.6e9);
  }
});

test("what a logarithmic axis has no place for is counted", () => {
  const values = (...values: number[]) => ({ id: "a", run: "a", tag: "t", series: seriesOf(values.map((value, step) => ({ step, wallTime: step, value }))) });
  const of = (series: ReturnType<typeof values>, logarithmic: boolean) => {
    const { unplaced, isPlaced } = chartOf([series], { ...plain, logarithmic });
    return [unplaced, isPlaced];
  };
  expect(of(values(-1, -2), true)).toEqual([2, false]);
  expect(of(values(-1, 0, NaN, -Infinity, 3), true)).toEqual([2, true]);
  expect(of(values(-1, 0), false)).toEqual([0, true]);
});

test("a single point has little room around it, on an axis of times as on one of steps", () => {
  const point = seriesOf([{ step: 1e12, wallTime: 1.7e9, value: 1 }]);
  const width = (axis: "step" | "relative" | "wall") => spanOf(chartOf([{ id: "a", run: "a", tag: "t", series: point }], { ...plain, axis }).home.x);
  expect([width("step"), width("relative"), width("wall")]).toEqual([2, 2, 60]);
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

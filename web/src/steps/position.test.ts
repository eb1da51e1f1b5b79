import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Kind, Run, Tag, Values } from "../lib/api";
import { runs } from "../lib/store";
import { DEFAULT, view } from "../lib/view";
import { moveTo } from "./position";

const valuesOf = (...steps: number[]): Values => ({ steps, wall_times: steps, keys: [], sizes: [], marks: null });
const log = (...tags: [Kind, number][]) => {
  const run = { name: "r", tags: tags.map(([kind, last_step], n) => ({ tag: `t${n}`, kind, display_name: "", last_step }) as Tag) } as Run;
  runs.value = new Map([["r", run]]);
};
const movedTo = (kind: Kind, values: Values, place: number): number | null => {
  moveTo({ card: "c", kind }, values, place);
  return view.value.step;
};

beforeEach(() => {
  vi.stubGlobal("history", { replaceState: () => {} });
  vi.stubGlobal("location", { pathname: "/" });
  view.value = { ...DEFAULT };
});
afterEach(() => vi.unstubAllGlobals());

test("a log without pictures has its steps nonetheless", () => {
  log(["pr_curve", 20]);
  expect([0, 1, 2].map((place) => movedTo("pr_curve", valuesOf(0, 10, 20), place))).toEqual([0, 10, null]);
});

test("the end is that of the kind, whatever else the log holds", () => {
  log(["image", 31], ["pr_curve", 100], ["pr_curve", 60]);
  expect([1, 2, 3].map((place) => movedTo("pr_curve", valuesOf(0, 40, 60, 100), place))).toEqual([40, 60, null]);
  // A series that ends before another of its kind is not the end of both.
  expect(movedTo("pr_curve", valuesOf(0, 40, 60), 2)).toBe(60);
  expect(movedTo("image", valuesOf(0, 31), 1)).toBe(null);
});

test("a step before the last one, from before a restart, is no end", () => {
  log(["image", 5]);
  expect(movedTo("image", { ...valuesOf(0, 9, 4, 5), marks: [0, 0, 2, 2] }, 1)).toBe(9);
});

import { expect, test } from "vitest";
import { DEFAULT, fromSearch, toSearch, toggled } from "./view";

test("an address holds what differs from the default, and gives it back", () => {
  expect(toSearch(DEFAULT)).toBe("");
  const view = {
    ...DEFAULT,
    tab: "image", runs: "a|b", hidden: ["x/y", "ü&="], step: 12, steps: { "r t": 3 },
    panes: [{ run: ".", tag: "input" }], compare: true, charts: { "scalar loss step": [1, 2.5, -1e-9, 3] as [number, number, number, number] }, smoothing: 0.9, channel: "g" as const,
    filters: { lr: { kind: "range" as const, min: 0.1 } }, sorted: { column: "lr", descending: true },
  };
  expect(fromSearch(`?${toSearch(view)}`)).toEqual(view);
});

test("what an address says wrongly is as by default", () => {
  const wrong = "?smoothing=x&step=%22a%22&hidden=3&steps=[1]&panes=[1]&axis=sideways&other=1&brightness=1e999&charts={%22a%22:[2,1,0,1]}&sorted=1&filters={%22a%22:{}}";
  expect(fromSearch(wrong)).toEqual(DEFAULT);
});

test("a list is toggled by value", () => {
  expect(toggled([{ run: "a", tag: "b" }], { run: "a", tag: "b" })).toEqual([]);
  expect(toggled(["a"], "b")).toEqual(["a", "b"]);
});

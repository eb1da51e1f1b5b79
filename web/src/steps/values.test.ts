import { afterEach, expect, test, vi } from "vitest";
import type { Run, Tag } from "../lib/api";
import { joined, valuesAhead } from "./values";

afterEach(() => vi.unstubAllGlobals());

const values = (...steps: number[]) => ({
  steps, wall_times: steps.map((step) => step / 2), keys: steps.map((step) => `k${step}`), sizes: steps, marks: null,
});

test("new values follow the last known one", () => {
  expect(joined(values(1, 2), values(2, 3, 4))).toEqual(values(1, 2, 3, 4));
});

test("a series that was written anew is not joined to the old one", () => {
  expect(joined(values(1, 2), values(3, 4))).toBeNull();
  expect(joined(values(1, 2), { ...values(2, 1), marks: [0, 2] })).toBeNull();
  expect(joined(values(1, 2), values())).toBeNull();
});

test("of a series that grows, what is new is asked for, and no state but the last is kept", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (target: string) => {
    const from = Number(new URL(target, "http://board").searchParams.get("from") ?? 0);
    const count = 2 + asked.push(target.replace(/^.*tag=t&?/, ""));
    return Promise.resolve(new Response(JSON.stringify(values(...Array.from({ length: count - from }, (_, n) => from + n)))));
  });
  const grown = (count: number) => valuesAhead({ name: "r", generation: "s-1" } as Run, { tag: "t", count } as Tag);
  expect((await grown(3)).steps).toEqual([0, 1, 2]);
  expect((await grown(4)).steps).toEqual([0, 1, 2, 3]);
  await grown(4);
  expect(asked).toEqual(["", "from=2"]);
  // Each state of a series of many thousand pictures is megabytes.
  await grown(3);
  expect(asked).toHaveLength(3);
});

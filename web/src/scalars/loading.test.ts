import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Run, Scalars, Tag } from "../lib/api";
import { loadScalars, lotsOf } from "./loading";

/** What the server holds of each run, and what it was asked. */
let log: Record<string, { generation: string; values: number[] }>;
let asked: string[];

beforeEach(() => {
  log = {};
  asked = [];
  vi.stubGlobal("fetch", (address: string) => {
    const search = new URLSearchParams(address.slice(address.indexOf("?")));
    const runs = search.getAll("run");
    const places = search.getAll("from").map(Number);
    asked.push(runs.map((run, n) => `${run}:${places[n] ?? 0}`).join(" "));
    const series = runs.flatMap((run, n): Scalars[] => {
      const held = log[run];
      if (!held) return [];
      const from = places[n] ?? 0;
      const values = held.values.slice(from);
      return [{ run, generation: held.generation, from, steps: values.map((_, i) => from + i), wall_times: values, values, marks: null }];
    });
    return Promise.resolve(Response.json({ series }));
  });
});
afterEach(() => vi.unstubAllGlobals());

/** The run as the page knows it, which may be older than what the server holds. */
const source = (tag: string, name: string, generation: string, count: number) =>
  ({ run: { name, generation } as Run, tag: { tag, count } as Tag });

const valuesOf = async (...sources: ReturnType<typeof source>[]) =>
  [...await loadScalars(sources)].map(([, { steps, values }]) => [[...steps], [...values]]);

test("of a series that grows, what is new alone is asked for", async () => {
  log = { a: { generation: "1", values: [5, 6] }, b: { generation: "2", values: [7] } };
  expect(await valuesOf(source("grows", "a", "1", 2), source("grows", "b", "2", 1))).toEqual([[[0, 1], [5, 6]], [[0], [7]]]);
  log.a?.values.push(8, 9);
  expect(await valuesOf(source("grows", "a", "1", 4), source("grows", "b", "2", 1))).toEqual([[[0, 1, 2, 3], [5, 6, 8, 9]], [[0], [7]]]);
  expect(asked).toEqual(["a:0 b:0", "a:2"]);
});

test("a run that was written anew is asked for as a whole, though it has as many values as before", async () => {
  log = { a: { generation: "1", values: [5, 6] } };
  await valuesOf(source("anew", "a", "1", 2));
  log = { a: { generation: "3", values: [1, 2] } };
  expect(await valuesOf(source("anew", "a", "3", 2))).toEqual([[[0, 1], [1, 2]]]);
  expect(asked).toEqual(["a:0", "a:0"]);
});

test("what was written anew before the page heard of it is not joined to what was there", async () => {
  log = { a: { generation: "1", values: [5, 6] } };
  await valuesOf(source("race", "a", "1", 2));
  log = { a: { generation: "3", values: [1, 2, 3] } };
  expect(await valuesOf(source("race", "a", "1", 3))).toEqual([[[0, 1, 2], [1, 2, 3]]]);
  expect(asked).toEqual(["a:0", "a:2", "a:0"]);
});

test("what could not be fetched is asked for again, from where it was", async () => {
  log = { a: { generation: "1", values: [5] } };
  await valuesOf(source("fails", "a", "1", 1));
  const works = fetch;
  vi.stubGlobal("fetch", () => Promise.reject(new Error("away")));
  await expect(valuesOf(source("fails", "a", "1", 2))).rejects.toThrow("away");
  vi.stubGlobal("fetch", works);
  log.a?.values.push(6);
  expect(await valuesOf(source("fails", "a", "1", 2))).toEqual([[[0, 1], [5, 6]]]);
  expect(asked).toEqual(["a:0", "a:1"]);
});

test("runs are asked for in lots that fit into an address", () => {
  const many = Array.from({ length: 10 }, (_, n) => source("t", `run ${n}`, "1", 1));
  expect(lotsOf(many, 100).map((lot) => lot.length)).toEqual([3, 3, 3, 1]);
});

import { expect, test } from "vitest";
import type { Run } from "../lib/api";
import { rows, tree } from "./tree";

const run = (name: string): Run => ({ name, generation: "1", first_wall_time: 0, size: 0, records: 0, damage: 0, embeddings: false, tags: [] });
const text = (names: string[], folded: string[] = []) =>
  rows(tree(names.map(run)), new Set(folded)).map((node) => `${"-".repeat(node.depth)}${node.label}${node.run ? "" : ` ${node.runs}`}`);

test("a folder holds its runs", () => {
  expect(text([".", "a/x", "a/y", "b"])).toEqual([".", "a/ 2", "-x", "-y", "b"]);
});

test("a run may be a folder too", () => {
  expect(text(["a", "a/b"])).toEqual(["a", "-b"]);
  expect(text(["a", "a/b"], ["a/"])).toEqual(["a"]);
});

test("folders with nothing but a folder are one", () => {
  expect(text(["a/b/c/x", "a/b/c/y"])).toEqual(["a/b/c/ 2", "-x", "-y"]);
});

test("a closed folder keeps its runs to itself", () => {
  expect(text(["a/x", "a/y", "b"], ["a/"])).toEqual(["a/ 2", "b"]);
});

test("ten thousand runs are a tree at once", () => {
  const names = Array.from({ length: 10_000 }, (_, n) => `sweep${n % 100}/trial${n}`);
  expect(rows(tree(names.map(run)), new Set())).toHaveLength(10_100);
});

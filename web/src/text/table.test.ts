import { expect, test } from "vitest";
import { rowsOf } from "./table";

test("texts lie in rows", () => {
  expect(rowsOf({ shape: [], strings: ["a"] })).toEqual([["a"]]);
  expect(rowsOf({ shape: [2], strings: ["a", "b"] })).toEqual([["a"], ["b"]]);
  expect(rowsOf({ shape: [2, 2], strings: ["a", "b", "c", "d"] })).toEqual([["a", "b"], ["c", "d"]]);
  expect(rowsOf({ shape: [2, 1, 2], strings: ["a", "b", "c", "d"] })).toEqual([["a", "b"]]);
  expect(rowsOf({ shape: [0], strings: [] })).toEqual([]);
});

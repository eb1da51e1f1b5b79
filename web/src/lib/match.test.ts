import { expect, test } from "vitest";
import { byName, groupOf, grouped, matcher, whyNoExpression } from "./match";

test("a filter is a regular expression, or else text", () => {
  expect(["train/a", "val/a"].filter(matcher("^val"))).toEqual(["val/a"]);
  expect(["a(b", "ab"].filter(matcher("a("))).toEqual(["a(b"]);
  expect(matcher("")("anything")).toBe(true);
  expect(matcher("LOSS")("loss")).toBe(true);
  expect(["", "a|b", "a("].map(whyNoExpression)).toEqual([null, null, "unterminated group"]);
});

test("tags are grouped by what is before the first slash", () => {
  expect(["loss", "/x", "a/b/c"].map(groupOf)).toEqual(["", "", "a"]);
  expect(grouped(["b/1", "a", "b/2"], (tag) => tag)).toEqual([["", ["a"]], ["b", ["b/1", "b/2"]]]);
});

test("names are in the order that people give them", () => {
  const names = ["run10", "run2", "Run2", "run", "run2/b", "a", "", "run02", "2", "10", "run2a"];
  expect(names.sort(byName)).toEqual(["", "2", "10", "a", "run", "Run2", "run02", "run2", "run2/b", "run2a", "run10"]);
  expect(byName("same", "same")).toBe(0);
});

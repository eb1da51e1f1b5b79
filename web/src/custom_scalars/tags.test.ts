import { expect, test } from "vitest";
import { missingOf, tagMatcher } from "./tags";

const tags = ["loss", "loss/train", "test/loss", "acc[0]", "acc0", "low", "low/er"];
const found = (patterns: string[], names: string[] = []) => tags.filter(tagMatcher(patterns, names));

test("a pattern matches from the start of a tag, not to its end", () => {
  expect(found(["loss"])).toEqual(["loss", "loss/train"]);
  expect(found(["loss$"])).toEqual(["loss"]);
  expect(found([".*loss"])).toEqual(["loss", "loss/train", "test/loss"]);
  expect(found(["x|loss/", "acc"])).toEqual(["loss/train", "acc[0]", "acc0"]);
});

test("what is no expression is a tag, and so is what bounds an area", () => {
  expect(found(["acc[0]"])).toEqual(["acc[0]", "acc0"]);
  expect(found(["acc["])).toEqual([]);
  expect(found([], ["low"])).toEqual(["low"]);
});

test("what a chart asks for and no tag is, is told", () => {
  expect(missingOf(["loss", "acc[0]"], ["low"], tags)).toEqual([]);
  expect(missingOf(["acc[", "none.*"], ["high"], tags)).toEqual([
    "“acc[” is no regular expression, and no tag has this name.", "No tag that is shown matches “none.*”.", "No tag that is shown is named “high”.",
  ]);
});

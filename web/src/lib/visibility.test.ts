import { expect, test } from "vitest";
import { isVisible, only, setEach, setVisible, visibility } from "./visibility";

const NONE = { hidden: [], visible: [] };
const RUNS = [".", "a", "a/b", "a/c/d", "e"];
const shown = (rules: Parameters<typeof visibility>[0]) => RUNS.filter(visibility(rules));

test("a folder hides what is in it, and the closest rule wins", () => {
  const folder = setVisible("a/", false, NONE);
  expect(shown(folder)).toEqual([".", "a", "e"]);
  const but = setVisible("a/c/d", true, folder);
  expect(shown(but)).toEqual([".", "a", "a/c/d", "e"]);
  expect(isVisible("a/c/new", but)).toBe(false);
});

test("showing again leaves no rule behind", () => {
  const hidden = setVisible("a/b", false, setVisible("e", false, NONE));
  expect(setVisible("", true, hidden)).toEqual(NONE);
  expect(setVisible("e", true, setVisible("a/b", true, hidden))).toEqual(NONE);
});

test("one run alone, and a few more", () => {
  expect(shown(only("a/"))).toEqual(["a/b", "a/c/d"]);
  const two = setVisible("e", true, only("a/b"));
  expect(shown(two)).toEqual(["a/b", "e"]);
  expect(shown(setVisible("a/b", false, two))).toEqual(["e"]);
});

test("some runs are hidden and shown while the others stay as they are", () => {
  const folder = setVisible("a/", false, NONE);
  const two = setEach(["a", "a/b"], RUNS, false, folder);
  expect(shown(two)).toEqual([".", "e"]);
  expect(isVisible("a/new", two)).toBe(false);
  expect(shown(setEach(["a", "a/b"], RUNS, true, two))).toEqual([".", "a", "a/b", "e"]);
  expect(setEach(RUNS, RUNS, true, two)).toEqual(NONE);
  // The address holds the rules, so they are for the fewer runs.
  const many = Array.from({ length: 1000 }, (_, n) => `run${n}`);
  expect(setEach(many.slice(1), many, false, NONE)).toEqual({ hidden: [""], visible: ["run0"] });
  expect(setEach(many.slice(0, 1), many, false, NONE)).toEqual({ hidden: ["run0"], visible: [] });
});

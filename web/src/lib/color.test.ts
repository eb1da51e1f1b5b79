import { expect, test } from "vitest";
import { colorAt, colorOf } from "./color";

test("a run keeps its colour, and its neighbour has another", () => {
  const [a, b] = [colorOf("a"), colorOf("b")];
  expect(a).not.toBe(b);
  expect(colorOf("a")).toBe(a);
});

test("a hundred runs have a hundred colours", () => {
  expect(new Set(Array.from({ length: 100 }, (_, n) => colorAt(n))).size).toBe(100);
});

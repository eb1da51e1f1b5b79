import { expect, test } from "vitest";
import { inOrder } from "./keys";

test("a key is heard by the uppermost layer first, whoever was drawn last", () => {
  const all = [{ layer: "view", n: 1 }, { layer: "page", n: 2 }, { layer: "view", n: 3 }] as const;
  expect(inOrder(all).map(({ n }) => n)).toEqual([3, 1, 2]);
  expect(inOrder([{ layer: "drawer", n: 0 }, ...all]).map(({ n }) => n)).toEqual([0]);
});

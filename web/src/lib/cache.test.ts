import { expect, test, vi } from "vitest";
import { Cache } from "./cache";

test("the least recently used goes first", async () => {
  const cache = new Cache<string>(2);
  const make = vi.fn((text: string) => () => Promise.resolve(text));
  await cache.get("a", make("a"));
  await cache.get("b", make("b"));
  await cache.get("a", () => Promise.reject(new Error("asked twice")));
  await cache.get("c", make("c"));
  expect(["a", "b", "c"].map((key) => cache.has(key))).toEqual([true, false, true]);
});

test("what failed is asked for again", async () => {
  const cache = new Cache<number>(2);
  await expect(cache.get("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await cache.get("a", () => Promise.resolve(1))).toBe(1);
});

import { expect, test, vi } from "vitest";
import { Cache } from "./cache";

test("the least recently used goes first, and is told", async () => {
  const dropped: string[] = [];
  const cache = new Cache<string>(2, (value) => dropped.push(value));
  const make = vi.fn((text: string) => () => Promise.resolve(text));
  await cache.get("a", make("a"));
  await cache.get("b", make("b"));
  await cache.get("a", () => Promise.reject(new Error("asked twice")));
  await cache.get("c", make("c"));
  await Promise.resolve();
  expect(dropped).toEqual(["b"]);
});

test("what failed is asked for again", async () => {
  const cache = new Cache<number>(2);
  await expect(cache.get("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await cache.get("a", () => Promise.resolve(1))).toBe(1);
});

import { afterEach, expect, test, vi } from "vitest";
import { keep, kept, keptValues } from "./kept";

afterEach(() => vi.unstubAllGlobals());

function stub(): Map<string, string> {
  const held = new Map<string, string>();
  vi.stubGlobal("localStorage", { getItem: (name: string) => held.get(name) ?? null, setItem: (name: string, value: string) => held.set(name, value) });
  return held;
}

test("what is kept is there again", () => {
  stub();
  keep("theme", "dark");
  keep("colours", new Map([["a/b", "#123456"]]));
  expect(kept("theme")).toBe("dark");
  expect([...keptValues("colours")]).toEqual([["a/b", "#123456"]]);
  expect([...keptValues("nothing")]).toEqual([]);
});

test("what somebody else wrote in its place counts as nothing", () => {
  const held = stub();
  for (const written of ["null", "{", "7"]) {
    held.set("colours", written);
    expect([...keptValues("colours")], written).toEqual([]);
  }
});

test("a browser that refuses keeps nothing, and nothing breaks", () => {
  const refuse = () => { throw new Error("SecurityError"); };
  for (const store of [{ getItem: refuse, setItem: refuse }, undefined]) {
    vi.stubGlobal("localStorage", store);
    keep("theme", "dark");
    expect(kept("theme")).toBeNull();
    expect(keptValues("colours").size).toBe(0);
  }
});

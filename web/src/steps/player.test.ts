import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Values } from "../lib/api";
import { DEFAULT, view } from "../lib/view";
import { type Played, play, plays, stop, turn } from "./player";
import { moveTo, positionOf } from "./position";

const valuesOf = (count: number): Values => {
  const steps = Array.from({ length: count }, (_, n) => n);
  return { steps, wall_times: steps, keys: steps.map((step) => `k${step}`), sizes: steps, marks: null };
};
const card = { card: "c", kind: "image" } as const;
let values = valuesOf(10);
const played = (change: Partial<Played> = {}): Played => ({ ...card, values: () => values, bring: () => Promise.resolve(), ...change });
const place = () => positionOf("c", values);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("history", { replaceState: () => {} });
  vi.stubGlobal("location", { pathname: "/" });
  values = valuesOf(10);
  view.value = { ...DEFAULT, linked: false, steps: { c: 0 }, speed: 10 };
});
afterEach(async () => {
  stop();
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what plays goes on from where somebody moved it to", async () => {
  void play(played());
  await vi.advanceTimersByTimeAsync(250);
  expect(place()).toBe(2);
  moveTo(card, values, 7);
  await vi.advanceTimersByTimeAsync(60);
  expect(place()).toBe(7);
  await vi.advanceTimersByTimeAsync(100);
  expect(place()).toBe(8);
});

test("what plays follows a series that grows, and begins anew behind its end", async () => {
  view.value = { ...view.value, steps: { c: 8 } };
  void play(played());
  await vi.advanceTimersByTimeAsync(50);
  values = valuesOf(12);
  await vi.advanceTimersByTimeAsync(260);
  expect(place()).toBe(11);
  await vi.advanceTimersByTimeAsync(100);
  expect(place()).toBe(0);
});

test("what is stopped and played again at once does not play twice", async () => {
  turn(played());
  await vi.advanceTimersByTimeAsync(50);
  turn(played());
  expect(plays("c")).toBe(false);
  turn(played());
  await vi.advanceTimersByTimeAsync(301);
  expect(place()).toBe(3);
});

test("no step is shown before what it shows has come", async () => {
  let come = () => {};
  void play(played({ bring: (key) => key === "k2" ? new Promise<void>((resolve) => { come = resolve; }) : Promise.resolve() }));
  await vi.advanceTimersByTimeAsync(1000);
  expect(place()).toBe(1);
  come();
  await vi.advanceTimersByTimeAsync(50);
  expect(place()).toBe(2);
});

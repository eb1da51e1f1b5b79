import { expect, test } from "vitest";
import { colorAt, colorOf, colorsOf, paint, pick, repaints, unpick } from "./color";

const begun = (...names: string[]) => names.map((name, n) => ({ name, first_wall_time: n }));

test("a run keeps its colour, and its neighbour has another", () => {
  const [a, b] = [colorOf("a"), colorOf("b")];
  expect(a).not.toBe(b);
  expect(colorOf("a")).toBe(a);
});

test("a hundred runs have a hundred colours", () => {
  expect(new Set(Array.from({ length: 100 }, (_, n) => colorAt(n))).size).toBe(100);
  expect(new Set(colorsOf(begun(...Array.from({ length: 100 }, (_, n) => `run ${n}`))).values()).size).toBe(100);
});

test("ten runs have the ten colours of the palette, whatever they are called", () => {
  const palette = new Set(Array.from({ length: 10 }, (_, n) => colorAt(n)));
  for (const prefix of ["lr=", "seed/", "a", "vit/adam/"]) {
    const colors = colorsOf(begun(...Array.from({ length: 10 }, (_, n) => `${prefix}${n}`)));
    expect(new Set(colors.values())).toEqual(palette);
  }
});

test("a run that was begun later changes the colour of none, wherever its name sorts", () => {
  for (let count = 1; count < 30; count += 1) {
    const runs = begun(...Array.from({ length: count }, (_, n) => `run${n * 7}`));
    const before = colorsOf(runs);
    const after = colorsOf([{ name: "a first", first_wall_time: count }, ...runs].reverse());
    for (const [name, color] of before) expect(after.get(name), `${name} of ${count}`).toBe(color);
  }
});

test("a run that is deleted changes the colours of few others, and of none begun before it", () => {
  const runs = begun(...Array.from({ length: 90 }, (_, n) => `sweep/lr=${n / 8}`));
  const before = colorsOf(runs);
  const changed = runs.map((gone, place) => {
    const after = colorsOf(runs.filter((run) => run !== gone));
    const others = runs.map(({ name }, n) => [n, after.has(name) && after.get(name) !== before.get(name)] as const).filter(([, differs]) => differs);
    for (const [n] of others) expect(n).toBeGreaterThan(place);
    return others.length;
  });
  expect(changed.reduce((sum, count) => sum + count, 0) / changed.length).toBeLessThan(5);
});

test("a colour that somebody picks stays until all are given back", () => {
  paint(begun("a", "b"));
  const [a, b, times] = [colorOf("a"), colorOf("b"), repaints.value];
  pick("a", "#123456");
  expect([colorOf("a"), colorOf("b")]).toEqual(["#123456", b]);
  expect(repaints.value).toBe(times + 1);
  paint(begun("a", "b", "c"));
  expect(colorOf("a")).toBe("#123456");
  expect(repaints.value).toBe(times + 1);
  unpick();
  expect(colorOf("a")).toBe(a);
});

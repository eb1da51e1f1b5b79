import { expect, test } from "vitest";
import type { Run, Tag } from "./api";
import { byTag, cardName, runs, series, sessionCount, stateOf, statesOf } from "./store";
import { view } from "./view";

test("sessions of hyperparameters are counted by run, not by tag", () => {
  const tag = (name: string) => ({ tag: `_hparams_/${name}`, kind: "hparams" }) as Tag;
  const run = (name: string, ...tags: Tag[]) => [name, { name, tags } as Run] as const;
  const session = [tag("experiment"), tag("session_start_info"), tag("session_end_info")];
  runs.value = new Map([run("a", ...session), run("b", ...session), run("whole", tag("experiment")), run("other")]);
  expect(sessionCount.value).toBe(2);
});

test("all of a tag's values have another name when there are more, and when they may be others", () => {
  const state = (generation: string, count: number) => stateOf({ name: "run", generation }, { tag: "loss", count });
  expect(state("s-1", 3)).toBe(state("s-1", 3));
  expect(new Set([state("s-1", 3), state("s-1", 4), state("s-2", 3)]).size).toBe(3);
});

const run = (name: string, generation: string, ...tags: [kind: string, tag: string, count: number][]) =>
  [name, { name, generation, tags: tags.map(([kind, tag, count]) => ({ kind, tag, count, display_name: "" })) } as unknown as Run] as const;

test("series are the same list until they change, and stand by tag in the order of their names", () => {
  runs.value = new Map([run("b", "1", ["scalar", "loss10", 1], ["scalar", "loss9", 1]), run("a", "1", ["scalar", "loss10", 1], ["image", "x", 1])]);
  const before = series("scalar");
  view.value = { ...view.value, smoothing: 0.9 };
  expect(series("scalar")).toBe(before);
  expect(byTag(before).map(({ tag, sources }) => [tag, ...sources.map(({ run }) => run.name)])).toEqual([["loss9", "b"], ["loss10", "a", "b"]]);
  view.value = { ...view.value, tags: "9" };
  expect(byTag(series("scalar")).map(({ tag }) => tag)).toEqual(["loss9"]);
  view.value = { ...view.value, tags: "", smoothing: 0.6 };
});

test("what is made of some tags is named by those, and by no others of the log", () => {
  const state = (generation: string, metric: number, loss: number) => {
    runs.value = new Map([run("session", generation, ["hparams", "start", 1], ["scalar", "accuracy", metric], ["text", "note", loss]), run("other", "1", ["scalar", "loss", loss])]);
    return statesOf("hparams", "scalar");
  };
  expect(state("1", 1, 1)).toBe(state("1", 1, 7));
  expect(new Set([state("1", 1, 1), state("1", 2, 1), state("2", 1, 1)]).size).toBe(3);
});

test("no two series have cards of one name", () => {
  const names = [cardName("a", "b c"), cardName("a b", "c"), cardName("a", "b #1"), cardName("a", "b", 1), cardName("a", 'b",1'), cardName("a", "b")];
  expect(new Set(names).size).toBe(names.length);
  expect(cardName("a", "b", 0)).toBe(cardName("a", "b"));
});

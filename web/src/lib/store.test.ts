import { expect, test } from "vitest";
import type { Run, Tag } from "./api";
import { cardName, runs, sessionCount, stateOf } from "./store";

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

test("no two series have cards of one name", () => {
  const names = [cardName("a", "b c"), cardName("a b", "c"), cardName("a", "b #1"), cardName("a", "b", 1), cardName("a", 'b",1'), cardName("a", "b")];
  expect(new Set(names).size).toBe(names.length);
  expect(cardName("a", "b", 0)).toBe(cardName("a", "b"));
});

import { expect, test } from "vitest";
import type { Run, Tag } from "./api";
import { runs, sessionCount } from "./store";

test("sessions of hyperparameters are counted by run, not by tag", () => {
  const tag = (name: string) => ({ tag: `_hparams_/${name}`, kind: "hparams" }) as Tag;
  const run = (name: string, ...tags: Tag[]) => [name, { name, tags } as Run] as const;
  const session = [tag("experiment"), tag("session_start_info"), tag("session_end_info")];
  runs.value = new Map([run("a", ...session), run("b", ...session), run("whole", tag("experiment")), run("other")]);
  expect(sessionCount.value).toBe(2);
});

// Where the pictures of a series are, kept up to date.
import { api, type Run, type Tag, type Values } from "../lib/api";
import { Cache, type Fetched, useFetched } from "../lib/cache";
import { log } from "../lib/store";

const fetched = new Cache<Values>(256);
/** The last that is known of each series, which new values are added to. */
const latest = new Map<string, Values>();

/** Longer series are fetched in two parts, so that the last picture need not wait for the list of all. */
const LONG = 4000;

/** The values of a tag of a run; asked for again when there are more. */
export function useValues(run: Run, tag: Tag): Fetched<Values> {
  const series = `${log.value?.session} ${run.name}\n${tag.tag}`;
  const state = `${series}\n${tag.count} ${tag.last_step} ${run.records}`;
  const all = useFetched(state, () => fetched.get(state, () => load(series, run, tag)));
  const first = tag.count > LONG && !latest.has(series);
  const end = useFetched(first ? series : null, () => api.values(run.name, tag.tag, tag.count - 1));
  return all.value || !end.value ? all : { value: end.value, error: all.error };
}

async function load(series: string, { name }: Run, { tag }: Tag): Promise<Values> {
  const before = latest.get(series);
  const values = before && await grown(before, name, tag) || await api.values(name, tag);
  latest.set(series, values);
  return values;
}

/** A series with what has come after it, if nothing else has changed. */
async function grown(before: Values, run: string, tag: string): Promise<Values | null> {
  const last = before.keys.length - 1;
  if (last < 0 || before.marks) return null;
  return joined(before, await api.values(run, tag, last));
}

/** Two parts of a series that have one value in common; null if they do not, or if steps go back. */
export function joined(before: Values, after: Values): Values | null {
  const isNext = before.keys.at(-1) === after.keys[0] && !before.marks && !after.marks;
  if (!isNext) return null;
  const add = <T>(name: "steps" | "wall_times" | "keys" | "sizes"): T[] =>
    (before[name] as T[]).concat((after[name] as T[]).slice(1));
  return { steps: add("steps"), wall_times: add("wall_times"), keys: add("keys"), sizes: add("sizes"), marks: null };
}

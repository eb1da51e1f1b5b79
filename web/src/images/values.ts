// Where the pictures of a series are, kept up to date.
import { api, type Run, type Tag, type Values } from "../lib/api";
import { Cache, type Fetched, useFetched } from "../lib/cache";
import { stateOf } from "../lib/store";

const fetched = new Cache<Values>(256);
/** The last that is known of each series, which new values are added to. */
const latest = new Map<string, Values>();

/** Longer series are fetched in two parts, so that the last picture need not wait for the list of all. The server knows it too. */
const LONG = 4000;

/** A name for a series, to whose values others are only added, and one for all that is known of it now. */
function namesOf(run: Run, tag: Tag): { series: string; state: string } {
  return { series: JSON.stringify([run.generation, run.name, tag.tag]), state: stateOf(run, tag) };
}

const all = (run: Run, tag: Tag): Promise<Values> => {
  const { series, state } = namesOf(run, tag);
  return fetched.get(state, async () => {
    if (isLong(run, tag)) await end(run, tag).then(rest, () => {});
    return load(series, run, tag);
  });
};

/** The list of a long series is megabytes: it is asked for this many milliseconds later, when the first pictures are drawn. */
const REST = 400;
const rest = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, REST); });

/** The end as it was when first asked for: that of a log that is being read moves on faster than a page is drawn. */
const end = (run: Run, tag: Tag): Promise<Values> =>
  fetched.get(`end of ${namesOf(run, tag).series}`, () => api.values(run.name, tag.tag, tag.count - 1));

const isLong = (run: Run, tag: Tag): boolean => tag.count > LONG && !latest.has(namesOf(run, tag).series);

/** The values of a tag of a run; asked for again when there are more. */
export function useValues(run: Run, tag: Tag): Fetched<Values> {
  const { series, state } = namesOf(run, tag);
  const whole = useFetched(state, () => all(run, tag));
  const last = useFetched(isLong(run, tag) ? series : null, () => end(run, tag));
  return whole.value || !last.value ? whole : { ...whole, value: last.value };
}

/** Asks for what a card will want, before there is a card. */
export function valuesAhead(run: Run, tag: Tag): Promise<Values> {
  return isLong(run, tag) ? end(run, tag) : all(run, tag);
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

// Where the values of a series are, kept up to date.
import { api, type Run, type Tag, type Values } from "../lib/api";
import { Cache, type Fetched, States, useFetched } from "../lib/cache";
import { stateOf } from "../lib/store";

/** Series that are kept, of each what was last known. */
const MOST_KEPT = 256;

const kept = new States<Values>(MOST_KEPT);
/** Those of which the whole has come. */
const come = new WeakSet<Promise<Values>>();
const ends = new Cache<Values>(MOST_KEPT);

/** Longer series are fetched in two parts, so that the last picture need not wait for the list of all. The server knows it too. */
const LONG = 4000;

/** A name for a series, to whose values others are only added. */
const nameOf = (run: Run, tag: Tag): string => JSON.stringify([run.generation, run.name, tag.tag]);

function all(run: Run, tag: Tag): Promise<Values> {
  const [name, state] = [nameOf(run, tag), stateOf(run, tag)];
  const known = kept.get(name, state);
  if (known) return known;
  const before = kept.last(name);
  const values = kept.put(name, state, load(run, tag, before));
  if (before && come.has(before)) come.add(values);
  else values.then(() => come.add(values), () => {});
  return values;
}

/** The list of a long series is megabytes: it is asked for this many milliseconds later, when the first pictures are drawn. */
const REST = 400;
const rest = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, REST); });

/** The end as it was when first asked for: that of a log that is being read moves on faster than a page is drawn. */
const end = (run: Run, tag: Tag): Promise<Values> =>
  ends.get(nameOf(run, tag), () => api.values(run.name, tag.tag, tag.count - 1));

/** Whether the end of a series is asked for by itself, before the whole of it has come. */
function isLong(run: Run, tag: Tag): boolean {
  const known = kept.last(nameOf(run, tag));
  return tag.count > LONG && !(known && come.has(known));
}

/** The values of a tag of a run; asked for again when there are more. */
export function useValues(run: Run, tag: Tag): Fetched<Values> {
  const whole = useFetched(stateOf(run, tag), () => all(run, tag));
  const last = useFetched(isLong(run, tag) ? nameOf(run, tag) : null, () => end(run, tag));
  return whole.value || !last.value ? whole : { ...whole, value: last.value };
}

/** Asks for what a card will want, before there is a card. */
export function valuesAhead(run: Run, tag: Tag): Promise<Values> {
  return isLong(run, tag) ? end(run, tag) : all(run, tag);
}

/** The whole of a series: what is new of one that is known, if nothing else has changed. */
async function load(run: Run, tag: Tag, known: Promise<Values> | undefined): Promise<Values> {
  if (!known && tag.count > LONG) await end(run, tag).then(rest, () => {});
  const before = await known?.catch(() => null);
  return before && await grown(before, run.name, tag.tag) || await api.values(run.name, tag.tag);
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

// The log as the server tells it, kept up to date.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { api, type Kind, type Log, type Progress, type Run, type Runs, type Tag, type Update } from "./api";
import { paint } from "./color";
import { byName, matcher } from "./match";
import { titleOf } from "./title";
import { view } from "./view";
import { visibility } from "./visibility";

export const log = signal<Log | null>(null);
export const runs = signal<Map<string, Run>>(new Map());
export const progress = signal<Progress>({ done: 0, total: 0, complete: false });
/** Why the server does not answer, in words; null while it does. */
export const lost = signal<string | null>(null);

let session = "";
let revision = 0;
let asking = false;
let begin = () => {};
/** Resolves when the first answer is there, or known not to come; more may follow at once from a log that is being read. */
const begun = new Promise<void>((resolve) => { begin = resolve; });
/** Whether the runs are those that another server told of. */
let stale = false;
/** The last news of the server. */
let news: Update | null = null;
let source: EventSource | null = null;
let failures = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

/** For so many milliseconds no news is asked for: that of a log that is being read would be drawn before the first pictures. */
const QUIET = 400;

/** Whether the server has told of something that this page has not asked for yet. */
function isBehind(): boolean {
  return news?.session === session && news.revision > revision;
}

/** Asks for what has changed since the last time. One question at a time. */
async function refresh(): Promise<void> {
  if (asking) return;
  asking = true;
  try {
    let whole: boolean;
    do whole = take(...await Promise.all([api.log(), api.runs(revision)]));
    while (!whole || isBehind());
    lost.value = null;
  } catch (error) {
    lost.value = error instanceof Error ? error.message : String(error);
    clearTimeout(retry);
    retry = setTimeout(listen, patience(failures));
    failures += 1;
  } finally {
    asking = false;
    begin();
  }
}

/** Takes an answer. False where another server gave it: then what this page knows means nothing, and it has to ask for all. */
function take(about: Log, changes: Runs): boolean {
  if (changes.session !== session) stale = true;
  const partly = changes.session !== session && revision > 0;
  session = changes.session;
  revision = partly ? 0 : changes.revision;
  if (partly) return false;
  const known = new Map(stale ? [] : runs.value);
  stale = false;
  log.value = about;
  progress.value = about.progress;
  for (const run of changes.runs) known.set(run.name, run);
  for (const name of changes.removed) known.delete(name);
  if (changes.runs.length + changes.removed.length > 0 || known.size !== runs.value.size) {
    paint(known.values());
    runs.value = known;
  }
  begin();
  return true;
}

/** Takes one piece of news. */
function hear(event: MessageEvent<string>): void {
  news = JSON.parse(event.data) as Update;
  progress.value = news.progress;
  const turned = log.value !== null && log.value.exists !== news.exists;
  if (news.session !== session || isBehind() || turned || lost.value !== null) void refresh();
}

/** How long to wait before asking a silent server again: longer each time, at most half a minute. */
export const patience = (failures: number): number => Math.min(30, 2 ** failures) * 1000;

function listen(): void {
  clearTimeout(retry);
  source?.close();
  // Who looks at it again listens again.
  if (document.hidden) return;
  source = new EventSource("/api/updates");
  source.onmessage = (event: MessageEvent<string>) => {
    failures = 0;
    hear(event);
  };
  source.onerror = () => {
    source?.close();
    lost.value ??= "the server does not answer";
    retry = setTimeout(listen, patience(failures));
    failures += 1;
  };
}

/** Listens again at once. */
export function reconnect(): void {
  failures = 0;
  listen();
}

/**
 * Follows the log for as long as the page is in sight. A page in the background lets go of its connection: a browser
 * has six for one server, and a seventh page would wait for ever. Resolves when the first answer is there.
 */
export function follow(): Promise<void> {
  void refresh();
  retry = setTimeout(listen, QUIET);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(retry);
    if (document.hidden) source?.close();
    else reconnect();
  });
  return begun;
}

// The parts of the view that choose runs and tags: what follows from them is worked out anew only when they change, not
// with every step of a slider.
const pinned = computed(() => view.value.pinned);
const hidden = computed(() => view.value.hidden);
const visible = computed(() => view.value.visible);
const runFilter = computed(() => view.value.runs);
const tagFilter = computed(() => view.value.tags);

/** Runs by name, the pinned ones first. */
export const sorted = computed<Run[]>(() => {
  const first = new Set(pinned.value);
  const rank = (run: Run) => first.has(run.name) ? 0 : 1;
  const all = [...runs.value.values()].sort((a, b) => byName(a.name, b.name));
  return first.size > 0 ? all.sort((a, b) => rank(a) - rank(b)) : all;
});

/** Runs that are to be shown. */
export const shown = computed<Run[]>(() => {
  const isShown = visibility({ hidden: hidden.value, visible: visible.value });
  const match = matcher(runFilter.value);
  return sorted.value.filter((run) => isShown(run.name) && match(run.name));
});

/** One tag of one run. */
export interface Series {
  run: Run;
  tag: Tag;
}

const lists = new Map<string, ReadonlySignal<Series[]>>();

/** The series of some kinds that are to be shown, the same list until they change. The filter is of names as the page shows them. */
export function series(...kinds: Kind[]): Series[] {
  const name = kinds.join();
  let found = lists.get(name);
  if (!found) lists.set(name, found = computed(() => seriesOf(kinds)));
  return found.value;
}

function seriesOf(kinds: readonly Kind[]): Series[] {
  const match = matcher(tagFilter.value);
  const found: Series[] = [];
  for (const run of shown.value) {
    for (const tag of run.tags) {
      if (kinds.includes(tag.kind) && match(titleOf(tag))) found.push({ run, tag });
    }
  }
  return found;
}

/** A tag with its series in all runs that have it. */
export interface Across {
  tag: string;
  title: string;
  sources: Series[];
}

/** Series by tag, in the order of their names. */
export function byTag(all: readonly Series[]): Across[] {
  const found = new Map<string, Across>();
  for (const { run, tag } of all) {
    const across = found.get(tag.tag) ?? { tag: tag.tag, title: titleOf(tag), sources: [] };
    across.sources.push({ run, tag });
    found.set(tag.tag, across);
  }
  return [...found.values()].sort((a, b) => byName(a.tag, b.tag));
}

/** How many tags of each kind there are in all runs. */
export const kinds = computed<Map<Kind, number>>(() => {
  const tags = new Map<Kind, Set<string>>();
  for (const run of runs.value.values()) {
    for (const tag of run.tags) {
      const seen = tags.get(tag.kind) ?? new Set();
      tags.set(tag.kind, seen.add(tag.tag));
    }
  }
  return new Map([...tags].map(([kind, names]) => [kind, names.size]));
});

/** What each run with a session of hyperparameters has, and no other. */
const SESSION_TAG = "_hparams_/session_start_info";

/** How many sessions of hyperparameters there are. */
export const sessionCount = computed<number>(() =>
  [...runs.value.values()].filter(({ tags }) => tags.some(({ tag, kind }) => kind === "hparams" && tag === SESSION_TAG)).length);

/** A name for all the values that a tag has now, for what is made of them: others are added, or its run has another generation. */
export const stateOf = (run: Pick<Run, "name" | "generation">, tag: Pick<Tag, "tag" | "count">): string =>
  JSON.stringify([run.generation, run.name, tag.tag, tag.count]);

/** The same for all tags of a kind in the log, shown or not, and for those of other kinds in the runs that have one. */
export function statesOf(kind: Kind, ...beside: Kind[]): string {
  const kinds = [kind, ...beside];
  const having = [...runs.value.values()].filter(({ tags }) => tags.some((tag) => tag.kind === kind));
  return having.flatMap((run) => run.tags.filter((tag) => kinds.includes(tag.kind)).map((tag) => stateOf(run, tag))).join("\n");
}

/** The name of a card, for its step in the address. Names of runs and tags hold blanks: put side by side, two pairs of them may read alike. */
export const cardName = (run: string, tag: string, sample = 0): string =>
  JSON.stringify(sample > 0 ? [run, tag, sample] : [run, tag]);

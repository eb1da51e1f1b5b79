// The log as the server tells it, kept up to date.
import { computed, signal } from "@preact/signals";
import { api, type Kind, type Log, type Progress, type Run, type Tag, type Update } from "./api";
import { matcher } from "./match";
import { view } from "./view";

export const log = signal<Log | null>(null);
export const runs = signal<Map<string, Run>>(new Map());
export const progress = signal<Progress>({ done: 0, total: 0, complete: false });
/** How long the server has been silent: null while it answers. */
export const lost = signal<string | null>(null);
/** The revision in which each run changed last, as this page has seen it. */
export const revisions = signal<Map<string, number>>(new Map());

let session = "";
let revision = 0;
let asking = false;
let again = false;

/** Asks for what has changed since the last time. One question at a time. */
async function refresh(): Promise<void> {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    do {
      again = false;
      const [about, changes] = await Promise.all([api.log(), api.runs(revision)]);
      const fresh = changes.session !== session;
      if (fresh && revision > 0) {
        // Another server answers: what this page knows of the old one means nothing to it.
        session = changes.session;
        revision = 0;
        again = true;
        runs.value = new Map();
        continue;
      }
      session = changes.session;
      revision = changes.revision;
      log.value = about;
      const known = new Map(fresh ? [] : runs.value);
      const seen = new Map(revisions.value);
      for (const run of changes.runs) {
        known.set(run.name, run);
        seen.set(run.name, changes.revision);
      }
      for (const name of changes.removed) known.delete(name);
      if (changes.runs.length + changes.removed.length > 0) {
        runs.value = known;
        revisions.value = seen;
      }
      lost.value = null;
    } while (again);
  } catch (error) {
    lost.value = error instanceof Error ? error.message : String(error);
  } finally {
    asking = false;
  }
}

/** Listens to the server, for as long as the page is open. */
export function follow(): void {
  void refresh();
  const source = new EventSource("/api/updates");
  source.onmessage = (event: MessageEvent<string>) => {
    const update = JSON.parse(event.data) as Update;
    progress.value = update.progress;
    const gone = log.value !== null && log.value.exists !== update.exists;
    if (update.session !== session || update.revision !== revision || gone || lost.value !== null) void refresh();
  };
  source.onerror = () => {
    lost.value ??= "the server does not answer";
    // The browser tries again by itself, unless the server has refused.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => { source.close(); follow(); }, 3000);
  };
}

/** Runs by name, the pinned ones first. */
export const sorted = computed<Run[]>(() => {
  const pinned = new Set(view.value.pinned);
  const rank = (run: Run) => pinned.has(run.name) ? 0 : 1;
  const order = new Intl.Collator(undefined, { numeric: true });
  return [...runs.value.values()].sort((a, b) => rank(a) - rank(b) || order.compare(a.name, b.name));
});

/** Runs that are to be shown. */
export const shown = computed<Run[]>(() => {
  const hidden = new Set(view.value.hidden);
  const match = matcher(view.value.runs);
  return sorted.value.filter((run) => !hidden.has(run.name) && match(run.name));
});

/** One tag of one run. */
export interface Series {
  run: Run;
  tag: Tag;
}

/** The series of some kinds that are to be shown. */
export function series(...kinds: Kind[]): Series[] {
  const match = matcher(view.value.tags);
  const found: Series[] = [];
  for (const run of shown.value) {
    for (const tag of run.tags) {
      if (kinds.includes(tag.kind) && match(tag.tag)) found.push({ run, tag });
    }
  }
  return found;
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

/** The name of a card, for its step in the address. */
export const cardName = (run: string, tag: string): string => `${run} ${tag}`;

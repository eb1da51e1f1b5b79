/** Fetches series, each once, many runs at a time. */
import { api, type Tag } from "../lib/api";
import { Cache, type Fetched, useFetched } from "../lib/cache";
import { seriesOfColumns, type ScalarSeries } from "./columns";

/** A tag of a run, with what tells whether it has changed. */
export interface Source {
  readonly run: string;
  readonly tag: Tag;
}

/** Series that are kept. */
const MOST_KEPT = 4000;
/** The most characters of names in one request: addresses have a limit. */
const MOST_CHARACTERS = 6000;

const kept = new Cache<ScalarSeries | undefined>(MOST_KEPT);

/** Changes whenever the series does. */
export function sourceKey({ run, tag }: Source): string {
  return JSON.stringify([run, tag.tag, tag.count, tag.first_step, tag.last_step]);
}

/** Runs in lots whose names fit into one address. */
export function lotsOf(runs: readonly string[], most = MOST_CHARACTERS): string[][] {
  const lots: string[][] = [];
  let room = 0;
  for (const run of runs) {
    const length = encodeURIComponent(run).length + 5;
    const lot = lots.at(-1);
    if (lot === undefined || length > room) {
      lots.push([run]);
      room = most - length;
    } else {
      lot.push(run);
      room -= length;
    }
  }
  return lots;
}

/** The series of one tag in some runs, by run. A run that has lost its tag meanwhile is left out. */
export async function loadScalars(sources: readonly Source[]): Promise<Map<string, ScalarSeries>> {
  const asked = new Map<string, Promise<Map<string, ScalarSeries>>>();
  const byTag = Map.groupBy(sources, ({ tag }) => tag.tag);
  // Made when the first series of a lot is missing, and shared by the others.
  const lotOf = new Map<Source, () => Promise<Map<string, ScalarSeries>>>();
  for (const [tag, wanted] of byTag) {
    const missing = wanted.filter((source) => !kept.has(sourceKey(source)));
    const byRun = new Map(missing.map((source) => [source.run, source]));
    for (const [number, lot] of lotsOf([...byRun.keys()]).entries()) {
      const name = `${number} ${tag}`;
      const ask = () => {
        const known = asked.get(name) ?? fetchLot(tag, lot);
        asked.set(name, known);
        return known;
      };
      for (const run of lot) {
        const source = byRun.get(run);
        if (source !== undefined) lotOf.set(source, ask);
      }
    }
  }
  const found = await Promise.all(sources.map(async (source) => {
    const ask = lotOf.get(source) ?? (() => fetchLot(source.tag.tag, [source.run]));
    const series = await kept.get(sourceKey(source), async () => (await ask()).get(source.run));
    return [source, series] as const;
  }));
  return new Map(found.flatMap(([source, series]) => (series === undefined ? [] : [[seriesName(source), series]])));
}

/** The name of a series among those of one chart. */
export function seriesName({ run, tag }: Source): string {
  return JSON.stringify([tag.tag, run]);
}

async function fetchLot(tag: string, runs: string[]): Promise<Map<string, ScalarSeries>> {
  const answer = await api.scalars(tag, runs);
  return new Map(answer.map((series) => [series.run, seriesOfColumns(series)]));
}

/** The series of a chart, by their names; held until newer ones have come. */
export function useScalars(sources: readonly Source[]): Fetched<Map<string, ScalarSeries>> {
  return useFetched(sources.map(sourceKey).join("\n"), () => loadScalars(sources));
}

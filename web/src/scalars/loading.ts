/** Fetches series, each once, many runs at a time, and of one that grows what is new alone. */
import { api } from "../lib/api";
import { type Fetched, States, useFetched } from "../lib/cache";
import { type Series, stateOf } from "../lib/store";
import { joined, seriesOfColumns, type ScalarSeries } from "./columns";

/** Series that are kept. */
const MOST_KEPT = 4000;
/** The most characters of names and places in one request: addresses have a limit. */
const MOST_CHARACTERS = 6000;

/** A series as the server told it, with the generation that its run had then. */
interface Told {
  readonly generation: string;
  readonly series: ScalarSeries;
}

const kept = new States<Told | undefined>(MOST_KEPT);

/** The name of a series among those of one chart. */
export function seriesName({ run, tag }: Series): string {
  return JSON.stringify([tag.tag, run.name]);
}

/** Sources in lots whose runs and places fit into one address. */
export function lotsOf(sources: readonly Series[], most = MOST_CHARACTERS): Series[][] {
  const lots: Series[][] = [];
  let room = 0;
  for (const source of sources) {
    const length = encodeURIComponent(source.run.name).length + "&run=&from=1000000000".length;
    const lot = lots.at(-1);
    if (lot === undefined || length > room) {
      lots.push([source]);
      room = most - length;
    } else {
      lot.push(source);
      room -= length;
    }
  }
  return lots;
}

/** The series of some sources, by their names. A run that has lost its tag meanwhile is left out. */
export async function loadScalars(sources: readonly Series[]): Promise<Map<string, ScalarSeries>> {
  const told = new Map<Series, Promise<Told | undefined>>();
  for (const source of sources) {
    const known = kept.get(seriesName(source), stateOf(source.run, source.tag));
    if (known) told.set(source, known);
  }
  const missing = new Map<string, Series[]>();
  for (const source of sources) {
    if (told.has(source)) continue;
    const wanted = missing.get(source.tag.tag);
    if (wanted) wanted.push(source);
    else missing.set(source.tag.tag, [source]);
  }
  for (const [tag, wanted] of missing) {
    for (const lot of lotsOf(wanted)) {
      const answer = fetchLot(tag, lot, lot.map((source) => kept.last(seriesName(source))));
      for (const source of lot) {
        const series = answer.then((byRun) => byRun.get(source.run.name));
        told.set(source, kept.put(seriesName(source), stateOf(source.run, source.tag), series));
      }
    }
  }
  const found = await Promise.all(sources.map(async (source) => [seriesName(source), (await told.get(source))?.series] as const));
  return new Map(found.flatMap(([name, series]) => (series === undefined ? [] : [[name, series]])));
}

/** Fetches one tag of some runs: of those that were told `before`, in the generation that they have now, what has come since. */
async function fetchLot(tag: string, lot: readonly Series[], before: readonly (Promise<Told | undefined> | undefined)[]): Promise<Map<string, Told>> {
  const last = await Promise.all(before.map((told) => told?.catch(() => undefined)));
  const known = new Map<string, Told>();
  lot.forEach(({ run }, n) => {
    const told = last[n];
    if (told?.generation === run.generation) known.set(run.name, told);
  });
  const found = new Map<string, Told>();
  const answer = await api.scalars(tag, lot.map(({ run: { name } }) => ({ run: name, from: known.get(name)?.series.values.length ?? 0 })));
  for (const { run, generation, from, ...columns } of answer) {
    const old = from > 0 ? known.get(run) : undefined;
    // What came while the run was written anew does not follow what is known: the whole of it is asked for below.
    if (from > 0 && old?.generation !== generation) continue;
    const series = seriesOfColumns(columns);
    found.set(run, { generation, series: old ? joined(old.series, series) : series });
  }
  const anew = lot.filter(({ run: { name } }) => known.has(name) && !found.has(name));
  if (anew.length === 0) return found;
  return new Map([...found, ...await fetchLot(tag, anew, [])]);
}

/** The series of a chart, by their names; held until newer ones have come. */
export function useScalars(sources: readonly Series[]): Fetched<Map<string, ScalarSeries>> {
  return useFetched(sources.map(({ run, tag }) => stateOf(run, tag)).join("\n"), () => loadScalars(sources));
}

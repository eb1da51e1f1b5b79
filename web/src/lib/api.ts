// What the server says, as /api/openapi.json describes it.

/** NaN and the infinities come as strings, since JSON has none. */
type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

export type Kind =
  | "scalar" | "image" | "histogram" | "text" | "audio" | "pr_curve" | "hparams" | "mesh"
  | "custom_scalars" | "graph" | "run_metadata" | "tensor";

export interface Tag {
  tag: string;
  kind: Kind;
  plugin: string;
  display_name: string;
  description: string;
  count: number;
  first_step: number;
  last_step: number;
  samples: number;
  size: number;
}

export interface Run {
  name: string;
  /** While it stays the same, values are only added to those that were there. */
  generation: string;
  first_wall_time: JsonNumber | null;
  size: number;
  records: number;
  damage: number;
  /** Whether embeddings lie beside its files. */
  embeddings: boolean;
  tags: Tag[];
}

export interface Progress {
  done: number;
  total: number;
  complete: boolean;
}

export interface Log {
  logdir: string;
  version: string;
  session: string;
  exists: boolean;
  revision: number;
  progress: Progress;
  problems: { path: string; message: string }[];
  damage: { run: string; file: string; offset: number; len: number; reason: string }[];
}

export interface Runs {
  session: string;
  revision: number;
  runs: Run[];
  removed: string[];
}

export interface Update {
  session: string;
  revision: number;
  exists: boolean;
  progress: Progress;
}

/** How each step stands to those before it: 0 forward, 1 repeated, 2 backward, 3 purged. Null where all are forward. */
export type Marks = number[] | null;

export interface Scalars {
  run: string;
  /** That of the run when it was asked, and how many points at the start were left out. */
  generation: string;
  from: number;
  steps: number[];
  wall_times: number[];
  values: number[];
  marks: Marks;
}

export interface Values {
  steps: number[];
  wall_times: number[];
  keys: string[];
  sizes: number[];
  marks: Marks;
}

export interface Answer<T> {
  total: number;
  steps: number[];
  wall_times: number[];
  values: T[];
}

export interface Text {
  shape: number[];
  strings: string[];
}

export interface Curve {
  true_positives: number[];
  false_positives: number[];
  true_negatives: number[];
  false_negatives: number[];
  precision: number[];
  recall: number[];
}

export interface Tensor {
  shape: number[];
  elements: number[];
}

export interface Session {
  run: string;
  group: string;
  status: string;
  start_time: number[];
  hparams: Record<string, string | number | boolean>;
  metrics: Record<string, [JsonNumber]>;
}

export interface Hparams {
  hparams: string[];
  metrics: string[];
  sessions: Session[];
}

export interface Category {
  title: string;
  closed: boolean;
  charts: { title: string; lines: string[]; bands: [string, string, string][] }[];
}

/** The server's own words of why not. */
export class Refused extends Error {
  constructor(message: string, readonly status: number) {
    super(message);
  }
}

function query(parameters: Record<string, string | number | string[]>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  }
  return search.toString();
}

/** The answers that came with the page, by address: each serves once. */
const given = new Map<string, unknown>(Object.entries(firstLook()));

function firstLook(): Record<string, unknown> {
  const written = typeof document === "undefined" ? null : document.getElementById("first-look");
  return written ? JSON.parse(written.textContent) as Record<string, unknown> : {};
}

async function get<T>(route: string, parameters: Record<string, string | number | string[]> = {}): Promise<T> {
  const target = address(route, parameters);
  const known = given.get(target);
  if (known !== undefined) {
    given.delete(target);
    return known as T;
  }
  const response = await fetch(target);
  if (!response.ok) {
    const said = await response.json().catch(() => null) as { error?: string } | null;
    throw new Refused(said?.error ?? `the server answered ${response.status}`, response.status);
  }
  return await response.json() as T;
}

/** The address of a route, for a link or a picture. */
export function address(route: string, parameters: Record<string, string | number | string[]> = {}): string {
  const search = query(parameters);
  return search ? `/api/${route}?${search}` : `/api/${route}`;
}

export const blob = (key: string, sample = 0): string => `/api/blob/${key}/${sample}`;

/** A column as numbers. Columns without NaN, which are nearly all, are left as they are. */
export function numbers(column: JsonNumber[]): number[] {
  return column.some((value) => typeof value === "string") ? column.map(Number) : column as number[];
}

export const api = {
  log: () => get<Log>("log"),
  runs: (since: number) => get<Runs>("runs", { since }),
  values: async (run: string, tag: string, from = 0) => {
    const values = await get<Values>("values", from > 0 ? { run, tag, from } : { run, tag });
    return { ...values, wall_times: numbers(values.wall_times) };
  },
  /** The points of a tag in some runs, of each from a place on. */
  scalars: async (tag: string, wanted: readonly { run: string; from: number }[]) => {
    const run = wanted.map(({ run }) => run);
    const from = wanted.map(({ from }) => String(from));
    const answer = await get<{ series: Scalars[] }>("scalars", wanted.some(({ from }) => from > 0) ? { tag, run, from } : { tag, run });
    return answer.series.map((series) =>
      ({ ...series, values: numbers(series.values), wall_times: numbers(series.wall_times) }));
  },
  histograms: async (run: string, tag: string, limit: number) => {
    const answer = await get<Answer<[number, number, number][]>>("histograms", { run, tag, limit });
    return { ...answer, values: answer.values.map((buckets) => buckets.map((b) => numbers(b) as [number, number, number])) };
  },
  /** The last few texts before a place in their series. */
  texts: (run: string, tag: string, limit: number, end: number) => get<Answer<Text>>("texts", { run, tag, limit, end }),
  curves: (run: string, tag: string, limit: number) => get<Answer<Curve>>("pr_curves", { run, tag, limit }),
  tensors: (run: string, tag: string, limit: number) => get<Answer<Tensor>>("tensors", { run, tag, limit }),
  hparams: () => get<Hparams>("hparams"),
  customScalars: () => get<{ categories: Category[] }>("custom_scalars"),
};

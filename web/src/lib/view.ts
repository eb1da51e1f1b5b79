// What is shown, all of it in the address: a link restores the view, and a reload keeps it.
import { batch, signal } from "@preact/signals";
import { type Field, filters, flag, names, number, numbersByName, oneByName, oneOf, optionalNumber, panes, sortOrder, text, triple, type Zooms, zooms } from "./fields";

/** One series of pictures; the sample counts where a value holds several. */
export interface Pane {
  run: string;
  tag: string;
  sample?: number;
}

/** What a column must hold for a session to be shown. */
export type Filter =
  | { readonly kind: "range"; readonly min?: number; readonly max?: number }
  | { readonly kind: "values"; readonly allowed: readonly string[] };

/** The column that sessions are sorted by; none is the order of the log. */
export interface SortOrder {
  readonly column: string;
  readonly descending: boolean;
}

export interface View {
  tab: string;
  /** Regular expressions that runs and tags must match. */
  runs: string;
  tags: string;
  /** Runs and folders of runs (their names end with a slash) that are hidden, and those within that are not. */
  hidden: string[];
  visible: string[];
  pinned: string[];
  /** Folders of runs and groups of tags that are closed. */
  folded: string[];
  closed: string[];
  /** Cards that take a whole row. */
  wide: string[];
  /** The step that all cards show, where they are linked. Null is the last of each. */
  step: number | null;
  linked: boolean;
  /** The steps of single cards, by card; and their places in the series where a step occurs more than once. */
  steps: Record<string, number>;
  places: Record<string, number>;
  /** Pictures that are chosen to stand side by side, and those that are looked at closely in their place. */
  panes: Pane[];
  closely: Pane[];
  compare: boolean;
  layout: "beside" | "swipe" | "difference";
  /** Whether panes show all pictures at one size, or all pixels. */
  match: "size" | "pixels";
  /** Screen pixels per pixel of the first picture, and the point in the middle; null fits it into its pane. */
  zoom: [number, number, number] | null;
  /** How far differences are amplified, and where the swipe stands. */
  gain: number;
  swipe: number;
  crisp: boolean;
  /** Whether large pixels have their values written into them. */
  values: boolean;
  brightness: number;
  contrast: number;
  channel: "all" | "r" | "g" | "b" | "a";
  /** Whether a grid is split into its images, which of them is shown, and how many columns and rows it has; 0 is a guess. */
  split: boolean;
  tile: number;
  columns: number;
  rows: number;
  /** Steps a second while playing. */
  speed: number;
  /** Whether the pictures of a run follow one another, or those of a tag. */
  order: "run" | "tag";
  /** How wide cards are. */
  size: number;
  smoothing: number;
  axis: "step" | "relative" | "wall";
  log: boolean;
  outliers: boolean;
  /** How the rows of the table beside the pointer are sorted, by value or by distance. */
  pointer: "descending" | "ascending" | "nearest" | "default";
  overlay: string[];
  /** What is seen of charts that do not show all, by card and axes. */
  charts: Zooms;
  histogram: "offset" | "overlay" | "distribution";
  /** What sessions must contain, what their columns must hold, and the column they are sorted by. */
  sessions: string;
  filters: Record<string, Filter>;
  sorted: SortOrder | null;
  /** The scales of axes of sessions that somebody chose, by column. */
  scales: Record<string, "linear" | "log">;
  /** The column that colours the lines of sessions; none is their runs. */
  shade: string;
  raw: boolean;
  theme: "system" | "light" | "dark";
}

const FIELDS: { [Name in keyof View]: Field<View[Name]> } = {
  tab: text(),
  runs: text(),
  tags: text(),
  hidden: names(),
  visible: names(),
  pinned: names(),
  folded: names(),
  closed: names(),
  wide: names(),
  step: optionalNumber(),
  linked: flag(true),
  steps: numbersByName(),
  places: numbersByName(),
  panes: panes(),
  closely: panes(),
  compare: flag(false),
  layout: oneOf("beside", "swipe", "difference"),
  match: oneOf("size", "pixels"),
  zoom: triple(),
  gain: number(1, 1, 64),
  swipe: number(0.5, 0, 1),
  crisp: flag(true),
  values: flag(false),
  brightness: number(1, 0, 4),
  contrast: number(1, 0, 8),
  channel: oneOf("all", "r", "g", "b", "a"),
  split: flag(false),
  tile: number(0, 0, 1e6),
  columns: number(0, 0, 4096),
  rows: number(0, 0, 4096),
  speed: number(8, 0.5, 60),
  order: oneOf("run", "tag"),
  size: number(280, 120, 1000),
  smoothing: number(0.6, 0, 1),
  axis: oneOf("step", "relative", "wall"),
  log: flag(false),
  outliers: flag(false),
  pointer: oneOf("descending", "ascending", "nearest", "default"),
  overlay: names(),
  charts: zooms(),
  histogram: oneOf("offset", "overlay", "distribution"),
  sessions: text(),
  filters: filters(),
  sorted: sortOrder(),
  scales: oneByName("linear", "log"),
  shade: text(),
  raw: flag(false),
  theme: oneOf("system", "light", "dark"),
};

const NAMES = Object.keys(FIELDS) as (keyof View)[];

export const DEFAULT: View = Object.fromEntries(NAMES.map((name) => [name, FIELDS[name].usual])) as unknown as View;

/** A view as the search part of an address: only what differs from the default. */
export function toSearch(view: View): string {
  const search = new URLSearchParams();
  const put = <Name extends keyof View>(name: Name) => {
    const field: Field<View[Name]> = FIELDS[name];
    const written = field.write(view[name]);
    if (written !== field.write(field.usual)) search.set(name, written);
  };
  NAMES.forEach(put);
  return search.toString();
}

/** The view that an address names. What it does not name, or names wrongly, is as by default. */
export function fromSearch(search: string): View {
  const view: View = structuredClone(DEFAULT);
  const take = <Name extends keyof View>(name: Name, written: string) => {
    const field: Field<View[Name]> = FIELDS[name];
    const value = field.read(written);
    if (value !== undefined) view[name] = value;
  };
  for (const [name, written] of new URLSearchParams(search)) {
    if (Object.hasOwn(FIELDS, name)) take(name as keyof View, written);
  }
  return view;
}

export const view = signal<View>(typeof location === "undefined" ? DEFAULT : fromSearch(location.search));

let writing: ReturnType<typeof setTimeout> | undefined;
let written = -Infinity;
/** Browsers refuse more than a few hundred changes of the address in half a minute. */
const PAUSE = 200;

/** Changes what is shown. The address follows at once, but not more than five times a second. */
export function show(change: Partial<View>, undoable = false): void {
  batch(() => { view.value = { ...view.value, ...change }; });
  const write = () => {
    written = performance.now();
    const search = toSearch(view.value);
    const target = search ? `?${search}` : location.pathname;
    if (undoable) history.pushState(null, "", target);
    else history.replaceState(null, "", target);
  };
  clearTimeout(writing);
  const early = written + PAUSE - performance.now();
  if (undoable || early <= 0) write();
  else writing = setTimeout(write, early);
}

export interface Link {
  href: string;
  onClick: (event: MouseEvent) => void;
}

/** What makes a link lead to a change of what is shown: here with a click, or in a tab of its own. */
export function linkTo(change: Partial<View>): Link {
  const search = toSearch({ ...view.value, ...change });
  return {
    href: search ? `?${search}` : location.pathname,
    onClick: (event) => {
      // Other clicks are the browser's: for a new tab, a new window, a file.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      show(change, true);
    },
  };
}

/** What stands side by side: what is looked at closely, or else what is chosen. */
export const sideBySide = ({ closely, panes }: View): Pane[] => closely.length > 0 ? closely : panes;

/** The change that puts others there; without any, nothing stands side by side. */
export function withPanes(panes: Pane[]): Partial<View> {
  const change = view.value.closely.length > 0 ? { closely: panes } : { panes };
  return panes.length > 0 ? change : { ...change, compare: false };
}

/** Adds to a list what is not in it, and takes away what is. */
export function toggled<T>(list: T[], item: T): T[] {
  const written = JSON.stringify(item);
  const rest = list.filter((other) => JSON.stringify(other) !== written);
  return rest.length < list.length ? rest : [...list, item];
}

if (typeof window !== "undefined") {
  window.addEventListener("popstate", () => { view.value = fromSearch(location.search); });
}

// What is shown, all of it in the address: a link restores the view, and a reload keeps it.
import { batch, signal } from "@preact/signals";

export interface Pane {
  run: string;
  tag: string;
}

export interface View {
  tab: string;
  /** Regular expressions that runs and tags must match. */
  runs: string;
  tags: string;
  hidden: string[];
  pinned: string[];
  /** Groups of tags that are closed. */
  closed: string[];
  /** The step that all cards show, where they are linked. */
  step: number | null;
  /** The steps of single cards, by card. */
  steps: Record<string, number>;
  /** Pictures that stand side by side. */
  panes: Pane[];
  compare: boolean;
  layout: "beside" | "swipe" | "difference";
  crisp: boolean;
  brightness: number;
  contrast: number;
  channel: "all" | "r" | "g" | "b" | "a";
  /** Whether a grid is split into its images, which one is shown, and how many columns each pane's grid has. */
  split: boolean;
  tile: number;
  columns: number;
  size: number;
  smoothing: number;
  axis: "step" | "relative" | "wall";
  log: boolean;
  outliers: boolean;
  overlay: string[];
  histogram: "offset" | "overlay" | "distribution";
  raw: boolean;
  theme: "system" | "light" | "dark";
}

export const DEFAULT: View = {
  tab: "", runs: "", tags: "", hidden: [], pinned: [], closed: [],
  step: null, steps: {}, panes: [], compare: false, layout: "beside", crisp: true,
  brightness: 1, contrast: 1, channel: "all", split: false, tile: 0, columns: 8, size: 300,
  smoothing: 0.6, axis: "step", log: false, outliers: false, overlay: [],
  histogram: "offset", raw: false, theme: "system",
};

/** A view as the search part of an address: only what differs from the default. */
export function toSearch(view: View): string {
  const search = new URLSearchParams();
  for (const name of Object.keys(DEFAULT) as (keyof View)[]) {
    const value = view[name];
    if (JSON.stringify(value) === JSON.stringify(DEFAULT[name])) continue;
    search.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return search.toString();
}

/** The view that an address names. What it does not name, or names wrongly, is as by default. */
export function fromSearch(text: string): View {
  const view: Record<string, unknown> = structuredClone({ ...DEFAULT });
  for (const [name, value] of new URLSearchParams(text)) {
    const usual = DEFAULT[name as keyof View];
    if (usual === undefined) continue;
    if (typeof usual === "string") {
      const choices = CHOICES[name as keyof View];
      if (!choices || choices.includes(value)) view[name] = value;
      continue;
    }
    try {
      const parsed: unknown = JSON.parse(value);
      if (fits(parsed, usual)) view[name] = parsed;
    } catch {
      // As by default.
    }
  }
  return view as unknown as View;
}

const CHOICES: Partial<Record<keyof View, string[]>> = {
  layout: ["beside", "swipe", "difference"],
  channel: ["all", "r", "g", "b", "a"],
  axis: ["step", "relative", "wall"],
  histogram: ["offset", "overlay", "distribution"],
  theme: ["system", "light", "dark"],
};

function fits(value: unknown, usual: unknown): boolean {
  if (usual === null) return value === null || typeof value === "number";
  if (Array.isArray(usual)) {
    const whole = (each: unknown) => typeof each === "string" || isPane(each);
    return Array.isArray(value) && value.every(whole);
  }
  if (typeof usual === "object") {
    return typeof value === "object" && value !== null && !Array.isArray(value)
      && Object.values(value).every((each) => typeof each === "number");
  }
  return typeof value === typeof usual && (typeof value !== "number" || Number.isFinite(value));
}

function isPane(value: unknown): value is Pane {
  const pane = value as Partial<Pane> | null;
  return typeof pane === "object" && typeof pane?.run === "string" && typeof pane.tag === "string";
}

export const view = signal<View>(typeof location === "undefined" ? DEFAULT : fromSearch(location.search));

let writing: ReturnType<typeof setTimeout> | undefined;

/** Changes what is shown. The address follows: at once where a step back should undo it, else after a short while. */
export function show(change: Partial<View>, undoable = false): void {
  batch(() => { view.value = { ...view.value, ...change }; });
  const write = () => {
    const search = toSearch(view.value);
    const target = search ? `?${search}` : location.pathname;
    if (undoable) history.pushState(null, "", target);
    else history.replaceState(null, "", target);
  };
  clearTimeout(writing);
  if (undoable) write();
  else writing = setTimeout(write, 150);
}

/** Adds to a list what is not in it, and takes away what is. */
export function toggled<T>(list: T[], item: T): T[] {
  const text = JSON.stringify(item);
  const rest = list.filter((other) => JSON.stringify(other) !== text);
  return rest.length < list.length ? rest : [...list, item];
}

if (typeof window !== "undefined") {
  window.addEventListener("popstate", () => { view.value = fromSearch(location.search); });
}

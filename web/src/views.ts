// Which kinds there are, and what shows them.
import { effect } from "@preact/signals";
import type { ComponentType } from "preact";
import Images from "./images";
import type { Kind } from "./lib/api";
import { kinds, sessionCount } from "./lib/store";
import { show, view } from "./lib/view";

type Module = { default: ComponentType };

export interface ViewOfKinds {
  /** The name in the address. */
  tab: string;
  title: string;
  kinds: Kind[];
  /** How many things it shows, where that is not the number of tags; null where nobody knows before it is drawn. */
  count?: () => number | null;
  /** What draws them, where it comes with the page. */
  here?: ComponentType;
  /** What draws them, where it comes when it is first looked at. Kinds that nothing draws are listed. */
  load?: () => Promise<Module>;
}

const folders = import.meta.glob<Module>(["./*/index.tsx", "!./images/index.tsx"]);
const folder = (name: string): Pick<ViewOfKinds, "load"> => {
  const load = folders[`./${name}/index.tsx`];
  return load ? { load } : {};
};

/** Tabs in their order. */
export const VIEWS: ViewOfKinds[] = [
  { tab: "images", title: "Images", kinds: ["image"], here: Images },
  { tab: "scalars", title: "Scalars", kinds: ["scalar"], ...folder("scalars") },
  { tab: "histograms", title: "Histograms", kinds: ["histogram"], ...folder("histograms") },
  { tab: "text", title: "Text", kinds: ["text"], ...folder("text") },
  { tab: "hparams", title: "HParams", kinds: ["hparams"], count: () => sessionCount.value, ...folder("hparams") },
  { tab: "pr_curves", title: "PR curves", kinds: ["pr_curve"], ...folder("pr_curves") },
  { tab: "audio", title: "Audio", kinds: ["audio"], ...folder("audio") },
  { tab: "custom_scalars", title: "Custom scalars", kinds: ["custom_scalars"], count: () => null, ...folder("custom_scalars") },
  { tab: "other", title: "Other", kinds: ["mesh", "graph", "run_metadata", "tensor"], ...folder("other") },
];

const named = (tab: string): ViewOfKinds | undefined => VIEWS.find((view) => view.tab === tab);
const firstWith = (counts: ReadonlyMap<Kind, number>): ViewOfKinds | undefined =>
  VIEWS.find((view) => view.kinds.some((kind) => counts.has(kind)));

/** The view that the address names, or the first that has something to show. */
export function chosen(tab: string, counts: ReadonlyMap<Kind, number>): ViewOfKinds | undefined {
  return named(tab) ?? firstWith(counts) ?? VIEWS[0];
}

/**
 * Puts the first view that has something into an address that names none, so that what the log gets later does not take its
 * place. Nothing takes that of the first of all: the server, too, takes an address without more for that one.
 */
export function settleTab(): void {
  effect(() => {
    const first = named(view.value.tab) ? undefined : firstWith(kinds.value);
    if (first && first !== VIEWS[0]) show({ tab: first.tab });
  });
}

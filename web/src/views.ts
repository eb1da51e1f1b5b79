// Which kinds there are, and what shows them.
import type { ComponentType } from "preact";
import Images from "./images";
import type { Kind } from "./lib/api";

export interface ViewOfKinds {
  /** The name in the address. */
  tab: string;
  title: string;
  kinds: Kind[];
  /** Here at once, where it comes with the page. */
  here?: ComponentType;
  load?: () => Promise<{ default: ComponentType }>;
}

const folders = import.meta.glob<{ default: ComponentType }>(["./*/index.tsx", "!./images/index.tsx"]);
const folder = (name: string) => (): Promise<{ default: ComponentType }> => {
  const load = folders[`./${name}/index.tsx`] ?? folders["./other/index.tsx"];
  return load ? load() : Promise.reject(new Error(`there is no view in src/${name}`));
};

/** Tabs in their order. A kind that no other view shows is listed in the last. */
export const VIEWS: ViewOfKinds[] = [
  { tab: "images", title: "Images", kinds: ["image"], here: Images },
  { tab: "scalars", title: "Scalars", kinds: ["scalar"], load: folder("scalars") },
  { tab: "histograms", title: "Histograms", kinds: ["histogram"], load: folder("histograms") },
  { tab: "text", title: "Text", kinds: ["text"], load: folder("text") },
  { tab: "hparams", title: "HParams", kinds: ["hparams"], load: folder("hparams") },
  { tab: "pr_curves", title: "PR curves", kinds: ["pr_curve"], load: folder("pr_curves") },
  { tab: "audio", title: "Audio", kinds: ["audio"], load: folder("audio") },
  { tab: "custom_scalars", title: "Custom scalars", kinds: ["custom_scalars"], load: folder("custom_scalars") },
  { tab: "other", title: "Other", kinds: ["mesh", "graph", "run_metadata", "tensor"], load: folder("other") },
];

/** The view that the address names, or the first that has something to show. */
export function chosen(tab: string, counts: ReadonlyMap<Kind, number>): ViewOfKinds | undefined {
  return VIEWS.find((view) => view.tab === tab)
    ?? VIEWS.find((view) => view.kinds.some((kind) => counts.has(kind)))
    ?? VIEWS[0];
}

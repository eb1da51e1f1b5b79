// Keys that work anywhere on the page, except where a person types.
import { useLayoutEffect, useRef } from "preact/hooks";

/** What a key does. It may say `false`: then it was none of its, and goes on to what lies below, and to the browser. */
export type Keys = Record<string, (event: KeyboardEvent) => unknown>;

/** What hears keys, the first one first: of two in one layer, the one that came last. An open drawer has all keys to itself, as a dialog has. */
const LAYERS = ["drawer", "view", "page"] as const;
type Layer = typeof LAYERS[number];

interface Heard {
  layer: Layer;
  /** Those of the last drawing. */
  keys: () => Keys;
}

let heard: readonly Heard[] = [];

/** Whether keys belong to a field, and not to the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type);
}

/** Fields whose own keys are the arrows only: other keys still work there. */
const isSlider = (target: EventTarget | null): boolean => target instanceof HTMLInputElement && target.type === "range";
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

/** What can be pressed has its own Space and Enter, a link its own Enter. */
function ownKeys(target: EventTarget | null): string[] {
  if (!(target instanceof Element)) return [];
  if (target.closest("a[href]")) return ["Enter"];
  return target.closest("button, summary, [role=button]") ? [" ", "Enter"] : [];
}

function press(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const { key, target } = event;
  if (isTyping(target) && !(isSlider(target) && !ARROWS.includes(key))) {
    // Who is in a field leaves that, and nothing else.
    if (key === "Escape") (target as HTMLElement).blur();
    return;
  }
  if (ownKeys(target).includes(key) || document.querySelector("dialog[open]")) return;
  const isTaken = ({ keys }: Heard) => {
    const act = keys()[key];
    return act !== undefined && act(event) !== false;
  };
  if (inOrder(heard).some(isTaken)) event.preventDefault();
}

/** All that hears a key, in the order in which it does. */
export function inOrder<Each extends Pick<Heard, "layer">>(all: readonly Each[]): Each[] {
  const drawer = all.filter(({ layer }) => layer === "drawer");
  return drawer.length > 0 ? drawer : [...all].reverse().sort((a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer));
}

if (typeof window !== "undefined") addEventListener("keydown", press);

/** Calls what belongs to a key while the component is there, and `keys` are not null. */
export function useKeys(keys: Keys | null, layer: Layer = "view"): void {
  const latest = useRef(keys);
  latest.current = keys;
  useLayoutEffect(() => {
    if (keys === null) return;
    const mine = { layer, keys: () => latest.current ?? {} };
    heard = [...heard, mine];
    return () => { heard = heard.filter((each) => each !== mine); };
  }, [keys === null, layer]);
}

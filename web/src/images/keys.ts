// What keys do to pictures.
import type { Values } from "../lib/api";
import type { Keys } from "../lib/keys";
import { show, view } from "../lib/view";
import { CHANNELS } from "./pixels";
import { play, playing, stop } from "./player";
import { link, moveTo, positionOf } from "./position";
import { target } from "./steps";

/** Keys that scroll a list of pictures. They move through steps where a card or the bar has the focus, and side by side, where nothing scrolls. */
const SCROLLING = ["PageUp", "PageDown", "Home", "End", " "];

function isForSteps({ key, target }: KeyboardEvent): boolean {
  const place = target instanceof Element && target.closest(".card, .toolbar");
  return Boolean(place) || !SCROLLING.includes(key) || document.querySelector(".compare") !== null;
}

/** Keys that move a card through its steps. */
export function stepKeys(card: string, sample: number, values: () => Values | null, keys: readonly string[]): Keys {
  const move = (event: KeyboardEvent) => {
    if (!isForSteps(event)) return false;
    const series = values();
    if (!series || event.shiftKey) return;
    const place = target(event.key, positionOf(card, series), series.keys.length);
    if (place !== null) moveTo(card, series, place);
  };
  return {
    ...Object.fromEntries(keys.map((key) => [key, move])),
    " ": (event) => isForSteps(event) && (playing.value === null ? void play({ card, sample, values }) : stop()),
    l: () => link(!view.value.linked),
  };
}

/** Keys that change how pictures look. */
export function lookKeys(): Keys {
  const next = () => CHANNELS[(CHANNELS.indexOf(view.value.channel) + 1) % CHANNELS.length] ?? "all";
  return {
    g: () => show({ split: !view.value.split }),
    ",": () => show({ tile: Math.max(0, view.value.tile - 1) }),
    ".": () => show({ tile: view.value.tile + 1 }),
    x: () => show({ crisp: !view.value.crisp }),
    c: () => show({ channel: next() }),
  };
}

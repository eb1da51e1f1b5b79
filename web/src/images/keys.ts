// What keys do to pictures.
import type { Keys } from "../lib/keys";
import { show, view } from "../lib/view";
import { CHANNELS } from "./pixels";

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

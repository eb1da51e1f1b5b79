// What keys do to pictures.
import type { Keys } from "../lib/keys";
import { show, view } from "../lib/view";
import { CHANNELS } from "./pixels";
import { type Grid, turnTo } from "./tiles";

/** Keys that change how pictures look. */
export function lookKeys(grid: Grid | null): Keys {
  const next = () => CHANNELS[(CHANNELS.indexOf(view.value.channel) + 1) % CHANNELS.length] ?? "all";
  return {
    g: () => show({ split: !view.value.split }),
    ",": () => turnTo(view.value.tile - 1, grid),
    ".": () => turnTo(view.value.tile + 1, grid),
    x: () => show({ crisp: !view.value.crisp }),
    c: () => show({ channel: next() }),
  };
}

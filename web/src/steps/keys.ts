// What keys do to the steps of a card.
import { useRef } from "preact/hooks";
import type { Values } from "../lib/api";
import type { Keys } from "../lib/keys";
import { view } from "../lib/view";
import { type Played, turn, useSteps } from "./player";
import { link, moveTo, positionOf } from "./position";
import { target } from "./steps";

/** Up and down are left to what scrolls. */
const MOVES = ["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"];

/** Keys that scroll a list of cards. They move through steps where a card or the bar has the focus, and side by side, where nothing scrolls. */
const SCROLLING = ["PageUp", "PageDown", "Home", "End", " "];

function isForSteps({ key, target }: KeyboardEvent): boolean {
  const place = target instanceof Element && target.closest(".card, .toolbar");
  return Boolean(place) || !SCROLLING.includes(key) || document.querySelector(".compare") !== null;
}

/** Keys that move a card through its steps, which may grow. */
export function useStepKeys({ values, ...stepped }: Omit<Played, "values"> & { values: Values | null }): Keys {
  const latest = useRef(values);
  latest.current = values;
  useSteps(stepped.card);
  const move = (event: KeyboardEvent) => {
    if (!isForSteps(event)) return false;
    if (!values || event.shiftKey) return;
    const place = target(event.key, positionOf(stepped.card, values), values.keys.length);
    if (place !== null) moveTo(stepped, values, place);
  };
  return {
    ...Object.fromEntries(MOVES.map((key) => [key, move])),
    " ": (event) => isForSteps(event) && turn({ ...stepped, values: () => latest.current }),
    l: () => link(!view.value.linked),
  };
}

// Which value each card shows, as the address has it.
import { computed } from "@preact/signals";
import type { Values } from "../lib/api";
import { series } from "../lib/store";
import { show, view } from "../lib/view";
import { placeOf, repeats } from "./steps";

/** The place in its series that a card shows. */
export function positionOf(card: string, values: Values): number {
  const { linked, step, steps, places } = view.value;
  const wanted = linked ? step : steps[card] ?? step;
  const place = places[card];
  // Where a step occurs more than once, the card remembers which of its values.
  if (place !== undefined && values.steps[place] === wanted) return place;
  return placeOf(values, wanted);
}

/** The last step of all pictures that are shown. */
const lastStep = computed(() => series("image").reduce((last, { tag }) => Math.max(last, tag.last_step), -Infinity));

/** Moves a card to a place in its series; with linked steps, all others go along. */
export function moveTo(card: string, values: Values, place: number): void {
  const step = values.steps[place];
  if (step === undefined) return;
  const { linked, steps, places } = view.value;
  const { [card]: _, ...others } = places;
  const change = repeats(values, place) ? { places: { ...others, [card]: place } }
    : card in places ? { places: others } : {};
  // The last step of all is the end, also when the log grows.
  const atEnd = step >= lastStep.value && !repeats(values, place);
  if (linked) show({ ...change, step: atEnd ? null : step });
  else show({ ...change, steps: { ...steps, [card]: step } });
}

/** Moves a card to the value nearest to a typed step. */
export function moveToStep(card: string, values: Values, step: number): void {
  moveTo(card, values, placeOf(values, step));
}

/** Links the steps of all cards to the one that a card shows, or lets each have its own. */
export function link(linked: boolean): void {
  show(linked ? { linked, steps: {} } : { linked });
}

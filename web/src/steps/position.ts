// Which value each card shows, as the address has it.
import type { Kind, Values } from "../lib/api";
import { series } from "../lib/store";
import { show, view } from "../lib/view";
import { placeOf, repeats } from "./steps";

/** A card whose steps are gone through. */
export interface Stepped {
  /** Its name. */
  card: string;
  /** What it shows: cards of one kind end together, where they are linked. */
  kind: Kind;
}

/** The place in its series that a card shows. */
export function positionOf(card: string, values: Values): number {
  const { linked, step, steps, places } = view.value;
  const wanted = linked ? step : steps[card] ?? step;
  const place = places[card];
  // Where a step occurs more than once, the card remembers which of its values.
  if (place !== undefined && values.steps[place] === wanted) return place;
  return placeOf(values, wanted);
}

/** The last step of all series of a kind that are shown. */
const lastStep = (kind: Kind): number => series(kind).reduce((last, { tag }) => Math.max(last, tag.last_step), -Infinity);

/** Whether a place is the end of its series and of all others of its kind, also when the log grows. */
function isEnd(kind: Kind, values: Values, place: number): boolean {
  return place === values.steps.length - 1 && !repeats(values, place) && (values.steps[place] ?? 0) >= lastStep(kind);
}

/** Moves a card to a place in its series; with linked steps, all others go along. */
export function moveTo({ card, kind }: Stepped, values: Values, place: number): void {
  const step = values.steps[place];
  if (step === undefined) return;
  const { linked, steps, places } = view.value;
  const { [card]: _, ...others } = places;
  const change = repeats(values, place) ? { places: { ...others, [card]: place } }
    : card in places ? { places: others } : {};
  if (linked) show({ ...change, step: isEnd(kind, values, place) ? null : step });
  else show({ ...change, steps: { ...steps, [card]: step } });
}

/** Moves a card to the value nearest to a typed step. */
export function moveToStep(stepped: Stepped, values: Values, step: number): void {
  moveTo(stepped, values, placeOf(values, step));
}

/** Links the steps of all cards to the one that a card shows, or lets each have its own. */
export function link(linked: boolean): void {
  show(linked ? { linked, steps: {} } : { linked });
}

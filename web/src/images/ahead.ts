// Asks for the first pictures while the page is still being drawn: it takes longer to draw than they take to come.
import { series } from "../lib/store";
import { view } from "../lib/view";
import { placeOf } from "../steps/steps";
import { valuesAhead } from "../steps/values";
import { picture } from "./pictures";

/** Pictures that are in sight at first, about. */
const FIRST = 6;

/** Asks for them. Resolves when they are there, or known not to come. */
export async function fetchAhead(): Promise<void> {
  await Promise.all(series("image").slice(0, FIRST).map(async ({ run, tag }) => {
    // What does not come, the card will tell of.
    const values = await valuesAhead(run, tag).catch(() => null);
    const key = values?.keys[placeOf(values, view.value.step)];
    if (key !== undefined) await picture(key, 0).catch(() => {});
  }));
}

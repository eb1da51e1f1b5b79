// Asks for the first pictures while the page is still being drawn: it takes longer to draw than they take to come.
import { series } from "../lib/store";
import { view } from "../lib/view";
import { prefetch } from "./pictures";
import { placeOf } from "./steps";
import { valuesAhead } from "./values";

/** Pictures that are in sight at first, about. */
const FIRST = 6;

export function fetchAhead(): void {
  for (const { run, tag } of series("image").slice(0, FIRST)) {
    valuesAhead(run, tag).then(
      (values) => prefetch([values.keys[placeOf(values, view.value.step)]], 0),
      // The card will say so.
      () => {},
    );
  }
}

// Which value of a series belongs to a step.

export interface Series {
  steps: readonly number[];
  /** Null where each step is beyond all before it. */
  marks: readonly number[] | null;
}

/**
 * The place of the last value at a step or, where it has none, of the one before it; the first value where all come
 * later; −1 in an empty series. No step means the last value.
 */
export function placeOf({ steps, marks }: Series, step: number | null): number {
  if (step === null) return steps.length - 1;
  if (marks) return placeAmongAll(steps, step);
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) <= step) low = middle + 1;
    else high = middle;
  }
  return low > 0 ? low - 1 : Math.min(0, steps.length - 1);
}

/** The same where steps repeat or go back. */
function placeAmongAll(steps: readonly number[], step: number): number {
  let best = -1;
  let least = 0;
  steps.forEach((each, place) => {
    if (each <= step && (best < 0 || each >= (steps[best] ?? 0))) best = place;
    if (each < (steps[least] ?? 0)) least = place;
  });
  return best >= 0 ? best : Math.min(least, steps.length - 1);
}

/** Whether a step occurs more than once, so that it does not tell a place. */
export function repeats({ steps, marks }: Series, place: number): boolean {
  if (!marks) return false;
  const step = steps[place];
  return steps.indexOf(step ?? NaN) !== steps.lastIndexOf(step ?? NaN);
}

/** Where a key leads: arrows by one, page keys by a tenth, Home and End to the ends. */
export function target(key: string, place: number, count: number): number | null {
  const page = Math.max(1, Math.round(count / 10));
  const moves: Record<string, number> = {
    ArrowLeft: place - 1, ArrowRight: place + 1, ArrowDown: place - 1, ArrowUp: place + 1,
    PageDown: place - page, PageUp: place + page, Home: 0, End: count - 1,
  };
  const wanted = moves[key];
  return wanted === undefined ? null : Math.min(Math.max(wanted, 0), count - 1);
}

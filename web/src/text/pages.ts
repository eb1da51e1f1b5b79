// Which texts of a tag are shown: a few that follow one another. Who reads has them stay as they are while others come.

/** How many are shown at a time. */
export const MANY = 50;

/** Texts from a place in their series to before another. */
export interface Page {
  from: number;
  end: number;
}

/** Those before a place; with null the last ones, whatever comes. */
export function pageOf(total: number, end: number | null): Page {
  const before = Math.min(end ?? total, total);
  return { from: Math.max(0, before - MANY), end: before };
}

/** Where the page before ends. One that is not full is filled with what has been seen. */
export const earlier = ({ from }: Page): number => Math.max(from, MANY);

/** Where the page after ends; null where that is the last. */
export const later = ({ end }: Page, total: number): number | null => end + MANY < total ? end + MANY : null;

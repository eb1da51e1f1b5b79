// Which pictures stand side by side, and in which order: the first two are those that are laid over each other.
import { type Pane, sideBySide, type View, view } from "../../lib/view";

const isSame = (a: Pane, b: Pane): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The panes with one of them in the place of another, and that one in its place. */
export function exchanged(panes: readonly Pane[], one: Pane, other: Pane): Pane[] {
  return panes.map((pane) => isSame(pane, one) ? other : isSame(pane, other) ? one : pane);
}

/** The panes without one. */
export const without = (gone: Pane): Pane[] => sideBySide(view.value).filter((pane) => !isSame(pane, gone));

/** Back to all pictures: what is chosen stays so. */
export const closed: Partial<View> = { compare: false, closely: [] };

// What opened a comparison, so that it has the focus again when the comparison is closed.
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** The name of a card, or of the button for all of them. */
let opener: string | null = null;

export function openedBy(name: string | null): void {
  opener = name;
}

/** Gives the focus to a button when it is drawn again, if it was what opened the comparison. */
export function useFocusBack(name: string, button: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    if (opener !== name) return;
    opener = null;
    // Its list scrolls back to where it was by itself.
    button.current?.focus({ preventScroll: true });
  }, [name]);
}

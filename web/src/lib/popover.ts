// Menus that open over the page, `<details class="popover">` with its `.panel`: inside of what is seen, and closed by a
// click elsewhere or by Escape.
import { useEffect } from "preact/hooks";

const OPEN = "details.popover[open]";
/** How far a panel stays from the edge of what is seen, in pixels. */
const EDGE = 8;

/** How far a panel has to move for its width to be seen: its left edge rather than its right one, where both do not fit. */
export function shiftInto(panel: { left: number; right: number }, seen: { left: number; right: number }): number {
  const back = Math.min(0, seen.right - EDGE - panel.right);
  return Math.max(back, seen.left + EDGE - panel.left);
}

function place(menu: Element): void {
  const panel = menu.querySelector<HTMLElement>(".panel");
  if (!panel) return;
  panel.style.translate = "";
  // The view scrolls by itself, and cuts off what is beyond it.
  const seen = (menu.closest("main") ?? document.documentElement).getBoundingClientRect();
  const shift = shiftInto(panel.getBoundingClientRect(), seen);
  if (shift !== 0) panel.style.translate = `${shift}px`;
}

function close(menu: Element): void {
  // Who was in it goes on where it was opened.
  if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus({ preventScroll: true });
  menu.removeAttribute("open");
}

/** Looks after the menus of the page. */
export function usePopovers(): void {
  useEffect(() => {
    const all = () => [...document.querySelectorAll(OPEN)];
    const turned = ({ target }: Event) => { if (target instanceof Element && target.matches(OPEN)) place(target); };
    const resized = () => all().forEach(place);
    const pressed = ({ target }: Event) => all().filter((menu) => !menu.contains(target as Node)).forEach(close);
    const key = (event: KeyboardEvent) => {
      const open = all();
      if (event.key !== "Escape" || open.length === 0) return;
      // It closes the menu, and nothing behind it.
      event.preventDefault();
      event.stopPropagation();
      open.forEach(close);
    };
    document.addEventListener("toggle", turned, { capture: true });
    document.addEventListener("pointerdown", pressed, { capture: true });
    addEventListener("keydown", key, { capture: true });
    addEventListener("resize", resized);
    return () => {
      document.removeEventListener("toggle", turned, { capture: true });
      document.removeEventListener("pointerdown", pressed, { capture: true });
      removeEventListener("keydown", key, { capture: true });
      removeEventListener("resize", resized);
    };
  }, []);
}

// Keys that work anywhere on the page, except where a person types.
import { useLayoutEffect } from "preact/hooks";

export type Keys = Record<string, (event: KeyboardEvent) => void>;

/** Whether keys belong to a field, and not to the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type);
}

/** Fields whose own keys are the arrows only: other keys still work there. */
const isSlider = (target: EventTarget | null): boolean => target instanceof HTMLInputElement && target.type === "range";
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

/** What can be pressed has its own Space and Enter, a link its own Enter. */
function ownKeys(target: EventTarget | null): string[] {
  if (!(target instanceof Element)) return [];
  if (target.closest("a[href]")) return ["Enter"];
  return target.closest("button, summary, [role=button]") ? [" ", "Enter"] : [];
}

/** Calls what belongs to a key while the component is there. */
export function useKeys(keys: Keys): void {
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target;
      if (isTyping(target) && !(isSlider(target) && !ARROWS.includes(event.key)) && event.key !== "Escape") return;
      if (ownKeys(target).includes(event.key)) return;
      if (document.querySelector("dialog[open]")) return;
      const act = keys[event.key];
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

// Places scroll back to where they were left.
import { type RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { keep, keptValues } from "./kept";

/** Where the browser keeps it, for this tab alone and as long as that is open. */
const PLACE = "cenote-scroll";
/** How far down each place was left, in pixels. */
const left = beforeReload();

/** Where places were left before the page was loaded again. One that is opened anew begins at the top. */
function beforeReload(): Map<string, number> {
  addEventListener("pagehide", () => keep(PLACE, left, "sessionStorage"));
  const [entry] = performance.getEntriesByType("navigation");
  const isAgain = ["reload", "back_forward"].includes((entry as PerformanceNavigationTiming | undefined)?.type ?? "");
  return isAgain ? keptValues(PLACE, "sessionStorage") : new Map();
}

/** For so many milliseconds a place may grow until it can be scrolled down: lists are drawn after they are measured, some after their code has come. */
const PATIENCE = 1500;
/** For so many it is held there all the same: what is above a list may still change its height. */
const HOLD = 300;

/** Scrolls an element to where `place` was left before, and to the top where that is new, or null: such a place is not kept. */
export function useKeptScroll(element: RefObject<HTMLElement | null>, place: string | null): void {
  useLayoutEffect(() => {
    const scrolled = element.current;
    if (!scrolled) return;
    const wanted = place === null ? 0 : left.get(place) ?? 0;
    const keep = () => { if (place !== null) left.set(place, scrolled.scrollTop); };
    const follow = () => scrolled.addEventListener("scroll", keep, { passive: true });
    const stop = pull(scrolled, wanted, follow);
    return () => {
      stop();
      scrolled.removeEventListener("scroll", keep);
    };
  }, [place]);
}

/** What tells that a person scrolls. */
const HANDS = ["wheel", "pointerdown", "keydown", "touchstart"];

/** Scrolls to `wanted`, again in each frame until the element is high enough and still. A person who scrolls is not held up. */
function pull(element: HTMLElement, wanted: number, done: () => void): () => void {
  if (wanted === 0) {
    element.scrollTop = 0;
    done();
    return () => {};
  }
  const begun = performance.now();
  let asked = 0;
  // The browser's own way of holding what is seen would count twice.
  element.style.overflowAnchor = "none";
  const end = () => {
    cancelAnimationFrame(asked);
    element.style.overflowAnchor = "";
    for (const name of HANDS) removeEventListener(name, finish, { capture: true });
  };
  const finish = () => {
    end();
    done();
  };
  const step = () => {
    element.scrollTop = wanted;
    const isThere = Math.abs(element.scrollTop - wanted) < 1;
    if (performance.now() - begun > (isThere ? HOLD : PATIENCE)) finish();
    else asked = requestAnimationFrame(step);
  };
  for (const name of HANDS) addEventListener(name, finish, { capture: true, passive: true });
  step();
  return end;
}

// Which part of an element is in sight.
import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

export interface Sight {
  width: number;
  /** The part in sight, in pixels from the top of the element. */
  top: number;
  bottom: number;
}

/** Follows scrolling and sizes, once a frame. Steps of a hundred pixels, so that not each pixel draws anew. */
export function useWindow(element: RefObject<HTMLElement | null>): Sight {
  const [sight, setSight] = useState<Sight>({ width: 0, top: 0, bottom: 0 });
  useLayoutEffect(() => {
    const seen = element.current;
    if (!seen) return;
    let asked = 0;
    const look = () => {
      asked = 0;
      const { top, width } = seen.getBoundingClientRect();
      const next = { width, top: coarse(-top), bottom: coarse(innerHeight - top) };
      setSight((last) => last.width === width && last.top === next.top && last.bottom === next.bottom ? last : next);
    };
    const ask = () => { asked ||= requestAnimationFrame(look); };
    const sizes = new ResizeObserver(ask);
    sizes.observe(seen);
    addEventListener("scroll", ask, { capture: true, passive: true });
    addEventListener("resize", ask);
    look();
    return () => {
      cancelAnimationFrame(asked);
      sizes.disconnect();
      removeEventListener("scroll", ask, { capture: true });
      removeEventListener("resize", ask);
    };
  }, []);
  return sight;
}

const coarse = (pixels: number): number => Math.round(pixels / 100) * 100;

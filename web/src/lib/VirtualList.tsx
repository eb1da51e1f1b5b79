// A list of rows of one height, of which only those in sight are drawn.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props<T> {
  items: readonly T[];
  rowHeight: number;
  keyOf: (item: T) => string;
  label: string;
  class?: string;
  children: (item: T) => ComponentChildren;
}

const AHEAD = 10;

export function VirtualList<T>({ items, rowHeight, keyOf, label, class: name = "", children }: Props<T>) {
  const frame = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 0 });
  useLayoutEffect(() => {
    const seen = frame.current;
    if (!seen) return;
    const look = () => setSight({ top: seen.scrollTop, height: seen.clientHeight });
    const sizes = new ResizeObserver(look);
    sizes.observe(seen);
    seen.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      sizes.disconnect();
      seen.removeEventListener("scroll", look);
    };
  }, []);
  const first = Math.max(0, Math.floor(sight.top / rowHeight) - AHEAD);
  const last = Math.ceil((sight.top + sight.height) / rowHeight) + AHEAD;
  return (
    <div class={`virtual ${name}`} ref={frame} role="group" aria-label={label}>
      <div class="all" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(first, last).map((item, n) => (
          <div key={keyOf(item)} class="place" style={{ top: `${(first + n) * rowHeight}px`, height: `${rowHeight}px` }}>
            {children(item)}
          </div>
        ))}
      </div>
    </div>
  );
}

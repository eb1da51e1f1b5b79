// Cards by group of tags. Only those in sight are drawn, so there may be thousands.
import type { ComponentChildren } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { whole } from "../lib/format";
import { grouped } from "../lib/match";
import { useWindow } from "../lib/useWindow";
import { show, toggled, view } from "../lib/view";
import { Chevron } from "../lib/icons";
import { inSight, layout } from "./layout";

interface Props<T> {
  items: readonly T[];
  /** The tag by which an item is grouped and ordered, and the name that is its own. */
  tagOf: (item: T) => string;
  keyOf: (item: T) => string;
  /** The least width of a card in pixels, and the height that belongs to a width. */
  cardWidth: number;
  heightOf: (width: number, wide: boolean) => number;
  children: (item: T) => ComponentChildren;
}

const GAP = 16;
const HEADING = 44;
/** How far beyond the window cards are drawn, so that scrolling meets them ready. */
const AHEAD = 600;

export function CardGrid<T>({ items, tagOf, keyOf, cardWidth, heightOf, children }: Props<T>) {
  const frame = useRef<HTMLDivElement>(null);
  const { width, top, bottom } = useWindow(frame);
  const { closed, wide } = view.value;
  const placed = useMemo(() => {
    const groups = grouped([...items], tagOf).map(([name, items]) =>
      ({ name, items, tags: new Set(items.map(tagOf)).size, closed: closed.includes(name) }));
    const geometry = { width, cardWidth: Math.min(cardWidth, width), heightOf, gap: GAP, heading: HEADING };
    return layout(groups, geometry, (item) => wide.includes(keyOf(item)));
  }, [items, width, cardWidth, heightOf, closed, wide]);
  const seen = inSight(placed.cards, top - AHEAD, bottom + AHEAD);
  return (
    <div class="cards" ref={frame} style={{ height: `${placed.height}px` }}>
      {width > 0 && inSight(placed.headings, top - AHEAD, bottom + AHEAD).map(({ group, top }) => (
        <h2 key={`group ${group.name}`} class="group" style={{ top: `${top}px` }}>
          <button type="button" aria-expanded={!group.closed} onClick={() => show({ closed: toggled(closed, group.name) })}>
            <Chevron open={!group.closed} />
            <span>{group.name || "Ungrouped"}</span>
            <span class="count" title={group.tags === group.items.length ? undefined : `${whole(group.tags)} tags on ${whole(group.items.length)} cards`}>{whole(group.tags)}</span>
          </button>
        </h2>
      ))}
      {width > 0 && seen.map(({ item, left, top, width, height }) => (
        <div key={keyOf(item)} class="place" style={{ left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` }}>
          {children(item)}
        </div>
      ))}
    </div>
  );
}

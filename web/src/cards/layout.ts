// Where cards go: groups under headings, cards in rows of one height. Only what is in sight is drawn.

export interface Group<T> {
  name: string;
  items: readonly T[];
  /** How many tags they are of, which is what tabs count too. */
  tags: number;
  closed: boolean;
}

export interface Geometry {
  width: number;
  /** The least width of a card, and the height that belongs to a width. */
  cardWidth: number;
  heightOf: (width: number, wide: boolean) => number;
  gap: number;
  heading: number;
}

export interface Placed<T> {
  item: T;
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Layout<T> {
  height: number;
  headings: { group: Group<T>; top: number }[];
  cards: Placed<T>[];
}

export function layout<T>(groups: readonly Group<T>[], geometry: Geometry, isWide: (item: T) => boolean): Layout<T> {
  const { width, cardWidth, heightOf, gap, heading } = geometry;
  const columns = Math.max(1, Math.floor((width + gap) / (cardWidth + gap)));
  const each = (width - gap * (columns - 1)) / columns;
  const found: Layout<T> = { height: 0, headings: [], cards: [] };
  let top = 0;
  for (const group of groups) {
    found.headings.push({ group, top });
    top += heading;
    if (group.closed) continue;
    let column = 0;
    for (const item of group.items) {
      const wide = isWide(item);
      if (wide && column > 0) {
        top += heightOf(each, false) + gap;
        column = 0;
      }
      const size = { width: wide ? width : each, height: heightOf(wide ? width : each, wide) };
      found.cards.push({ item, left: column * (each + gap), top, ...size });
      column = wide ? columns : column + 1;
      if (column === columns) {
        top += size.height + gap;
        column = 0;
      }
    }
    if (column > 0) top += heightOf(each, false) + gap;
    top += gap;
  }
  return { ...found, height: top };
}

/** What lies between two heights, cards in reading order. */
export function inSight<T extends { top: number; height?: number }>(placed: readonly T[], from: number, to: number): T[] {
  return placed.filter(({ top, height = 0 }) => top <= to && top + height >= from);
}

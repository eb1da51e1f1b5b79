import { expect, test } from "vitest";
import { inSight, layout } from "./layout";

const geometry = { width: 320, cardWidth: 100, heightOf: (_: number, wide: boolean) => wide ? 200 : 50, gap: 10, heading: 30 };
const place = (items: number[], closed = false, wide: number[] = []) =>
  layout([{ name: "a", items, tags: items.length, closed }], geometry, (item) => wide.includes(item));

test("cards fill rows", () => {
  const { cards, height } = place([1, 2, 3, 4]);
  expect(cards.map(({ left, top }) => [left, top])).toEqual([[0, 30], [110, 30], [220, 30], [0, 90]]);
  expect(cards[0]?.width).toBe(100);
  expect(height).toBe(30 + 2 * 60 + 10);
});

test("a wide card has a row to itself", () => {
  const { cards } = place([1, 2, 3], false, [2]);
  expect(cards.map(({ left, top, width }) => [left, top, width])).toEqual([[0, 30, 100], [0, 90, 320], [0, 300, 100]]);
});

test("a closed group shows its heading alone", () => {
  expect(place([1, 2], true)).toMatchObject({ height: 30, cards: [] });
});

test("only what is in sight is drawn", () => {
  const { cards } = place(Array.from({ length: 30_000 }, (_, n) => n));
  expect(inSight(cards, 6000, 6100).map(({ item }) => item)).toEqual([297, 298, 299, 300, 301, 302, 303, 304, 305]);
});

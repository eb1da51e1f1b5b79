import { expect, test } from "vitest";
import { fit, moved, nextScale, pixelAt, placeAt, placed, zoomed } from "./zoom";

const picture = { width: 40, height: 20 };
const pane = { width: 410, height: 400 };
const middle = { scale: 10, x: 0.5, y: 0.5 };

test("a picture that fits is in the middle, at whole pixels", () => {
  expect([fit(picture, pane, true), fit(picture, pane, false)]).toEqual([10, 10.25]);
  expect(fit({ width: 820, height: 20 }, pane, true)).toBe(0.5);
  // Half of the pane would be lost with pixels of one screen pixel.
  expect(fit({ width: 207, height: 20 }, pane, true)).toBe(410 / 207);
  expect(fit({ width: 185, height: 20 }, pane, true)).toBe(2);
  expect(placed(picture, pane, middle)).toEqual({ x: 5, y: 100, width: 400, height: 200 });
});

test("zooming holds what is under the pointer", () => {
  const point = { x: 237, y: 251 };
  const before = placeAt(picture, pane, middle, point);
  const after = placeAt(picture, pane, zoomed(picture, pane, middle, 3.7, point), point);
  // Pictures lie on whole screen pixels, so a place moves by half a pixel at most.
  expect(Math.abs(after.x - before.x) * 40 * 37).toBeLessThanOrEqual(1);
  expect(Math.abs(after.y - before.y) * 20 * 37).toBeLessThanOrEqual(1);
});

test("dragging moves the picture along, and never loses it", () => {
  expect(moved(picture, middle, { x: 40, y: -20 })).toEqual({ scale: 10, x: 0.4, y: 0.6 });
  expect(moved(picture, middle, { x: 4000, y: 0 }).x).toBe(0);
});

test("steps of zoom are whole screen pixels", () => {
  const up = [0.3];
  while ((up.at(-1) ?? 256) < 20) up.push(nextScale(up.at(-1) ?? 0, true));
  expect(up).toEqual([0.3, 0.6, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20]);
  const down = [17.5];
  while ((down.at(-1) ?? 0) > 0.5) down.push(nextScale(down.at(-1) ?? 0, false));
  expect(down.slice(0, 3)).toEqual([17.5, 14, 12]);
  expect(down.slice(-3)).toEqual([2, 1, 0.5]);
});

test("the pixel under a place is the same part of pictures of any size", () => {
  expect(pixelAt({ width: 32, height: 32 }, { x: 0.5, y: 0.99 })).toEqual({ x: 16, y: 31 });
  expect(pixelAt({ width: 11, height: 11 }, { x: 0.5, y: 0.99 })).toEqual({ x: 5, y: 10 });
  expect(pixelAt({ width: 11, height: 11 }, { x: 1, y: 0 })).toBeNull();
});

import { expect, test } from "vitest";
import { cells, guessColumns, tileAt, tileBox, tileSize } from "./grid";

const size = (width: number, height: number) => ({ width, height });

test("the grid of a batch is told by its size", () => {
  expect(guessColumns(size(256, 256))).toBe(8);
  expect(guessColumns(size(88, 88))).toBe(8);
  expect(guessColumns(size(160, 32))).toBe(5);
  expect(guessColumns(size(641, 427))).toBeNull();
});

test("image 17 of the input stands beside image 17 of the output", () => {
  const [input, output] = [size(256, 256), size(88, 88)];
  expect(tileBox(input, tileSize(input, 0, 0) ?? input, 17)).toEqual({ x: 32, y: 64, width: 32, height: 32 });
  expect(tileBox(output, tileSize(output, 0, 0) ?? output, 17)).toEqual({ x: 11, y: 22, width: 11, height: 11 });
});

test("the last batch is cut as the first", () => {
  const tile = tileSize(size(256, 256), 0, 0) ?? size(0, 0);
  const last = size(256, 64);
  expect(cells(last, tile)).toEqual({ columns: 8, rows: 2, count: 16 });
  expect(tileBox(last, tile, 15)).toMatchObject({ x: 224, y: 32 });
  expect(tileBox(last, tile, 16)).toBeNull();
});

test("columns and rows can be told", () => {
  expect(tileSize(size(300, 80), 10, 4)).toEqual(size(30, 20));
  expect(tileSize(size(300, 80), 7, 0)).toBeNull();
  expect(tileSize(size(300, 80), 10, 3)).toBeNull();
  expect(tileSize(size(90, 20), 3, 0)).toEqual(size(30, 20));
});

test("a click picks the image that is there", () => {
  const [grid, tile] = [size(256, 256), size(32, 32)];
  expect([tileAt(grid, tile, { x: 0.13, y: 0.26 }), tileAt(grid, tile, { x: 1, y: 1 })]).toEqual([17, 63]);
});

// A tensor of texts as rows of cells.
import type { Text } from "../lib/api";

/** The first two-dimensional part of a tensor; one text alone is one cell, a list is a column. */
export function rowsOf({ shape, strings }: Text): string[][] {
  const columns = shape.length > 1 ? shape.at(-1) ?? 1 : 1;
  const rows = shape.length > 1 ? shape.at(-2) ?? 1 : shape[0] ?? 1;
  return Array.from({ length: rows }, (_, row) => strings.slice(row * columns, (row + 1) * columns)).filter((row) => row.length > 0);
}

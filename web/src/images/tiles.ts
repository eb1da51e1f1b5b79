// How the grids of a series are cut, as the view says.
import { useFetched } from "../lib/cache";
import type { Values } from "../lib/api";
import { show, view } from "../lib/view";
import { type Box, cells, type Size, tileBox, tileSize, whole } from "./grid";
import { picture, type Picture } from "./pictures";

/** The grid of a series, that of its first picture: later ones may hold fewer images. */
export interface Grid {
  size: Size;
  /** The size of its images, if it can be cut as the view says, and how many there are. */
  tile: Size | null;
  count: number;
}

/** The grid of a series, where grids are split and it is known. */
export function useGrid(values: Values | null, sample: number): Grid | null {
  const { split, columns, rows } = view.value;
  const key = split ? values?.keys[0] ?? null : null;
  const { value: first } = useFetched(key, () => picture(key ?? "", sample));
  if (!split || !first) return null;
  const tile = tileSize(first, columns, rows);
  return { size: first, tile, count: tile ? cells(first, tile).count : 1 };
}

/** The part of a picture that is shown: all of it, or one image of the grid; null where its grid has no such image. */
export function boxOf(shown: Picture | null, grid: Grid | null): Box | null {
  if (!shown) return null;
  return grid?.tile ? tileBox(shown, grid.tile, view.value.tile) : whole(shown);
}

/** Shows another image of the grids, if there is one. */
export function turnTo(number: number, grid: Grid | null): void {
  if (view.value.split) show({ tile: Math.max(0, grid ? Math.min(number, grid.count - 1) : number) });
}

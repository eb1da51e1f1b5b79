// How the grids of a series are cut, as the view says.
import { useFetched } from "../lib/cache";
import type { Values } from "../lib/api";
import { view } from "../lib/view";
import { type Box, cells, type Size, tileBox, tileSize, whole } from "./grid";
import { picture, type Picture } from "./pictures";

export interface Cut {
  /** The part of the picture that is shown. */
  box: Box | null;
  tile: Size | null;
  count: number;
}

/** The part of a picture that is shown: all of it, or one image of the grid. */
export function useCut(shown: Picture | null, values: Values | null, sample: number): Cut {
  const { split, tile: number, columns, rows } = view.value;
  // The first picture of a series tells the size of the images in all: later grids may be smaller.
  const first = split ? values?.keys[0] ?? null : null;
  const { value: reference } = useFetched(first, () => picture(first ?? "", sample));
  if (!shown) return { box: null, tile: null, count: 0 };
  if (!split || !reference) return { box: whole(shown), tile: null, count: 1 };
  const tile = tileSize(reference, columns, rows);
  if (!tile) return { box: whole(shown), tile: null, count: 1 };
  return { box: tileBox(shown, tile, number), tile, count: cells(shown, tile).count };
}

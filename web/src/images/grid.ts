// A batch as one picture: torch's add_images lays images out in rows of up to eight, with nothing between them.

export interface Size {
  width: number;
  height: number;
  /** What the log says of a picture of this size: the layer that made it, say. */
  made?: string | undefined;
}

export interface Box extends Size {
  x: number;
  y: number;
}

/** The largest number of columns that torch makes. */
const MOST = 8;

/** How many columns a grid of square images has: eight, or fewer where that fits no square. Null where nothing fits. */
export function guessColumns({ width, height }: Size): number | null {
  for (let columns = MOST; columns > 1; columns -= 1) {
    if (width % columns === 0 && height % (width / columns) === 0) return columns;
  }
  return null;
}

/**
 * The size of the images in a grid, from the first picture of its series: batches that are not full make smaller grids of
 * the same images. Columns and rows of 0 are guessed. Null where the picture cannot be cut so.
 */
export function tileSize(first: Size, columns: number, rows: number): Size | null {
  const across = columns || guessColumns(first);
  if (!across || first.width % across !== 0) return null;
  const width = first.width / across;
  const down = rows || (first.height % width === 0 ? first.height / width : 1);
  return first.height % down === 0 ? { width, height: first.height / down } : null;
}

/** How many images a grid holds, in columns and rows. */
export function cells(grid: Size, tile: Size): { columns: number; rows: number; count: number } {
  const columns = Math.max(1, Math.floor(grid.width / tile.width));
  const rows = Math.max(1, Math.floor(grid.height / tile.height));
  return { columns, rows, count: columns * rows };
}

/** The place of one image, counted from 0 row by row; null where the grid has fewer. */
export function tileBox(grid: Size, tile: Size, number: number): Box | null {
  const { columns, count } = cells(grid, tile);
  if (number >= count) return null;
  return { x: (number % columns) * tile.width, y: Math.floor(number / columns) * tile.height, ...tile };
}

/** The image at a place of the grid, both parts 0 to 1. */
export function tileAt(grid: Size, tile: Size, place: { x: number; y: number }): number {
  const { columns, rows } = cells(grid, tile);
  const column = Math.min(columns - 1, Math.max(0, Math.floor(place.x * columns)));
  const row = Math.min(rows - 1, Math.max(0, Math.floor(place.y * rows)));
  return row * columns + column;
}

export const whole = ({ width, height, made }: Size): Box => ({ x: 0, y: 0, width, height, made });

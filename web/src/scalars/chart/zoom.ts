/** What is seen of a chart that does not show all: a part of the view, so that it stays when the chart scrolls out of sight. */
import { show, view } from "../../lib/view";
import type { Extent } from "./model";

/** What is seen of the chart of a card, nothing if that is all. It means something on the axes on which it was chosen alone. */
export function useZoom(card: string, axes = ""): [Extent | undefined, (extent: Extent | undefined) => void] {
  const name = axes === "" ? card : `${card} ${axes}`;
  const ends = view.value.charts[name];
  const zoom = ends && { x: { min: ends[0], max: ends[1] }, y: { min: ends[2], max: ends[3] } };
  const setZoom = (extent: Extent | undefined) => {
    const { [name]: _, ...others } = view.value.charts;
    show({ charts: extent ? { ...others, [name]: [extent.x.min, extent.x.max, extent.y.min, extent.y.max] } : others });
  };
  return [zoom, setZoom];
}

// Pictures as they are looked at: one channel, brighter, or how far two are apart.
import { useMemo } from "preact/hooks";
import { view } from "../../lib/view";
import { type Box, whole } from "../grid";
import { pixelsOf } from "../pictures";
import { adjust, cut, type Difference, difference, isPlain, type Pixels } from "../pixels";
import type { Content } from "./model";

export interface Drawable {
  source: CanvasImageSource;
  box: Box;
}

function drawable(pixels: Pixels): Drawable {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  canvas.getContext("2d")?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
  return { source: canvas, box: whole(pixels) };
}

/** The pixels of what a pane shows, as they are in the log. */
const read = new WeakMap<Content, Pixels>();
export function contentPixels(content: Content): Pixels {
  const known = read.get(content);
  if (known) return known;
  const pixels = { ...cut(pixelsOf(content.picture), content.box), made: content.box.made };
  read.set(content, pixels);
  return pixels;
}

/** What is drawn of a pane. */
export function useLooked(content: Content | undefined): Drawable | null {
  const { brightness, contrast, channel } = view.value;
  return useMemo(() => {
    if (!content) return null;
    const look = { brightness, contrast, channel };
    if (isPlain(look)) return { source: content.picture.bitmap, box: content.box };
    const pixels = contentPixels(content);
    const data = pixels.data.slice();
    adjust(data, look);
    return drawable({ ...pixels, data });
  }, [content, brightness, contrast, channel]);
}

/** How far two panes are apart. */
export function useDifference(a: Content | undefined, b: Content | undefined, wanted: boolean): { pixels: Difference; drawn: Drawable } | null {
  const { gain } = view.value;
  return useMemo(() => {
    if (!a || !b || !wanted) return null;
    const pixels = difference(contentPixels(a), contentPixels(b), gain);
    return { pixels, drawn: drawable(pixels) };
  }, [a, b, gain, wanted]);
}

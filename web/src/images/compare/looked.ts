// Pictures as they are looked at: one channel, brighter, or how far two are apart.
import { useMemo } from "preact/hooks";
import { view } from "../../lib/view";
import { type Box, whole } from "../grid";
import { pixelsOf } from "../pictures";
import { adjust, amplified, cut, type Difference, difference, isPlain, linesApart, linesOf, type Pixels, valuesAt } from "../pixels";
import type { Content } from "./model";

export interface Drawable {
  source: CanvasImageSource;
  box: Box;
  /** The pixels as they are drawn, and what is written into one of them. */
  seen: () => Pixels;
  linesAt: (x: number, y: number) => string[];
}

function drawable(pixels: Pixels, linesAt: Drawable["linesAt"]): Drawable {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  canvas.getContext("2d")?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
  return { source: canvas, box: whole(pixels), seen: () => pixels, linesAt };
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

/** What is drawn of a pane. Its values are those of the log, however it is looked at. */
export function useLooked(content: Content | undefined): Drawable | null {
  const { brightness, contrast, channel } = view.value;
  return useMemo(() => {
    if (!content) return null;
    const look = { brightness, contrast, channel };
    const linesAt = (x: number, y: number) => linesOf(valuesAt(contentPixels(content), x, y));
    if (isPlain(look)) return { source: content.picture.bitmap, box: content.box, seen: () => contentPixels(content), linesAt };
    const pixels = contentPixels(content);
    const data = pixels.data.slice();
    adjust(data, look);
    return drawable({ ...pixels, data }, linesAt);
  }, [content, brightness, contrast, channel]);
}

/** How far two panes are apart. */
export function useDifference(a: Content | undefined, b: Content | undefined): { pixels: Difference; drawn: Drawable } | null {
  const { gain, brightness, contrast, channel } = view.value;
  const pixels = useMemo(() => a && b ? difference(contentPixels(a), contentPixels(b)) : null, [a, b]);
  const drawn = useMemo(() => {
    if (!pixels) return null;
    const linesAt = (x: number, y: number) => linesApart(pixels.at(x, y) ?? [0, 0, 0, 0]);
    return drawable(amplified(pixels, gain, { brightness, contrast, channel }), linesAt);
  }, [pixels, gain, brightness, contrast, channel]);
  return pixels && drawn && { pixels, drawn };
}

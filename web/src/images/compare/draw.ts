// Draws pictures into a pane, pixel by pixel.
import type { Box, Size } from "../grid";
import type { Largest } from "../maximum";
import { inkOn, type Rgb, valuesAt } from "../pixels";
import { placed, type Point, type Sight } from "../zoom";
import type { Drawable } from "./looked";

/** A picture, and the part of the pane in which it is seen. */
export interface Layer extends Drawable {
  sight: Sight;
  /** Its pixel that is framed, and the parts that belong to it. */
  pointed: Point | null;
  footprints: readonly Box[][];
  /** The pixels that have the largest values of those parts. */
  largest: readonly Largest[];
  /** Parts of the pane's width, 0 to 1. */
  from: number;
  to: number;
}

export interface Marks {
  crisp: boolean;
  values: boolean;
  ink: string;
  /** What shows through translucent pixels. */
  ground: Rgb;
}

/** The size of a pixel from which its values are written into it. */
const READABLE = 36;

/** The size of a pixel from which a mark is seen in it, and the marks for red, green and blue. */
const MARKED = 9;
const MARKS = ["#ff2d2d", "#1fd655", "#3d6bff"];

export function draw(context: CanvasRenderingContext2D, pane: Size, layers: readonly Layer[], marks: Marks): void {
  context.clearRect(0, 0, pane.width, pane.height);
  for (const layer of layers) {
    context.save();
    context.beginPath();
    context.rect(pane.width * layer.from, 0, pane.width * (layer.to - layer.from), pane.height);
    context.clip();
    drawLayer(context, pane, layer, marks);
    context.restore();
  }
}

function drawLayer(context: CanvasRenderingContext2D, pane: Size, layer: Layer, { crisp, values, ink, ground }: Marks): void {
  const { source, box, sight } = layer;
  const at = placed(box, pane, sight);
  // Only what is in sight, in whole pixels of the picture: browsers draw huge pictures slowly or not at all.
  const [left, top] = [Math.max(0, Math.floor(-at.x / sight.scale)), Math.max(0, Math.floor(-at.y / sight.scale))];
  const right = Math.min(box.width, Math.ceil((pane.width - at.x) / sight.scale));
  const bottom = Math.min(box.height, Math.ceil((pane.height - at.y) / sight.scale));
  if (right <= left || bottom <= top) return;
  context.imageSmoothingEnabled = !crisp || sight.scale < 1;
  context.imageSmoothingQuality = "high";
  context.drawImage(source, box.x + left, box.y + top, right - left, bottom - top,
    at.x + left * sight.scale, at.y + top * sight.scale, (right - left) * sight.scale, (bottom - top) * sight.scale);
  if (values && sight.scale >= READABLE * devicePixelRatio) {
    writeValues(context, layer, ground, at, { x: left, y: top, width: right - left, height: bottom - top });
  }
  for (const part of layer.footprints.flat()) outline(context, at, sight.scale, part, ink);
  if (sight.scale >= MARKED * devicePixelRatio) for (const pixel of layer.largest) markLargest(context, at, sight.scale, pixel);
  const pixel = layer.pointed;
  if (pixel) frame(context, at.x + pixel.x * sight.scale, at.y + pixel.y * sight.scale, sight.scale, ink);
}

/** Frames a part of a picture with a dashed line, which is seen on dark and on light pixels. */
function outline(context: CanvasRenderingContext2D, at: Point, scale: number, { x, y, width, height }: Box, ink: string): void {
  const thick = Math.round(2 * devicePixelRatio);
  // Outside of the pixels, so that none is covered.
  const grown = thick / 2;
  const frame = [at.x + x * scale - grown, at.y + y * scale - grown, width * scale + 2 * grown, height * scale + 2 * grown] as const;
  context.save();
  context.lineWidth = thick;
  context.strokeStyle = "#000";
  context.strokeRect(...frame);
  context.setLineDash([3 * thick, 2 * thick]);
  context.strokeStyle = ink;
  context.strokeRect(...frame);
  context.restore();
}

/** A square in the lower left of a pixel for each channel of which it has the largest value. */
function markLargest(context: CanvasRenderingContext2D, at: Point, scale: number, { x, y, channels }: Largest): void {
  const side = Math.max(2, Math.round(scale / 5));
  for (const channel of channels) {
    const [left, top] = [Math.round(at.x + x * scale + scale / 8 + channel * (side + 1)), Math.round(at.y + (y + 1) * scale - scale / 8 - side)];
    context.fillStyle = "#fff";
    context.fillRect(left - 1, top - 1, side + 2, side + 2);
    context.fillStyle = MARKS[channel] ?? "#000";
    context.fillRect(left, top, side, side);
  }
}

function frame(context: CanvasRenderingContext2D, x: number, y: number, side: number, ink: string): void {
  const grown = Math.max(side, 3);
  context.lineWidth = 1;
  context.strokeStyle = "#000";
  context.strokeRect(x - 1.5, y - 1.5, grown + 3, grown + 3);
  context.strokeStyle = ink;
  context.strokeRect(x - 0.5, y - 0.5, grown + 1, grown + 1);
}

/** The values of each pixel in sight. */
function writeValues(context: CanvasRenderingContext2D, { seen: pixels, linesAt, sight: { scale } }: Layer, ground: Rgb, at: Point, seen: Box): void {
  const drawn = pixels();
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let y = seen.y; y < seen.y + seen.height; y += 1) {
    for (let x = seen.x; x < seen.x + seen.width; x += 1) {
      context.fillStyle = inkOn(valuesAt(drawn, x, y), ground);
      const lines = linesAt(x, y);
      // Four lines have to share the height, three the width of their longest.
      const size = Math.min(scale / (lines.length > 3 ? 5.2 : 4.4), 15 * devicePixelRatio);
      context.font = `${size}px ui-monospace, monospace`;
      lines.forEach((text, line) => {
        const down = (line - (lines.length - 1) / 2) * size * 1.15;
        context.fillText(text, at.x + (x + 0.5) * scale, at.y + (y + 0.5) * scale + down);
      });
    }
  }
}

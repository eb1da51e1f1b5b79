// Draws pictures into a pane, pixel by pixel.
import type { Box, Size } from "../grid";
import { type Pixels, valuesAt } from "../pixels";
import { pixelAt, placed, type Point, type Sight } from "../zoom";

/** A picture, and the part of the pane in which it is seen. */
export interface Layer {
  source: CanvasImageSource;
  box: Box;
  sight: Sight;
  /** Parts of the pane's width, 0 to 1. */
  from: number;
  to: number;
  /** For the values that are written into large pixels. */
  pixels: (() => Pixels) | null;
}

export interface Marks {
  pointer: Point | null;
  crisp: boolean;
  values: boolean;
  ink: string;
}

/** The size of a pixel from which its values are written into it. */
const READABLE = 36;

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

function drawLayer(context: CanvasRenderingContext2D, pane: Size, layer: Layer, { pointer, crisp, values, ink }: Marks): void {
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
  if (values && sight.scale >= READABLE * devicePixelRatio && layer.pixels) {
    writeValues(context, layer.pixels(), at, sight.scale, { x: left, y: top, width: right - left, height: bottom - top });
  }
  const pixel = pointer && pixelAt(box, pointer);
  if (pixel) frame(context, at.x + pixel.x * sight.scale, at.y + pixel.y * sight.scale, sight.scale, ink);
}

function frame(context: CanvasRenderingContext2D, x: number, y: number, side: number, ink: string): void {
  const grown = Math.max(side, 3);
  context.lineWidth = 1;
  context.strokeStyle = "#000";
  context.strokeRect(x - 1.5, y - 1.5, grown + 3, grown + 3);
  context.strokeStyle = ink;
  context.strokeRect(x - 0.5, y - 0.5, grown + 1, grown + 1);
}

/** Red, green and blue of each pixel in sight; one number where they are equal. */
function writeValues(context: CanvasRenderingContext2D, pixels: Pixels, at: Point, side: number, seen: Box): void {
  const size = Math.min(side / 4.4, 15 * devicePixelRatio);
  context.font = `${size}px ui-monospace, monospace`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let y = seen.y; y < seen.y + seen.height; y += 1) {
    for (let x = seen.x; x < seen.x + seen.width; x += 1) {
      const [r, g, b] = valuesAt(pixels, x, y);
      context.fillStyle = 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#000" : "#fff";
      const lines = r === g && g === b ? [r] : [r, g, b];
      lines.forEach((value, line) => {
        const down = (line - (lines.length - 1) / 2) * size * 1.15;
        context.fillText(String(value), at.x + (x + 0.5) * side, at.y + (y + 0.5) * side + down);
      });
    }
  }
}

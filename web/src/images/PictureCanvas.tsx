// A picture of a card, as large as its place allows.
import { useLayoutEffect, useRef } from "preact/hooks";
import { view } from "../lib/view";
import type { Box } from "./grid";
import type { Picture } from "./pictures";
import { adjust, isPlain, type Look } from "./pixels";

interface Props {
  picture: Picture;
  box: Box;
  label: string;
  /** What it shows, for whoever waits for it. */
  name: string | null;
}

export function PictureCanvas({ picture, box, label, name }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { brightness, contrast, channel, crisp } = view.value;
  const { x, y, width, height } = box;
  useLayoutEffect(() => {
    if (canvas.current) draw(canvas.current, picture, box, { brightness, contrast, channel });
  }, [picture, x, y, width, height, brightness, contrast, channel]);
  return <canvas ref={canvas} class={crisp ? "crisp" : ""} role="img" aria-label={label} data-key={name} />;
}

/** Draws at the picture's own size, which the style enlarges; a larger one is made as small as its place. */
function draw(canvas: HTMLCanvasElement, picture: Picture, box: Box, look: Look): void {
  const room = canvas.parentElement;
  const ratio = devicePixelRatio;
  const least = Math.max(box.width / ((room?.clientWidth || box.width) * ratio), box.height / ((room?.clientHeight || box.height) * ratio), 1);
  const [width, height] = [Math.max(1, Math.round(box.width / least)), Math.max(1, Math.round(box.height / least))];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: !isPlain(look) });
  if (!context) return;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = least > 1;
  context.imageSmoothingQuality = "high";
  context.drawImage(picture.bitmap, box.x, box.y, box.width, box.height, 0, 0, width, height);
  if (isPlain(look)) return;
  const pixels = context.getImageData(0, 0, width, height);
  adjust(pixels.data, look);
  context.putImageData(pixels, 0, 0);
}

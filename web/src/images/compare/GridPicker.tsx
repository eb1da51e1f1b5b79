// The whole grid, small: a click picks the image that is looked at.
import { useEffect, useRef } from "preact/hooks";
import { show, view } from "../../lib/view";
import { tileAt, tileBox, type Size } from "../grid";
import type { Picture } from "../pictures";

const LARGEST = 132;

export function GridPicker({ picture, tile }: { picture: Picture; tile: Size }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const number = view.value.tile;
  const scale = Math.min(LARGEST / picture.width, LARGEST / picture.height, 1);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const ratio = scale * devicePixelRatio;
    [element.width, element.height] = [Math.round(picture.width * ratio), Math.round(picture.height * ratio)];
    context.imageSmoothingQuality = "high";
    context.drawImage(picture.bitmap, 0, 0, element.width, element.height);
    const box = tileBox(picture, tile, number);
    if (!box) return;
    const [x, y, width, height] = [box.x * ratio, box.y * ratio, box.width * ratio, box.height * ratio];
    context.lineWidth = 3;
    context.strokeStyle = "#000";
    context.strokeRect(x, y, width, height);
    context.lineWidth = 1.5;
    context.strokeStyle = "#fff";
    context.strokeRect(x, y, width, height);
  }, [picture, tile.width, tile.height, number, scale]);
  const pick = (event: MouseEvent & { currentTarget: HTMLCanvasElement }) => {
    const { clientWidth, clientHeight } = event.currentTarget;
    show({ tile: tileAt(picture, tile, { x: event.offsetX / clientWidth, y: event.offsetY / clientHeight }) });
  };
  return (
    <div class="picker-strip">
      <canvas ref={canvas} class="picker" role="img" aria-label={`Grid of images, number ${number + 1} is chosen`}
        style={{ height: `${picture.height * scale}px` }} onClick={pick} />
      <p>Click an image</p>
    </div>
  );
}

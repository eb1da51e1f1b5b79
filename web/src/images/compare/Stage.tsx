// A canvas that shows layers at the common sight.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { dark, styleRgb } from "../../lib/theme";
import { view } from "../../lib/view";
import type { Size } from "../grid";
import type { Point } from "../zoom";
import { draw, type Layer } from "./draw";
import type { Drawable } from "./looked";
import { useGestures } from "./gestures";
import { useModel } from "./model";

export interface Shown {
  drawn: Drawable;
  /** The card that it is of. */
  card?: string;
  from?: number;
  to?: number;
}

interface Props {
  layers: readonly Shown[];
  label: string;
}

export function Stage({ layers, label }: Props) {
  const model = useModel();
  const canvas = useRef<HTMLCanvasElement>(null);
  const base = layers[0]?.drawn.box;
  useGestures(canvas, {
    picture: () => base ? { size: base, sight: model.sightOf(base) } : null,
    pane: () => model.pane.value,
    isWhole: () => view.value.zoom === null,
    look: (picture, sight) => model.lookFrom(picture, sight),
    point: (place) => { if (base) model.point(base, place); },
    twice: (place) => model.look(view.value.zoom ? null : base ? actual(model.sight.value.scale, model.inFirst(base, place)) : null),
  });
  useEffect(() => measure(canvas.current, (size) => { model.pane.value = size; }), []);
  const pane = model.pane.value;
  const { crisp, values, zoom } = view.value;
  const placed: Layer[] = layers.map(({ drawn, card = "", from = 0, to = 1 }) => ({
    ...drawn, sight: model.sightOf(drawn.box), from, to,
    pointed: model.pointed(drawn.box), footprints: model.footprints(drawn.box), largest: model.largest(card),
  }));
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || pane.width === 0) return;
    if (element.width !== pane.width) element.width = pane.width;
    if (element.height !== pane.height) element.height = pane.height;
    draw(context, pane, placed, { crisp, values, ink: dark.value ? "#62c9cf" : "#fff", ground: styleRgb("--mount") });
  });
  return <canvas ref={canvas} class={zoom ? "stage" : "stage whole"} role="img" aria-label={label} tabIndex={-1} />;
}

/** Actual size, or larger where that is how it fits already. */
const actual = (scale: number, { x, y }: Point) => ({ scale: scale === 1 ? 4 : 1, x, y });

/** Follows the size of a canvas, in screen pixels. */
function measure(canvas: HTMLCanvasElement | null, tell: (size: Size) => void): (() => void) | undefined {
  const frame = canvas?.parentElement;
  if (!frame) return;
  const look = () => tell({
    width: Math.round(frame.clientWidth * devicePixelRatio), height: Math.round(frame.clientHeight * devicePixelRatio),
  });
  const sizes = new ResizeObserver(look);
  sizes.observe(frame);
  look();
  return () => sizes.disconnect();
}

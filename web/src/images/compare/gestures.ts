// Wheel, pinch and drag on a pane, for mouse, pen and fingers.
import { type RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Size } from "../grid";
import { moved, placeAt, type Point, type Sight, zoomed } from "../zoom";

export interface Gestures {
  /** The picture that is under the hand, and how it lies. */
  picture: () => { size: Size; sight: Sight } | null;
  pane: () => Size;
  /** Whether all of it is seen: then a finger alone scrolls the page. */
  isWhole: () => boolean;
  look: (picture: Size, sight: Sight) => void;
  point: (place: Point | null) => void;
  /** Called on a double click or tap. */
  twice: (place: Point) => void;
}

const middleOf = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const apart = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y) || 1;

export function useGestures(canvas: RefObject<HTMLCanvasElement | null>, gestures: Gestures): void {
  const latest = useRef(gestures);
  latest.current = gestures;
  useEffect(() => canvas.current ? listen(canvas.current, () => latest.current) : undefined, []);
}

function listen(canvas: HTMLCanvasElement, gestures: () => Gestures): () => void {
  const held = new Map<number, Point>();
  const at = (event: MouseEvent): Point =>
    ({ x: event.offsetX * devicePixelRatio, y: event.offsetY * devicePixelRatio });
  const onWheel = (event: WheelEvent) => {
    const { picture, pane, look } = gestures();
    const under = picture();
    if (!under) return;
    event.preventDefault();
    // Lines, pages and the small steps of a pinched touchpad, all as pixels.
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : event.ctrlKey ? 4 : 1);
    look(under.size, zoomed(under.size, pane(), under.sight, Math.exp(-pixels / 350), at(event)));
  };
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, at(event));
  };
  const onMove = (event: PointerEvent) => {
    const { picture, pane, look, point, isWhole } = gestures();
    const under = picture();
    if (!under) return;
    const [before, now] = [held.get(event.pointerId), at(event)];
    const other = [...held].find(([pointer]) => pointer !== event.pointerId)?.[1];
    if (before) held.set(event.pointerId, now);
    if (before && (other || event.pointerType !== "touch" || !isWhole())) {
      const turned = other
        ? zoomed(under.size, pane(), under.sight, apart(now, other) / apart(before, other), middleOf(now, other))
        : under.sight;
      const by = other ? { x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 } : { x: now.x - before.x, y: now.y - before.y };
      look(under.size, moved(under.size, turned, by));
    }
    point(placeAt(under.size, pane(), under.sight, now));
  };
  const onUp = (event: PointerEvent) => { held.delete(event.pointerId); };
  const onLeave = () => gestures().point(null);
  const onTwice = (event: MouseEvent) => {
    const { picture, pane, twice } = gestures();
    const under = picture();
    if (under) twice(placeAt(under.size, pane(), under.sight, at(event)));
  };
  const listeners: [string, (event: never) => void][] = [
    ["wheel", onWheel], ["pointerdown", onDown], ["pointermove", onMove], ["pointerup", onUp],
    ["pointercancel", onUp], ["pointerleave", onLeave], ["dblclick", onTwice],
  ];
  for (const [name, act] of listeners) canvas.addEventListener(name, act as EventListener, { passive: false });
  return () => {
    for (const [name, act] of listeners) canvas.removeEventListener(name, act as EventListener);
  };
}

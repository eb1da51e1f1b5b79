/** A box beside the pointer, above everything else, that stays inside the window. */
import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Plot, Pointer } from "./Plot";

interface Props {
  host: RefObject<HTMLElement | null>;
  plot: Plot | null;
  pointer: Pointer;
  children: ComponentChildren;
}

/** Pixels between the box and the pointer, and between the box and the edge of the window. */
const AWAY = 16;
const EDGE = 8;

export function Tooltip({ host, plot, pointer, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    box.current?.showPopover?.();
  }, []);
  useLayoutEffect(() => {
    const element = box.current;
    const around = host.current?.getBoundingClientRect();
    const corner = plot?.corner();
    if (element === null || around === undefined || corner === undefined) return;
    const x = around.left + corner.left + pointer.left;
    const y = around.top + corner.top + pointer.top;
    const { offsetWidth, offsetHeight } = element;
    const left = x + AWAY + offsetWidth + EDGE <= innerWidth ? x + AWAY : x - AWAY - offsetWidth;
    const below = y + AWAY + offsetHeight + EDGE <= innerHeight ? y + AWAY : y - AWAY - offsetHeight;
    element.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - offsetWidth - EDGE))}px`;
    element.style.top = `${Math.max(EDGE, Math.min(below, innerHeight - offsetHeight - EDGE))}px`;
  });
  return (
    <div class="tooltip" popover="manual" ref={box} aria-hidden="true">
      {children}
    </div>
  );
}

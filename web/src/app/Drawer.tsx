// The runs: beside the view or, where there is no room for both, in a drawer over it.
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../lib/icons";
import { useKeys } from "../lib/keys";
import { RunList } from "../runs/RunList";

/** Whether the drawer is open. What it lies over is inert then. */
export const drawer = signal(false);

/** As in shell.css. */
const NARROW = "(max-width: 800px)";

const close = () => { drawer.value = false; };

export function Drawer() {
  const frame = useRef<HTMLElement>(null);
  const open = drawer.value;
  useLayoutEffect(() => {
    if (!open) return;
    const before = document.activeElement;
    frame.current?.focus({ preventScroll: true });
    return () => { if (before instanceof HTMLElement) before.focus({ preventScroll: true }); };
  }, [open]);
  useEffect(() => {
    const narrow = matchMedia(NARROW);
    narrow.addEventListener("change", close);
    return () => narrow.removeEventListener("change", close);
  }, []);
  useKeys(open ? { Escape: close } : null, "drawer");
  return (
    <>
      <aside class="runs" aria-label="Runs" ref={frame} tabIndex={open ? -1 : undefined}>
        <RunList />
      </aside>
      <button type="button" class="shade" aria-label="Close the runs" tabIndex={open ? 0 : -1} onClick={close} />
    </>
  );
}

export const DrawerButton = () => (
  <button type="button" class="icon drawer-button" aria-label="Runs" aria-expanded={drawer.value}
    onClick={() => { drawer.value = !drawer.value; }}>
    <Icon name="menu" />
  </button>
);

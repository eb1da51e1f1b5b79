// The frame of every page: what can be looked at, the runs, and one view.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { repaints } from "../lib/color";
import { Icon } from "../lib/icons";
import { useKeys } from "../lib/keys";
import { useKeptScroll } from "../lib/scroll";
import { usePopovers } from "../lib/popover";
import { toggleTheme } from "../lib/theme";
import { kinds, lost } from "../lib/store";
import { sideBySide, view } from "../lib/view";
import { chosen, type ViewOfKinds } from "../views";
import { RunList } from "../runs/RunList";
import { Header } from "./Header";
import { Help, helpIsOpen } from "./Help";
import { Lost, nothing, Nothing } from "./States";
import { Lazy } from "./Lazy";
import { Listing } from "./Listing";

/** Whether the runs are open, where they do not fit beside the view. */
export const drawer = signal(false);

export function App() {
  const main = useRef<HTMLElement>(null);
  const current = chosen(view.value.tab, kinds.value);
  const tab = current?.tab ?? "";
  useEffect(() => { document.title = `${current?.title ?? ""} · Cenote`; }, [tab]);
  useEffect(() => { drawer.value = false; }, [tab]);
  const isCompared = view.value.compare && sideBySide(view.value).length > 0 && tab === "images";
  useKeptScroll(main, isCompared ? null : tab);
  usePopovers();
  useKeys({
    "?": () => { helpIsOpen.value = true; },
    "t": toggleTheme,
    "/": () => document.querySelector<HTMLInputElement>(".tag-filter input")?.focus(),
    ...(drawer.value ? { Escape: () => { drawer.value = false; } } : {}),
  });
  return (
    <div class={drawer.value ? "app drawer-open" : "app"}>
      <a class="skip" href="#view">Skip to the view</a>
      <Header tab={tab} />
      {lost.value !== null && <Lost reason={lost.value} />}
      <div class="body">
        <aside class="runs" aria-label="Runs">
          <RunList />
        </aside>
        <button type="button" class="shade" aria-label="Close the runs" tabIndex={drawer.value ? 0 : -1}
          onClick={() => { drawer.value = false; }} />
        <main id="view" class="view" ref={main} tabIndex={-1}>
          <h1 class="unseen">{current?.title ?? "Cenote"}{isCompared && ", side by side"}</h1>
          {!current || nothing(current) ? <Nothing view={current} /> : <View key={repaints.value} current={current} />}
        </main>
      </div>
      <Help />
    </div>
  );
}

function View({ current }: { current: ViewOfKinds }) {
  if (current.here) return <current.here />;
  return current.load ? <Lazy key={current.tab} load={current.load} /> : <Listing kinds={current.kinds} />;
}

export const DrawerButton = () => (
  <button type="button" class="icon drawer-button" aria-label="Runs" aria-expanded={drawer.value}
    onClick={() => { drawer.value = !drawer.value; }}>
    <Icon name="menu" />
  </button>
);

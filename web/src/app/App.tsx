// The frame of every page: what can be looked at, the runs, and one view.
import { useEffect, useRef } from "preact/hooks";
import { useKeys } from "../lib/keys";
import { useKeptScroll } from "../lib/scroll";
import { usePopovers } from "../lib/popover";
import { toggleTheme } from "../lib/theme";
import { kinds, log, lost } from "../lib/store";
import { windowTitle } from "../lib/title";
import { sideBySide, view } from "../lib/view";
import { chosen, type ViewOfKinds } from "../views";
import { Drawer, drawer } from "./Drawer";
import { Header } from "./Header";
import { Help, helpIsOpen } from "./Help";
import { Lost, nothing, Nothing } from "./States";
import { Lazy } from "./Lazy";
import { Listing } from "./Listing";

/** Keys that scroll what has the focus: where nothing has, the view. */
const SCROLLING = ["PageUp", "PageDown", "Home", "End", " ", "ArrowUp", "ArrowDown"];

export function App() {
  const main = useRef<HTMLElement>(null);
  const current = chosen(view.value.tab, kinds.value);
  const tab = current?.tab ?? "";
  const name = kinds.value.size > 0 ? current?.title ?? "" : "";
  const title = windowTitle(name, log.value?.logdir ?? "");
  useEffect(() => { document.title = title; }, [title]);
  useEffect(() => { drawer.value = false; }, [tab]);
  const isCompared = view.value.compare && sideBySide(view.value).length > 0 && tab === "images";
  useKeptScroll(main, isCompared ? null : tab);
  usePopovers();
  const scroll = ({ target }: KeyboardEvent) => {
    if (target === document.body) main.current?.focus({ preventScroll: true });
    // The browser scrolls it.
    return false;
  };
  useKeys({
    ...Object.fromEntries(SCROLLING.map((key) => [key, scroll])),
    "?": () => { helpIsOpen.value = true; },
    "t": toggleTheme,
    "/": () => document.querySelector<HTMLInputElement>(".tag-filter input")?.focus(),
  }, "page");
  return (
    <div class={drawer.value ? "app drawer-open" : "app"}>
      <a class="skip" href="#view">Skip to the view</a>
      <Header tab={tab} />
      {lost.value !== null && <Lost reason={lost.value} />}
      <div class="body">
        <Drawer />
        <main id="view" class="view" ref={main} tabIndex={-1} inert={drawer.value}>
          <h1 class="unseen">{name || "Cenote"}{isCompared && ", side by side"}</h1>
          {!current || nothing(current) ? <Nothing view={current} /> : <View current={current} />}
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

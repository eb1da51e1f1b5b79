// What keys and the pointer do.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../lib/icons";
import { log } from "../lib/store";

export const helpIsOpen = signal(false);

const KEYS: [string, [string, string][]][] = [
  ["Anywhere", [
    ["?", "this help"], ["t", "dark or light"], ["/", "filter tags"], ["Esc", "close"],
  ]],
  ["Steps of images", [
    ["← →", "the step before, the next"], ["l", "link the steps of all cards"],
  ]],
  ["On a card, in the bar, side by side", [
    ["PgUp PgDn", "a tenth of the steps ahead, back"], ["Home, End", "the first, the last"], ["Space", "play and stop"],
  ]],
  ["Images", [
    ["g", "split grids into their images"], [", .", "the image before, the next in the grid"],
    ["x", "crisp or smooth pixels"], ["c", "the next channel"], ["Enter", "compare what is chosen"],
  ]],
  ["Charts", [
    ["Drag", "see a part"], ["Double click", "see all again, as 0 does"], ["Shift + drag", "move what is seen, as Shift + arrows"],
    ["Ctrl + wheel", "zoom, as + and − do"], ["Shift + wheel", "move to the side"], ["← →", "from point to point, on a chart"],
  ]],
  ["Side by side", [
    ["+ −", "zoom"], ["0", "fit"], ["1", "actual size"], ["Shift + arrows", "move the picture"],
    ["b", "beside each other"], ["s", "swipe"], ["d", "difference"], ["v", "values in large pixels"], ["m", "equal sizes or equal pixels"],
  ]],
];

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpIsOpen.value;
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
  }, [open]);
  return (
    <dialog ref={dialog} class="sheet help" aria-label="Keys and help" onClose={() => { helpIsOpen.value = false; }}>
      <header>
        <h2>Keys and help</h2>
        <button type="button" class="icon" aria-label="Close" onClick={() => dialog.current?.close()}><Icon name="close" /></button>
      </header>
      <div class="keys">
        {KEYS.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>{keys.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl>
          </section>
        ))}
      </div>
      <p>Pictures of different sizes stand beside each other as pooling leaves them: a pixel of the small one beside a whole
        window of the large one, in grids of as many pictures each in its own. Where no whole window fits the sizes, by their
        ratio. Which it is stands below the pictures.</p>
      <p>Around the pixel under the pointer its window is dashed. Where a layer took the largest values, marks in red, green and
        blue are on the pixels that had them.</p>
      <p>The address of the page holds all that is shown: copy it to show somebody the same.</p>
      <p class="quiet">Cenote {log.value?.version} · <a href="/api/openapi.json">API</a></p>
    </dialog>
  );
}

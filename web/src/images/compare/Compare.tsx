// Pictures side by side: one look into all of them, to the pixel.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useKeys } from "../../lib/keys";
import { cardName, log, runs } from "../../lib/store";
import { type Pane, show, view } from "../../lib/view";
import { useStepKeys } from "../../steps/keys";
import { useValues } from "../../steps/values";
import { cells, tileSize } from "../grid";
import type { Item } from "../ImageCard";
import { lookKeys } from "../keys";
import { picture } from "../pictures";
import { moved, nextScale } from "../zoom";
import { Bar } from "./Bar";
import { GridPicker } from "./GridPicker";
import { Joined } from "./Joined";
import { Model, ModelContext } from "./model";
import { PaneView } from "./Pane";
import { Pairings } from "./Pairings";

const nameOf = ({ run, tag, sample = 0 }: Pane): string => cardName(run, tag, sample);

/** What a pane of the address names, if the log holds it. */
function itemOf({ run: name, tag: wanted, sample = 0 }: Pane): Item | null {
  const run = runs.value.get(name);
  const tag = run?.tags.find(({ tag, kind }) => tag === wanted && kind === "image");
  return run && tag ? { run, tag, sample } : null;
}

export function Compare({ items }: { items: readonly Item[] }) {
  const { panes, layout, split } = view.value;
  const model = useMemo(() => new Model(() => view.value.panes.map(nameOf)), []);
  const frame = useRef<HTMLDivElement>(null);
  const found = panes.map((pane) => ({ pane, item: itemOf(pane) }));
  const chosen = found.flatMap(({ item }) => item ? [item] : []);
  const gone = found.filter(({ item }) => !item).map(({ pane }) => pane);
  const joined = layout !== "beside" && chosen.length > 1;
  const first = model.first.value;
  const tile = split && first ? tileSizeOf(first.picture, first.box) : null;
  useEffect(() => { frame.current?.focus({ preventScroll: true }); }, []);
  return (
    <ModelContext.Provider value={model}>
      <div class="compare" ref={frame} tabIndex={-1}>
        <Bar items={items} chosen={chosen} count={tile && first ? cells(first.picture, tile).count : null} />
        {chosen[0] && <Keys model={model} item={chosen[0]} two={chosen.length > 1} />}
        {gone.length > 0 && log.value && <p class="gone" role="alert">The log has no {gone.map(({ run, tag }) => `${tag} of ${run}`).join(", ")}.{" "}
          <button type="button" class="text" onClick={() => show({ panes: panes.filter((pane) => !gone.includes(pane)), compare: chosen.length > 0 })}>Leave out</button></p>}
        <div class="table">
          {split && first && !tile && <p class="gone">A picture of {first.picture.width} × {first.picture.height} pixels cannot be cut so: tell columns and rows that fit.</p>}
          <div class="beside-picker">
            {tile && first && <GridPicker picture={first.picture} tile={tile} />}
            {joined
              ? <Joined cards={chosen.map(({ run, tag, sample }) => cardName(run.name, tag.tag, sample))} />
              : <Panes chosen={chosen} drawn />}
          </div>
          {joined && <Panes chosen={chosen} drawn={false} />}
          <Pairings cards={chosen.map(({ run, tag, sample }) => cardName(run.name, tag.tag, sample))} />
        </div>
      </div>
    </ModelContext.Provider>
  );
}

function Panes({ chosen, drawn }: { chosen: readonly Item[]; drawn: boolean }) {
  return (
    <div class={drawn ? `panes of-${Math.min(chosen.length, 4)}` : "panes bare"}>
      {chosen.map((item) => <PaneView key={cardName(item.run.name, item.tag.tag, item.sample)} item={item} drawn={drawn} />)}
    </div>
  );
}

/** The size of a tile, from the box that is cut: a box as large as its picture is no tile unless it is told so. */
function tileSizeOf(picture: { width: number; height: number }, box: { width: number; height: number }) {
  const isCut = box.width < picture.width || box.height < picture.height;
  return isCut ? { width: box.width, height: box.height } : tileSize(picture, view.value.columns, view.value.rows);
}

const FAR = 64;

/** Keys of a comparison; those for steps move its first picture. */
function Keys({ model, item, two }: { model: Model; item: Item; two: boolean }) {
  const { value: values } = useValues(item.run, item.tag);
  const card = cardName(item.run.name, item.tag.tag, item.sample);
  const steps = useStepKeys({ card, kind: "image", values, bring: (key) => picture(key, item.sample) });
  const scale = (scale: number) => model.look({ ...model.sight.value, scale });
  const move = (x: number, y: number) => {
    const first = model.first.value;
    if (first) model.look(moved(first.box, model.sight.value, { x: x * FAR, y: y * FAR }));
  };
  const arrow = (key: string, x: number, y: number) => (event: KeyboardEvent) => {
    if (event.shiftKey) move(x, y);
    else steps[key]?.(event);
  };
  useKeys({
    ...lookKeys(), ...steps,
    ArrowLeft: arrow("ArrowLeft", 1, 0), ArrowRight: arrow("ArrowRight", -1, 0),
    ArrowUp: arrow("", 0, 1), ArrowDown: arrow("", 0, -1),
    "+": () => scale(nextScale(model.sight.value.scale, true)), "=": () => scale(nextScale(model.sight.value.scale, true)),
    "-": () => scale(nextScale(model.sight.value.scale, false)),
    "0": () => model.look(null), "1": () => scale(1),
    v: () => show({ values: !view.value.values }),
    m: () => show({ match: view.value.match === "size" ? "pixels" : "size", zoom: null }),
    ...(two ? { b: () => show({ layout: "beside" }), s: () => show({ layout: "swipe" }), d: () => show({ layout: "difference" }) } : {}),
    Escape: () => show({ compare: false }, true),
  });
  return null;
}

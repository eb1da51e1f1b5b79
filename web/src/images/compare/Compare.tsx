// Pictures side by side: one look into all of them, to the pixel.
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Values } from "../../lib/api";
import { useKeys } from "../../lib/keys";
import { cardName, log, runs } from "../../lib/store";
import { type Pane, show, sideBySide, view, withPanes } from "../../lib/view";
import { useStepKeys } from "../../steps/keys";
import { positionOf } from "../../steps/position";
import { useValues } from "../../steps/values";
import { cardOf, type Item } from "../ImageCard";
import { lookKeys } from "../keys";
import { picture, usePicture } from "../pictures";
import { type Grid, useGrid } from "../tiles";
import { moved, nextScale } from "../zoom";
import { Bar } from "./Bar";
import { GridPicker } from "./GridPicker";
import { Joined } from "./Joined";
import { Model, ModelContext, useModel } from "./model";
import { closed } from "./order";
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
  const model = useMemo(() => new Model(() => sideBySide(view.value).map(nameOf)), []);
  const frame = useRef<HTMLDivElement>(null);
  const found = sideBySide(view.value).map((pane) => ({ pane, item: itemOf(pane) }));
  const [first, ...others] = found.flatMap(({ item }) => item ? [item] : []);
  const gone = found.filter(({ item }) => !item).map(({ pane }) => pane);
  useEffect(() => { frame.current?.focus({ preventScroll: true }); }, []);
  return (
    <ModelContext.Provider value={model}>
      <div class="compare" ref={frame} tabIndex={-1}>
        {gone.length > 0 && log.value && <p class="gone" role="alert">The log has no {gone.map(({ run, tag }) => `${tag} of ${run}`).join(", ")}.{" "}
          <button type="button" class="text" onClick={() => show(withPanes(sideBySide(view.value).filter((pane) => itemOf(pane))))}>Leave out</button></p>}
        {first ? <Chosen items={items} chosen={[first, ...others]} /> : <Bar items={items} chosen={[]} grid={null} />}
      </div>
    </ModelContext.Provider>
  );
}

interface ChosenProps {
  items: readonly Item[];
  chosen: readonly [Item, ...Item[]];
}

/** What is chosen, of which the first picture tells how the others are looked at. */
function Chosen({ items, chosen }: ChosenProps) {
  const [{ run, tag, sample }] = chosen;
  const { layout, split } = view.value;
  const { value: values } = useValues(run, tag);
  const grid = useGrid(values, sample);
  const place = values ? positionOf(cardOf(chosen[0]), values) : -1;
  const { picture: first } = usePicture(split ? values?.keys[place] ?? null : null, sample);
  const joined = layout !== "beside" && chosen.length > 1;
  // Only the two that are joined take part.
  const seen = joined ? chosen.slice(0, 2) : chosen;
  return (
    <>
      <Bar items={items} chosen={chosen} grid={grid} />
      <Keys item={chosen[0]} values={values} grid={grid} two={chosen.length > 1} />
      <div class="table">
        {grid && !grid.tile && <p class="gone">A picture of {grid.size.width} × {grid.size.height} pixels cannot be cut so: tell columns and rows that fit.</p>}
        <div class="beside-picker">
          {split && first && grid?.tile && <GridPicker picture={first} tile={grid.tile} />}
          {joined ? <Joined chosen={chosen} /> : <Panes chosen={chosen} />}
        </div>
        {joined && <Panes chosen={seen} letters={["A", "B"]} />}
        <Pairings cards={seen.map(cardOf)} />
      </div>
    </>
  );
}

function Panes({ chosen, letters }: { chosen: readonly Item[]; letters?: readonly string[] }) {
  return (
    <div class={letters ? "panes bare" : `panes of-${Math.min(chosen.length, 4)}`}>
      {chosen.map((item, n) => <PaneView key={cardOf(item)} item={item} letter={letters?.[n]} />)}
    </div>
  );
}

const FAR = 64;

interface KeysProps {
  item: Item;
  values: Values | null;
  grid: Grid | null;
  two: boolean;
}

/** Keys of a comparison; those for steps move its first picture. */
function Keys({ item, values, grid, two }: KeysProps) {
  const model = useModel();
  const steps = useStepKeys({ card: cardOf(item), kind: "image", values, bring: (key) => picture(key, item.sample) });
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
    ...lookKeys(grid), ...steps,
    ArrowLeft: arrow("ArrowLeft", 1, 0), ArrowRight: arrow("ArrowRight", -1, 0),
    ArrowUp: arrow("", 0, 1), ArrowDown: arrow("", 0, -1),
    "+": () => scale(nextScale(model.sight.value.scale, true)), "=": () => scale(nextScale(model.sight.value.scale, true)),
    "-": () => scale(nextScale(model.sight.value.scale, false)),
    "0": () => model.look(null), "1": () => scale(1),
    v: () => show({ values: !view.value.values }),
    m: () => show({ match: view.value.match === "size" ? "pixels" : "size", zoom: null }),
    ...(two ? { b: () => show({ layout: "beside" }), s: () => show({ layout: "swipe" }), d: () => show({ layout: "difference" }) } : {}),
    Escape: () => show(closed, true),
  });
  return null;
}

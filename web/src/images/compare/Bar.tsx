// What can be done in a comparison. Where there is little room, most of it is behind a button.
import { useState } from "preact/hooks";
import { Choice, Range, Toggle } from "../../lib/controls";
import { Icon } from "../../lib/icons";
import { show, sideBySide, view, withPanes } from "../../lib/view";
import { LinkToggle } from "../../steps/LinkToggle";
import { cardOf, type Item, paneOf, titleOf } from "../ImageCard";
import { LookTools, SplitTools } from "../Tools";
import type { Grid } from "../tiles";
import { nextScale } from "../zoom";
import { useModel } from "./model";
import { closed } from "./order";

interface Props {
  items: readonly Item[];
  chosen: readonly Item[];
  grid: Grid | null;
}

export function Bar({ items, chosen, grid }: Props) {
  const { layout, match, speed, values } = view.value;
  const two = chosen.length > 1;
  const [open, setOpen] = useState(false);
  return (
    <div class="toolbar bar" role="group" aria-label="Comparison">
      <button type="button" class="button" onClick={() => show(closed, true)} title="Back to all images (Esc)">
        <Icon name="left" />All images
      </button>
      <button type="button" class="toggle more-tools" aria-expanded={open} aria-controls="tools" onClick={() => setOpen(!open)}>Tools</button>
      <div class={open ? "tools open" : "tools"} id="tools">
        {two && <Choice label="Layout" value={layout} onChange={(layout) => show({ layout })}
          choices={[["beside", "Side by side"], ["swipe", "Swipe"], ["difference", "Difference"]]} />}
        <Zoom />
        <LinkToggle />
        <SplitTools grid={grid} />
        <LookTools>
          <Choice label="Sizes" value={match} onChange={(match) => show({ match, zoom: null })}
            choices={[["size", "Equal sizes"], ["pixels", "Equal pixels"]]} />
          <Toggle label="Values in large pixels" title="Red, green and blue of each pixel (v)" pressed={values} onChange={(values) => show({ values })} />
          <Range label="Steps a second" min={1} max={60} step={1} value={speed} usual={8} onInput={(speed) => show({ speed })} />
        </LookTools>
        <AddPane items={items} chosen={chosen} />
      </div>
    </div>
  );
}

function Zoom() {
  const model = useModel();
  const sight = model.sight.value;
  const to = (scale: number) => model.look({ ...model.sight.value, scale });
  const text = sight.scale >= 1 ? `${Number(sight.scale.toFixed(2))}×` : `${(sight.scale * 100).toFixed(0)} %`;
  return (
    <div class="choice zoom" role="group" aria-label="Zoom">
      <button type="button" aria-label="Smaller" title="Smaller (−)" onClick={() => to(nextScale(model.sight.value.scale, false))}><Icon name="minus" /></button>
      <output aria-label="Screen pixels per pixel" title="Screen pixels per pixel of the first picture">{text}</output>
      <button type="button" aria-label="Larger" title="Larger (+)" onClick={() => to(nextScale(model.sight.value.scale, true))}><Icon name="plus" /></button>
      <button type="button" aria-pressed={view.value.zoom === null} title="The whole picture (0)" onClick={() => model.look(null)}>Fit</button>
      <button type="button" aria-pressed={sight.scale === 1} title="Actual size (1)" onClick={() => to(1)}>1:1</button>
    </div>
  );
}

/** Adds a series; those of the same tag or run first. */
function AddPane({ items, chosen }: { items: readonly Item[]; chosen: readonly Item[] }) {
  const present = new Set(chosen.map(cardOf));
  const rest = items.filter((item) => !present.has(cardOf(item)));
  const near = (item: Item) => chosen.some(({ run, tag }) => run === item.run || tag.tag === item.tag.tag);
  const ordered = [...rest.filter(near), ...rest.filter((item) => !near(item))].slice(0, 500);
  if (ordered.length === 0) return null;
  return (
    <select class="add" aria-label="Add a picture" value="" onChange={(event) => {
      const added = ordered[Number(event.currentTarget.value)];
      event.currentTarget.value = "";
      if (added) show(withPanes([...sideBySide(view.value), paneOf(added)]));
    }}>
      <option value="">Add…</option>
      {ordered.map((item, n) => <option key={cardOf(item)} value={n}>{titleOf(item)} · {item.run.name}</option>)}
    </select>
  );
}

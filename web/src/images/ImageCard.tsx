// One series of pictures: the one at its step, and the ways to the others.
import { useEffect, useRef } from "preact/hooks";
import { Card } from "../cards/Card";
import { blob, type Run, type Tag } from "../lib/api";
import { Failed } from "../lib/Failed";
import { stepName } from "../lib/files";
import { Icon } from "../lib/icons";
import { still } from "../lib/motion";
import { cardName } from "../lib/store";
import { titleOf as nameOf } from "../lib/title";
import { type Pane, show, toggled, view } from "../lib/view";
import { positionOf } from "../steps/position";
import { StepBar } from "../steps/StepBar";
import { useValues } from "../steps/values";
import { openedBy, useFocusBack } from "./opener";
import { PictureCanvas } from "./PictureCanvas";
import { picture as bring, prefetch, usePicture } from "./pictures";
import { boxOf, useGrid } from "./tiles";

export interface Item {
  run: Run;
  tag: Tag;
  sample: number;
}

export const paneOf = ({ run, tag, sample }: Item): Pane =>
  sample > 0 ? { run: run.name, tag: tag.tag, sample } : { run: run.name, tag: tag.tag };

export const cardOf = ({ run, tag, sample }: Item): string => cardName(run.name, tag.tag, sample);

export const titleOf = ({ tag, sample }: Item): string =>
  `${nameOf(tag)}${tag.samples > 1 ? ` · ${sample + 1} of ${tag.samples}` : ""}`;

export function ImageCard({ item }: { item: Item }) {
  const { run, tag, sample } = item;
  const card = cardOf(item);
  const { value: values, ...missing } = useValues(run, tag);
  const place = values ? positionOf(card, values) : -1;
  const key = values?.keys[place] ?? null;
  const { picture, key: shownKey, ...failed } = usePicture(key, sample);
  const box = boxOf(picture, useGrid(values, sample));
  const before = useRef(place);
  const mount = useRef<HTMLButtonElement>(null);
  useFocusBack(card, mount);
  useEffect(() => {
    if (!values || shownKey !== key) return;
    // Further in the direction of the last move first.
    const way = place < before.current ? -1 : 1;
    before.current = place;
    prefetch([place + way, place + 2 * way, place - way].map((next) => values.keys[next]), sample);
  }, [shownKey, key]);
  const title = titleOf(item);
  const label = `${title} of ${run.name}`;
  const step = values?.steps[place];
  return (
    <Card name={card} title={title} run={run.name} description={tag.description} actions={<Actions item={item} label={label} href={key && blob(key, sample)} step={step} />}>
      <Failed {...missing.error === null ? failed : missing} />
      <button type="button" class="mount" ref={mount} aria-label={`Look closely at ${label}`} title="Look closely"
        onClick={() => { openedBy(card); show({ closely: [paneOf(item)], compare: true, zoom: null }, true); }}>
        {picture?.film && key && !still.value ? <img src={blob(key, sample)} alt={`${title}, step ${step}`} class={view.value.crisp ? "crisp" : ""} />
          : picture && box ? <PictureCanvas picture={picture} box={box} label={`${title}, step ${step}`} name={shownKey} />
          : picture ? <span class="failed">This grid has no image {view.value.tile + 1}</span> : null}
      </button>
      {values ? <StepBar card={card} kind="image" values={values} label={label} bring={(key) => bring(key, sample)} /> : <div class="steps" />}
    </Card>
  );
}

function Actions({ item, label, href, step }: { item: Item; label: string; href: string | null; step: number | undefined }) {
  const pane = paneOf(item);
  const chosen = view.value.panes.some((each) => JSON.stringify(each) === JSON.stringify(pane));
  return (
    <>
      <button type="button" class="icon" aria-pressed={chosen} aria-label={`Compare ${label}`} title="Put it side by side with others"
        onClick={() => show({ panes: toggled(view.value.panes, pane) })}><Icon name="compare" /></button>
      {href !== null && <a class="icon" href={href} download={stepName(item.tag.tag, step)} aria-label={`Save ${label}`} title="Save this picture">
        <Icon name="save" /></a>}
    </>
  );
}

// One series in a comparison: whose it is, its picture, its pixel values and its steps.
import { useEffect } from "preact/hooks";
import { address, blob } from "../../lib/api";
import { colorOf } from "../../lib/color";
import { Failed } from "../../lib/Failed";
import { stepName } from "../../lib/files";
import { Icon } from "../../lib/icons";
import { inLine } from "../../lib/title";
import { show, view, withPanes } from "../../lib/view";
import { positionOf } from "../../steps/position";
import { StepBar } from "../../steps/StepBar";
import { useValues } from "../../steps/values";
import { cardOf, type Item, paneOf, titleOf } from "../ImageCard";
import { useFrame } from "../film";
import type { Size } from "../grid";
import { picture as bring, prefetch, usePicture } from "../pictures";
import { boxOf, useGrid } from "../tiles";
import { useLooked } from "./looked";
import { useModel } from "./model";
import { without } from "./order";
import { Readout } from "./Readout";
import { Stage } from "./Stage";

interface Props {
  item: Item;
  /** What it is called where its picture is a part of a common one. */
  letter?: string | undefined;
}

export function PaneView({ item, letter }: Props) {
  const drawn = letter === undefined;
  const { run, tag, sample } = item;
  const model = useModel();
  const card = cardOf(item);
  const title = titleOf(item);
  const { value: values, ...missing } = useValues(run, tag);
  const place = values ? positionOf(card, values) : -1;
  const key = values?.keys[place] ?? null;
  const { picture: whole, key: shownKey, ...failed } = usePicture(key, sample);
  const picture = useFrame(whole);
  const box = boxOf(picture, useGrid(values, sample));
  const { x, y, width, height } = box ?? { x: 0, y: 0, width: 0, height: 0 };
  useEffect(() => {
    if (picture && width > 0) model.put({ card, title, run: run.name, picture, box: { x, y, width, height, made: tag.description } });
    else model.take(card);
  }, [card, title, picture, x, y, width, height, tag.description]);
  useEffect(() => () => model.take(card), [card]);
  useEffect(() => {
    if (values && shownKey === key) prefetch([1, -1, 2, -2].map((away) => values.keys[place + away]), sample);
  }, [shownKey, key]);
  const content = model.contents.value.get(card);
  const looked = useLooked(content);
  const label = `${title} of ${run.name}`;
  const step = values?.steps[place];
  const lacks = (
    <>
      <Failed {...missing.error === null ? failed : missing} />
      {picture && !box && <p class="failed">This grid has no image {view.value.tile + 1}.</p>}
    </>
  );
  return (
    <figure class={drawn ? "pane" : "pane bare"} aria-label={label}>
      <figcaption>
        {letter && <b>{letter}</b>}
        <Names item={item} box={box} />
        {key !== null && <a class="icon" href={blob(key, sample)} download={stepName(tag.tag, step)}
          aria-label={`Save ${label}`} title="Save this picture"><Icon name="save" /></a>}
        <a class="button small" href={address("images.zip", { run: run.name, tag: tag.tag })} download
          aria-label={`Save all steps of ${label} as a ZIP`} title="Save all steps as a ZIP">ZIP</a>
        <button type="button" class="icon" aria-label={`Take ${label} away`} title="Take it away"
          onClick={() => show(withPanes(without(paneOf(item))))}><Icon name="close" /></button>
      </figcaption>
      {drawn
        ? <div class="sheet-of-glass"><Stage label={`${label}, step ${step ?? ""}`} layers={looked ? [{ drawn: looked, card }] : []} />{lacks}</div>
        : lacks}
      {drawn && <Readout content={content} />}
      {values ? <StepBar card={card} kind="image" values={values} label={label} bring={(key) => bring(key, sample)} /> : <div class="steps" />}
    </figure>
  );
}

/** Whose picture it is, and below that what is known of it: a narrow pane has room for both lines. */
function Names({ item, box }: { item: Item; box: Size | null }) {
  const { run, tag } = item;
  const title = titleOf(item);
  return (
    <div class="names">
      <p>
        <strong title={title}>{title}</strong>
        <span class="of-run" title={run.name}><span class="dot" style={{ background: colorOf(run.name) }} /><bdi>{run.name}</bdi></span>
      </p>
      <p>
        {box && <span class="count">{box.width} × {box.height}</span>}
        {tag.description && <span class="about" title={tag.description}>{inLine(tag.description)}</span>}
      </p>
    </div>
  );
}

// One series in a comparison: whose it is, its picture, its pixel values and its steps.
import { useEffect } from "preact/hooks";
import { address, blob } from "../../lib/api";
import { colorOf } from "../../lib/color";
import { Failed } from "../../lib/Failed";
import { stepName } from "../../lib/files";
import { Icon } from "../../lib/icons";
import { cardName } from "../../lib/store";
import { inLine } from "../../lib/title";
import { show, view } from "../../lib/view";
import { positionOf } from "../../steps/position";
import { StepBar } from "../../steps/StepBar";
import { useValues } from "../../steps/values";
import { type Item, paneOf, titleOf } from "../ImageCard";
import { useFrame } from "../film";
import { picture as bring, prefetch, usePicture } from "../pictures";
import { useCut } from "../tiles";
import { contentPixels, useLooked } from "./looked";
import { useModel } from "./model";
import { Readout } from "./Readout";
import { Stage } from "./Stage";

/** `drawn` is false where its picture is a part of a common one. */
export function PaneView({ item, drawn }: { item: Item; drawn: boolean }) {
  const { run, tag, sample } = item;
  const model = useModel();
  const card = cardName(run.name, tag.tag, sample);
  const title = titleOf(item);
  const { value: values, ...missing } = useValues(run, tag);
  const place = values ? positionOf(card, values) : -1;
  const key = values?.keys[place] ?? null;
  const { picture: whole, key: shownKey, ...failed } = usePicture(key, sample);
  const picture = useFrame(whole);
  const { box } = useCut(picture, values, sample);
  const { x, y, width, height } = box ?? { x: 0, y: 0, width: 0, height: 0 };
  useEffect(() => {
    if (picture && width > 0) model.put({ card, title, picture, box: { x, y, width, height, made: tag.description } });
    else model.take(card);
  }, [card, picture, x, y, width, height, tag.description]);
  useEffect(() => () => model.take(card), [card]);
  useEffect(() => {
    if (values && shownKey === key) prefetch([1, -1, 2, -2].map((away) => values.keys[place + away]), sample);
  }, [shownKey, key]);
  const content = model.contents.value.get(card);
  const looked = useLooked(content);
  const label = `${title} of ${run.name}`;
  return (
    <figure class={drawn ? "pane" : "pane bare"} aria-label={label}>
      <figcaption>
        <span class="names"><strong title={title}>{title}</strong><span class="of-run" title={run.name}><span class="dot" style={{ background: colorOf(run.name) }} />{run.name}</span>
          {tag.description && <span class="about" title={tag.description}>{inLine(tag.description)}</span>}</span>
        {box && <span class="count">{box.width} × {box.height}</span>}
        {key !== null && <a class="icon" href={blob(key, sample)} download={stepName(tag.tag, values?.steps[place])}
          aria-label={`Save ${label}`} title="Save this picture"><Icon name="save" /></a>}
        <a class="button small" href={address("images.zip", { run: run.name, tag: tag.tag })} download
          aria-label={`Save all steps of ${label} as a ZIP`} title="Save all steps as a ZIP">ZIP</a>
        <button type="button" class="icon" aria-label={`Take ${label} away`} title="Take it away" onClick={() => takeAway(item)}><Icon name="close" /></button>
      </figcaption>
      {drawn && (
        <div class="sheet-of-glass">
          <Stage label={`${label}, step ${values?.steps[place] ?? ""}`}
            layers={looked && content ? [{ drawn: looked, pixels: () => contentPixels(content) }] : []} />
          <Failed {...missing.error === null ? failed : missing} />
          {picture && !box && <p class="failed">This grid has no image {view.value.tile + 1}.</p>}
        </div>
      )}
      {drawn && <Readout content={content} />}
      {values ? <StepBar card={card} kind="image" values={values} label={label} bring={(key) => bring(key, sample)} /> : <div class="steps" />}
    </figure>
  );
}

function takeAway(item: Item): void {
  const rest = view.value.panes.filter((pane) => JSON.stringify(pane) !== JSON.stringify(paneOf(item)));
  show({ panes: rest, compare: rest.length > 0 });
}

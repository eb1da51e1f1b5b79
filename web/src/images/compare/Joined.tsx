// Two pictures in one: one beside the other's edge, or how far they are apart.
import { colorOf } from "../../lib/color";
import { Range } from "../../lib/controls";
import { show, sideBySide, view, withPanes } from "../../lib/view";
import { cardOf, type Item, paneOf, titleOf } from "../ImageCard";
import { useDifference, useLooked } from "./looked";
import { type Content, useModel } from "./model";
import { exchanged } from "./order";
import { Readout, ReadoutApart } from "./Readout";
import { Stage } from "./Stage";

/** The first two of what is chosen, joined. */
export function Joined({ chosen }: { chosen: readonly Item[] }) {
  const contents = useModel().contents.value;
  const [a, b] = chosen.map((item) => contents.get(cardOf(item)));
  const isSwipe = view.value.layout === "swipe";
  return (
    <figure class="pane joined" aria-label={isSwipe ? "Swipe" : "Difference"}>
      <figcaption>
        <Chooser letter="A" place={0} chosen={chosen} />
        <span class="between">{isSwipe ? "|" : "−"}</span>
        <Chooser letter="B" place={1} chosen={chosen} />
      </figcaption>
      {isSwipe ? <Swipe a={a} b={b} /> : <Apart a={a} b={b} />}
    </figure>
  );
}

/** Chooses one of the two. The one that was there takes the place of the one that is chosen. */
function Chooser({ letter, place, chosen }: { letter: string; place: 0 | 1; chosen: readonly Item[] }) {
  const model = useModel();
  const now = chosen[place];
  if (!now) return null;
  const choose = (item: Item | undefined) => {
    if (!item || item === now) return;
    const panes = exchanged(sideBySide(view.value), paneOf(now), paneOf(item));
    // What is looked at is told in parts of the first picture, which may be another now.
    const first = model.contents.value.get(cardOf(place === 0 ? item : item === chosen[0] ? now : chosen[0] ?? now));
    const sight = view.value.zoom && first && model.sightOf(first.box);
    show({ ...withPanes(panes), zoom: sight ? [sight.scale, sight.x, sight.y] : null });
  };
  return (
    <label class="chooser">
      <b>{letter}</b><span class="dot" style={{ background: colorOf(now.run.name) }} />
      <select aria-label={`Picture ${letter}`} value={chosen.indexOf(now)} onChange={(event) => choose(chosen[Number(event.currentTarget.value)])}>
        {chosen.map((item, n) => <option key={cardOf(item)} value={n}>{titleOf(item)} · {item.run.name}</option>)}
      </select>
    </label>
  );
}

interface Two {
  a: Content | undefined;
  b: Content | undefined;
}

function Swipe({ a, b }: Two) {
  const { swipe } = view.value;
  const names = useModel().names.value;
  const [one, other] = [useLooked(a), useLooked(b)];
  const layers = [
    ...(a && one ? [{ drawn: one, card: a.card, from: 0, to: swipe }] : []),
    ...(b && other ? [{ drawn: other, card: b.card, from: swipe, to: 1 }] : []),
  ];
  const [left, right] = [a, b].map((content) => names.get(content?.card ?? "") ?? "");
  const drag = (event: PointerEvent) => {
    const frame = event.currentTarget instanceof HTMLElement ? event.currentTarget.parentElement?.getBoundingClientRect() : null;
    if (!frame || event.buttons === 0) return;
    show({ swipe: Math.min(1, Math.max(0, Number(((event.clientX - frame.left) / frame.width).toFixed(4)))) });
  };
  return (
    <>
      <div class="sheet-of-glass">
        <Stage label={`${left} on the left, ${right} on the right`} layers={layers} />
        <div class="edge" style={{ left: `${swipe * 100}%` }} onPointerMove={drag}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}>
          <input type="range" aria-label="Edge between the pictures" min={0} max={1} step={0.01} value={swipe}
            onInput={(event) => show({ swipe: event.currentTarget.valueAsNumber })} />
        </div>
        <span class="corner left">{left}</span>
        <span class="corner right">{right}</span>
      </div>
      <div class="readouts"><Readout content={a} letter="A" /><Readout content={b} letter="B" /></div>
    </>
  );
}

function Apart({ a, b }: Two) {
  const apart = useDifference(a, b);
  const names = useModel().names.value;
  const { gain } = view.value;
  const [one, other] = [a, b].map((content) => names.get(content?.card ?? "") ?? "");
  return (
    <>
      <div class="sheet-of-glass">
        <Stage label={`Difference of ${one} and ${other}`} layers={apart ? [{ drawn: apart.drawn }] : []} />
        {apart && <span class="corner left" role="status">mean {apart.pixels.mean.toFixed(2)}, largest {apart.pixels.most} of 255</span>}
        <span class="corner right"><Range label="Amplified" min={1} max={32} step={1} value={gain} usual={1} text={`×${gain}`} onInput={(gain) => show({ gain })} /></span>
      </div>
      <div class="readouts"><Readout content={a} letter="A" /><Readout content={b} letter="B" /><ReadoutApart apart={apart?.pixels ?? null} /></div>
    </>
  );
}

// Two pictures in one: one beside the other's edge, or how far they are apart.
import { Range } from "../../lib/controls";
import { show, view } from "../../lib/view";
import { contentPixels, useDifference, useLooked } from "./looked";
import { useModel } from "./model";
import { Readout } from "./Readout";
import { Stage } from "./Stage";

export function Joined({ cards }: { cards: readonly string[] }) {
  const contents = useModel().contents.value;
  const [a, b] = [contents.get(cards[0] ?? ""), contents.get(cards[1] ?? "")];
  return (
    <figure class="pane joined" aria-label={view.value.layout === "swipe" ? "Swipe" : "Difference"}>
      {view.value.layout === "swipe" ? <Swipe a={a} b={b} /> : <Apart a={a} b={b} />}
      <div class="two-readouts"><Readout content={a} /><Readout content={b} /></div>
    </figure>
  );
}

type Two = Parameters<typeof useDifference>;

function Swipe({ a, b }: { a: Two[0]; b: Two[1] }) {
  const { swipe } = view.value;
  const [one, other] = [useLooked(a), useLooked(b)];
  const layers = [
    ...(a && one ? [{ drawn: one, from: 0, to: swipe, pixels: () => contentPixels(a) }] : []),
    ...(b && other ? [{ drawn: other, from: swipe, to: 1, pixels: () => contentPixels(b) }] : []),
  ];
  const drag = (event: PointerEvent) => {
    const frame = event.currentTarget instanceof HTMLElement ? event.currentTarget.parentElement?.getBoundingClientRect() : null;
    if (!frame || event.buttons === 0) return;
    show({ swipe: Math.min(1, Math.max(0, Number(((event.clientX - frame.left) / frame.width).toFixed(4)))) });
  };
  return (
    <div class="sheet-of-glass">
      <Stage label={`${a?.title ?? ""} on the left, ${b?.title ?? ""} on the right`} layers={layers} />
      <div class="edge" style={{ left: `${swipe * 100}%` }} onPointerMove={drag}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}>
        <input type="range" aria-label="Edge between the pictures" min={0} max={1} step={0.01} value={swipe}
          onInput={(event) => show({ swipe: event.currentTarget.valueAsNumber })} />
      </div>
      <span class="corner left">{a?.title}</span>
      <span class="corner right">{b?.title}</span>
    </div>
  );
}

function Apart({ a, b }: { a: Two[0]; b: Two[1] }) {
  const apart = useDifference(a, b, true);
  const { gain } = view.value;
  return (
    <div class="sheet-of-glass">
      <Stage label={`Difference of ${a?.title ?? ""} and ${b?.title ?? ""}`} layers={apart ? [{ drawn: apart.drawn, pixels: () => apart.pixels }] : []} />
      {apart && <span class="corner left" role="status">mean {apart.pixels.mean.toFixed(2)}, largest {apart.pixels.most} of 255</span>}
      <span class="corner right"><Range label="Amplified" min={1} max={32} step={1} value={gain} usual={1} text={`×${gain}`} onInput={(gain) => show({ gain })} /></span>
    </div>
  );
}

// The histograms of one tag of one run.
import { useMemo, useState } from "preact/hooks";
import { Card } from "../cards/Card";
import { api } from "../lib/api";
import { useFetched } from "../lib/cache";
import { colorOf } from "../lib/color";
import { Failed } from "../lib/Failed";
import { short, whole } from "../lib/format";
import { cardName, type Series, stateOf } from "../lib/store";
import { titleOf } from "../lib/title";
import { view } from "../lib/view";
import { Chart } from "../scalars/chart/Chart";
import type { Hit } from "../scalars/chart/hover";
import { spanOf } from "../scalars/chart/model";
import { useZoom } from "../scalars/chart/zoom";
import { formatValue, formatX } from "../scalars/x_axis";
import { histogramsOf, leftOutInWords, type StepHistogram } from "./buckets";
import { distributionOf } from "./distribution";
import { timeMarks, valueMarks } from "./marks";
import { BINS, type HistogramMode, hitRidge, pathOf, type Ridge, ridgesOf } from "./ridges";

/** Histograms drawn of one tag, evenly picked by the server. */
const MANY = 60;
const FRAME = { width: 400, height: 210, ridgeShare: 0.4 };

export function HistogramCard({ run, tag }: Series) {
  const { value, ...failed } = useFetched(stateOf(run, tag), () => api.histograms(run.name, tag.tag, MANY));
  const histograms = useMemo(() => value ? histogramsOf(value) : [], [value]);
  const title = titleOf(tag);
  const mode = view.value.histogram;
  const leftOut = leftOutInWords(histograms);
  return (
    <Card name={cardName(run.name, tag.tag)} title={title} run={run.name} description={tag.description}>
      <Failed {...failed} />
      {value && (mode === "distribution"
        ? <Distribution histograms={histograms} card={cardName(run.name, tag.tag)} label={title} color={colorOf(run.name)} />
        : <Ridges histograms={histograms} label={`${title} of ${run.name}`} mode={mode} color={colorOf(run.name)} />)}
      {leftOut !== undefined && <p class="chart-foot">{leftOut}</p>}
      {value && value.total > value.steps.length && <p class="chart-foot">{whole(value.steps.length)} of {whole(value.total)} steps</p>}
    </Card>
  );
}

interface Props {
  histograms: readonly StepHistogram[];
  label: string;
  color: string;
}

/** Older ones are paler. Not by `opacity`, which makes the browser draw each into a layer of its own. */
function opacityOf({ age }: Ridge) {
  const opacity = 0.35 + 0.65 * age;
  return { "fill-opacity": opacity, "stroke-opacity": opacity };
}

function Ridges({ histograms, label, mode, color }: Props & { mode: HistogramMode }) {
  const { axis } = view.value;
  const [pointer, setPointer] = useState<{ x: number; y: number } | null>(null);
  const drawn = useMemo(() => ridgesOf(histograms, { mode, axis }, FRAME), [histograms, mode, axis]);
  if (!drawn) return <p class="notice">{histograms.some(({ partly }) => partly) ? "No bucket has finite edges." : "All histograms are empty."}</p>;
  const hit = pointer && hitRidge(drawn, pointer.x, pointer.y, FRAME.width);
  const width = (drawn.domain.max - drawn.domain.min) / BINS;
  const left = hit ? drawn.domain.min + hit.bin * width : 0;
  const move = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    setPointer({ x: (event.clientX - box.left) / box.width * FRAME.width, y: (event.clientY - box.top) / box.height * FRAME.height });
  };
  return (
    <div class="ridges">
      <div class="behind">
        <svg viewBox={`0 0 ${FRAME.width} ${FRAME.height}`} preserveAspectRatio="none" role="img" aria-label={`Histograms of ${label}, ${histograms.length} steps`}
          onPointerMove={move} onPointerLeave={() => setPointer(null)}>
          {drawn.ridges.map((ridge) => (
            <path key={ridge.index} d={pathOf(ridge.outline)} class={hit?.ridge === ridge ? `${mode} hit` : mode}
              fill={mode === "offset" ? color : "none"} stroke={mode === "overlay" ? color : undefined} {...opacityOf(ridge)} />
          ))}
        </svg>
        {mode === "offset" && (
          <ul class="times" aria-hidden="true">
            {timeMarks(drawn, axis, FRAME.height).map(({ at, label }) => <li key={at} style={{ top: `${at * 100}%` }}>{label}</li>)}
          </ul>
        )}
      </div>
      <ul class="values" aria-hidden="true">
        {valueMarks(drawn).map(({ at, label }) => <li key={at} style={{ left: `${at * 100}%` }}>{label}</li>)}
      </ul>
      <p class="chart-foot">{hit
        ? <>{axis === "step" ? `step ${whole(hit.ridge.histogram.step)}` : formatX(hit.ridge.time, axis)}: {short(hit.ridge.counts[hit.bin] ?? 0)} from {formatValue(left)} to {formatValue(left + width)}</>
        : <>steps {whole(histograms[0]?.step ?? 0)} to {whole(histograms.at(-1)?.step ?? 0)}</>}</p>
    </div>
  );
}

function Distribution({ histograms, card, label, color }: Props & { card: string }) {
  const { axis } = view.value;
  const [zoom, setZoom] = useZoom(card, axis);
  const model = useMemo(() => distributionOf(histograms, axis, color), [histograms, axis, color]);
  const valueText = ({ curve, index }: Hit) => model.y.format(curve.line.y[index] ?? NaN, spanOf((zoom ?? model.home).y));
  return (
    <Chart label={`Distribution of ${label}`} model={model} zoom={zoom} onZoom={setZoom}
      tooltip={(hits) => <table><tbody>{hits.map((hit) => <tr key={hit.curve.id}><td>{hit.curve.name}</td><td>{valueText(hit)}</td></tr>)}</tbody></table>}
      inWords={(hits) => hits.map((hit) => `${hit.curve.name} ${valueText(hit)}`).join(", ")} />
  );
}

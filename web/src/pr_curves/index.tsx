// Precision over recall: a chart for each tag, all runs in it.
import { useMemo } from "preact/hooks";
import { Card } from "../cards/Card";
import { CardGrid } from "../cards/CardGrid";
import { api, type Answer, type Curve } from "../lib/api";
import { useFetched } from "../lib/cache";
import { repaints } from "../lib/color";
import { Toolbar } from "../lib/controls";
import { Failed } from "../lib/Failed";
import { NoMatch } from "../lib/NoMatch";
import { type Across, byTag, series, stateOf } from "../lib/store";
import { LinkToggle } from "../steps/LinkToggle";
import { positionOf } from "../steps/position";
import { StepBar } from "../steps/StepBar";
import { Chart } from "../scalars/chart/Chart";
import type { Hit } from "../scalars/chart/hover";
import { useZoom } from "../scalars/chart/zoom";
import { formatValue } from "../scalars/x_axis";
import { curvesOf, pointAt } from "./curves";

/** Steps of a tag that are fetched, evenly picked by the server. */
const MANY = 100;

/** What is told of a point of a curve. */
const COLUMNS = ["Threshold", "Precision", "Recall", "TP", "FP", "TN", "FN"];

export default function PrCurves() {
  const all = series("pr_curve");
  const items = useMemo(() => byTag(all), [all]);
  return (
    <>
      <Toolbar><LinkToggle /></Toolbar>
      {items.length === 0 && <NoMatch what="PR curves" />}
      <CardGrid items={items} tagOf={({ tag }) => tag} keyOf={({ tag }) => `pr ${tag}`} cardWidth={360}
        heightOf={heightOf}>
        {(item) => <CurveCard {...item} />}
      </CardGrid>
    </>
  );
}

const heightOf = (width: number, wide: boolean): number => wide ? 520 : Math.round(width * 0.8) + 100;

function CurveCard({ tag, title, sources }: Across) {
  const state = sources.map(({ run, tag }) => stateOf(run, tag)).join("\n");
  const { value, ...failed } = useFetched(state, () => Promise.all(sources.map(async ({ run: { name } }) => ({ run: name, answer: await api.curves(name, tag, MANY) }))));
  const card = `pr ${tag}`;
  const [zoom, setZoom] = useZoom(card);
  const longest = value?.reduce<Answer<Curve> | null>((most, { answer }) => !most || answer.steps.length > most.steps.length ? answer : most, null);
  const values = longest && { steps: longest.steps, wall_times: longest.wall_times.map(Number), keys: [], sizes: [], marks: null };
  const step = values?.steps[positionOf(card, values)] ?? null;
  const model = useMemo(() => curvesOf(value ?? [], step), [value, step, repaints.value]);
  const numbersOf = ({ curve, index }: Hit): number[] => {
    const answer = value?.find(({ run }) => run === curve.id)?.answer;
    const point = answer && pointAt(answer, step, index);
    return [point?.threshold, curve.line.y[index], curve.line.x[index],
      point?.truePositives, point?.falsePositives, point?.trueNegatives, point?.falseNegatives].map((number) => number ?? NaN);
  };
  return (
    <Card name={card} title={title} description={sources[0]?.tag.description}>
      <Failed {...failed} />
      <Chart label={`Precision over recall of ${title}`} model={model} zoom={zoom} onZoom={setZoom}
        tooltip={(hits) => (
          <table>
            <thead><tr><th>Run</th>{COLUMNS.map((column) => <th key={column}>{column}</th>)}</tr></thead>
            <tbody>{hits.map((hit) => <tr key={hit.curve.id}><td>{hit.curve.name}</td>{numbersOf(hit).map((number, n) => <td key={n}>{formatValue(number)}</td>)}</tr>)}</tbody>
          </table>
        )}
        inWords={(hits) => hits.map((hit) => {
          const [threshold, precision, recall, ...counts] = numbersOf(hit).map((number) => formatValue(number));
          return `${hit.curve.name}: precision ${precision} at recall ${recall}, threshold ${threshold}, ${counts.map((count, n) => `${COLUMNS[n + 3]} ${count}`).join(", ")}`;
        }).join("; ")} />
      {values ? <StepBar card={card} kind="pr_curve" values={values} label={title} /> : <div class="steps" />}
    </Card>
  );
}

// One chart: a tag in all runs that are shown, or several tags.
import { useMemo, useState } from "preact/hooks";
import { Card } from "../cards/Card";
import { colorOf } from "../lib/color";
import { Icon } from "../lib/icons";
import type { Series } from "../lib/store";
import { show, toggled, view } from "../lib/view";
import type { Margin } from "./bands";
import { chartOf, type ChartSeries } from "./build";
import { Chart } from "./chart/Chart";
import type { Hit } from "./chart/hover";
import { markersInWords } from "./chart/markers";
import { type Extent, spanOf } from "./chart/model";
import { at } from "./columns";
import { seriesName, useScalars } from "./loading";
import { SaveMenu } from "./SaveMenu";
import { formatX } from "./x_axis";
import { limitTooltip, sortTooltip } from "./tooltip";

interface Props {
  name: string;
  title: string;
  sources: readonly Series[];
  /** The tag, where the chart shows one alone. */
  tag?: string;
  /** Lines with an area around them. */
  margins?: readonly Margin[];
}

const NONE: readonly Margin[] = [];

export function ScalarCard({ name, title, sources, tag, margins = NONE }: Props) {
  const { axis, smoothing, log: logarithmic, outliers: ignoreOutliers, overlay } = view.value;
  const { value, error } = useScalars(sources);
  const [zoom, setZoom] = useState<Extent | undefined>();
  const all = useMemo(() => sources.flatMap((source): ChartSeries[] => {
    const series = value?.get(seriesName(source));
    return series ? [{ id: seriesName(source), run: source.run.name, tag: source.tag.tag, series }] : [];
  }), [value, sources.map(seriesName).join()]);
  const model = useMemo(() => chartOf(all, { axis, smoothing, logarithmic, ignoreOutliers, margins }), [all, axis, smoothing, logarithmic, ignoreOutliers, margins]);
  const marks = markersInWords(model.curves.map(({ markers = [] }) => markers));
  const valueText = (value: number) => model.y.format(value, spanOf((zoom ?? model.home).y));
  const isChosen = tag !== undefined && overlay.includes(tag);
  const actions = (
    <>
      {zoom && <button type="button" class="text" onClick={() => setZoom(undefined)}>Whole</button>}
      {tag !== undefined && (
        <button type="button" class="icon" aria-pressed={isChosen} aria-label={`Put ${title} into the common chart`} title="Into the common chart"
          onClick={() => show({ overlay: toggled(overlay, tag) })}><Icon name={isChosen ? "check" : "plus"} /></button>
      )}
      <SaveMenu title={title} all={all} model={model} extent={zoom ?? model.home} />
    </>
  );
  const [only] = sources;
  return (
    <Card name={name} title={title} description={only?.tag.description} actions={actions} {...(sources.length === 1 && only ? { run: only.run.name } : {})}>
      {error && <p class="failed" role="alert">{error}</p>}
      <Chart label={title} model={model} zoom={zoom} onZoom={setZoom}
        tooltip={(hits) => <Rows hits={hits} all={all} valueText={valueText} />}
        inWords={(hits) => hits.slice(0, 8).map(({ curve, index }) => `${curve.name}: ${valueText(at(curve.line.y, index))} at ${formatX(at(curve.line.x, index), axis)}`).join("; ")} />
      {marks.length > 0 && <p class="chart-foot">{marks.map((words) => <span key={words}>{words}</span>)}</p>}
    </Card>
  );
}

const MOST_ROWS = 12;

/** The table beside the pointer. */
function Rows({ hits, all, valueText }: { hits: readonly Hit[]; all: readonly ChartSeries[]; valueText: (value: number) => string }) {
  const { axis, pointer } = view.value;
  const found = hits.map((hit) => ({ ...hit, id: hit.curve.id, shown: at(hit.curve.line.y, hit.index) }));
  const sorted = sortTooltip(found, pointer);
  const rows = limitTooltip(sorted.rows, sorted.nearest, MOST_ROWS);
  return (
    <table>
      <thead><tr><th>{hits.length > rows.length ? `${rows.length} of ${hits.length}` : "Run"}</th><th>Value</th><th>Smoothed</th><th>Step</th>{axis !== "step" && <th class="wide-only">Time</th>}</tr></thead>
      <tbody>
        {rows.map(({ curve, index }) => {
          const series = all.find(({ id }) => id === curve.id);
          return (
            <tr key={curve.id} class={curve.id === sorted.nearest ? "nearest" : ""}>
              <td><span class="dot" style={{ background: curve.color ?? colorOf(series?.run ?? "") }} />{curve.name}</td>
              <td>{valueText(at((curve.faint ?? curve.line).y, index))}</td>
              <td>{valueText(at(curve.line.y, index))}</td>
              <td>{axis === "step" ? formatX(at(curve.line.x, index), "step") : series ? formatX(stepAt(series, curve.line.x, index, axis), "step") : ""}</td>
              {axis !== "step" && <td class="wide-only">{formatX(at(curve.line.x, index), axis)}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The step of a point of a line: voided points are not on it, so places in line and series differ. */
function stepAt({ series }: ChartSeries, x: Float64Array, index: number, axis: "relative" | "wall"): number {
  const start = axis === "relative" ? series.wallTimes.find((time) => Number.isFinite(time)) ?? 0 : 0;
  const place = series.wallTimes.findIndex((time) => time - start === at(x, index));
  return at(series.steps, place);
}

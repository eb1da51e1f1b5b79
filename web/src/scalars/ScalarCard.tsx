// One chart: a tag in all runs that are shown, or several tags.
import { useMemo } from "preact/hooks";
import { Card } from "../cards/Card";
import { repaints } from "../lib/color";
import { Failed } from "../lib/Failed";
import { whole } from "../lib/format";
import { Icon } from "../lib/icons";
import type { Series } from "../lib/store";
import { show, toggled, view } from "../lib/view";
import type { Margin } from "./bands";
import { chartOf, type ChartSeries, type ScalarModel } from "./build";
import { Chart } from "./chart/Chart";
import { nearestFew } from "./chart/hover";
import { markersInWords } from "./chart/markers";
import { spanOf } from "./chart/model";
import { useZoom } from "./chart/zoom";
import { at } from "./columns";
import { Legend } from "./Legend";
import { seriesName, useScalars } from "./loading";
import { Rows } from "./Rows";
import { SaveMenu } from "./SaveMenu";
import { formatX } from "./x_axis";

interface Props {
  name: string;
  title: string;
  sources: readonly Series[];
  /** The tag, where the chart shows one alone. */
  tag?: string;
  /** Lines with an area around them. */
  margins?: readonly Margin[];
  /** What was asked for and is not there, in words. */
  missing?: readonly string[];
}

const NONE: readonly Margin[] = [];

/** Lines that are read out at a place. */
const MOST_TOLD = 8;

export function ScalarCard({ name, title, sources, tag, margins = NONE, missing = [] }: Props) {
  const { axis, smoothing, log: logarithmic, outliers: ignoreOutliers, overlay } = view.value;
  const { value, ...failed } = useScalars(sources);
  const [zoom, setZoom] = useZoom(name, logarithmic ? `${axis} log` : axis);
  const all = useMemo(() => sources.flatMap((source): ChartSeries[] => {
    const series = value?.get(seriesName(source));
    return series ? [{ id: seriesName(source), run: source.run.name, tag: source.tag.tag, series }] : [];
  }), [value, sources.map(seriesName).join()]);
  const model = useMemo(() => chartOf(all, { axis, smoothing, logarithmic, ignoreOutliers, margins }), [all, axis, smoothing, logarithmic, ignoreOutliers, margins, repaints.value]);
  const marks = markersInWords(model.curves.map(({ markers = [] }) => markers));
  const seen = zoom ?? model.home;
  const valueText = (value: number) => model.y.format(value, spanOf(seen.y));
  const nothing = sources.length === 0 ? missing.join(" ") || "No tag of this chart is shown." : lackOf(model);
  const foot = [...marks, ...(model.unplaced > 0 ? [`${whole(model.unplaced)} not above zero, for which a log scale has no place`] : []), ...(nothing ? [] : missing)];
  const isChosen = tag !== undefined && overlay.includes(tag);
  const actions = (
    <>
      {zoom && <button type="button" class="text" onClick={() => setZoom(undefined)}>Whole</button>}
      {tag !== undefined && (
        <button type="button" class="icon" aria-pressed={isChosen} aria-label={`Put ${title} into the common chart`} title="Into the common chart"
          onClick={() => show({ overlay: toggled(overlay, tag) })}><Icon name={isChosen ? "check" : "plus"} /></button>
      )}
      <SaveMenu title={title} all={all} model={model} extent={seen} />
    </>
  );
  const [only] = sources;
  return (
    <Card name={name} title={title} description={only?.tag.description} actions={actions} {...(sources.length === 1 && only ? { run: only.run.name } : {})}>
      <Failed {...failed} />
      {nothing ? <p class="notice">{nothing}</p> : (
        <Chart label={title} model={model} zoom={zoom} onZoom={setZoom}
          tooltip={(hits) => <Rows hits={hits} valueText={valueText} span={axis === "relative" ? spanOf(seen.x) : undefined} />}
          inWords={(hits) => nearestFew(hits, MOST_TOLD).map(({ curve, index }) => `${curve.name}: ${valueText(at(curve.line.y, index))} at ${formatX(at(curve.line.x, index), axis)}`).join("; ")} />
      )}
      {model.legend && <Legend {...model.legend} />}
      {foot.length > 0 && <p class="chart-foot">{foot.map((words) => <span key={words}>{words}</span>)}</p>}
    </Card>
  );
}

/** Why a chart would be empty; nothing if it is not. */
function lackOf({ curves, unplaced, isPlaced }: ScalarModel): string | undefined {
  return curves.length > 0 && !isPlaced && unplaced > 0 ? "No value is above zero, and a log scale has no place for others." : undefined;
}

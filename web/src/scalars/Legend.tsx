// Which line is which, where a chart shows several tags: dashes are tags, and colours are runs.
import type { ScalarModel } from "./build";
import type { ChartCurve } from "./chart/model";

export function Legend({ tags, runs }: NonNullable<ScalarModel["legend"]>) {
  return (
    <ul class="chart-legend" aria-label="Legend" tabIndex={0}>
      {[...tags].map(([tag, dash]) => <li key={`tag ${tag}`}><Sample dash={dash} color="var(--ink-2)" /><span title={tag}>{tag}</span></li>)}
      {[...runs].map(([run, color]) => <li key={`run ${run}`}><span class="dot" style={{ background: color }} /><span title={run}>{run}</span></li>)}
    </ul>
  );
}

/** A piece of a line; a dot where colour alone tells which one it is. */
export function Sample({ color, dash }: Pick<ChartCurve, "color" | "dash">) {
  if (dash === undefined) return <span class="dot" style={{ background: color }} />;
  return (
    <svg class="sample" width="30" height="8" aria-hidden="true">
      <line x1="0" x2="30" y1="4" y2="4" style={{ stroke: color, strokeWidth: 2 }} stroke-dasharray={dash.join(" ")} />
    </svg>
  );
}

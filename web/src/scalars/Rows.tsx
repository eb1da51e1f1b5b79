// The table beside the pointer.
import { view } from "../lib/view";
import { type Hit, nearestFew, nearestOf } from "./chart/hover";
import { at } from "./columns";
import { Sample } from "./Legend";
import { sortTooltip } from "./tooltip";
import { formatX } from "./x_axis";

/** More would not fit into a window: of more lines, those nearest to the pointer are listed. */
export const MOST_ROWS = 12;

interface Props {
  hits: readonly Hit[];
  valueText: (value: number) => string;
  /** How long the part of the axis is that is seen, if it is one of relative time. */
  span: number | undefined;
}

export function Rows({ hits, valueText, span }: Props) {
  const nearest = nearestOf(hits);
  const few = nearestFew(hits, MOST_ROWS).map((hit) => ({ ...hit, shown: at(hit.curve.line.y, hit.index) }));
  const rows = sortTooltip(few, view.value.pointer);
  return (
    <table>
      <thead><tr>
        <th>{hits.length > rows.length ? `${rows.length} nearest of ${hits.length}` : "Run"}</th>
        <th>Value</th><th>Smoothed</th><th>Step</th><th class="wide-only">Relative</th><th class="wide-only">Time</th>
      </tr></thead>
      <tbody>
        {rows.map(({ curve, index, shown }) => {
          const { series, start } = curve.points ?? {};
          const time = at(series?.wallTimes ?? [], index);
          return (
            <tr key={curve.id} class={curve === nearest?.curve ? "nearest" : ""}>
              <td><Sample {...curve} />{curve.name}</td>
              <td>{valueText(at((curve.faint ?? curve.line).y, index))}</td>
              <td>{valueText(shown)}</td>
              <td>{formatX(at(series?.steps ?? [], index), "step")}</td>
              <td class="wide-only">{formatX(time - (start ?? 0), "relative", span)}</td>
              <td class="wide-only">{formatX(time, "wall")}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

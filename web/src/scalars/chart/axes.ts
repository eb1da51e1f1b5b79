/** The axes of a chart as uPlot draws them: where the marks lie, what stands beside them, and how much room that takes. */
import type uPlot from "uplot";
import { styleColor } from "../../lib/theme";
import { type ChartAxis, type ChartModel, type Extent, partOf, spanOf } from "./model";
import { marksOf, momentLabels } from "./ticks";

/** What is drawn at present. */
export interface Seen {
  readonly model: () => ChartModel;
  readonly extent: () => Extent;
}

const FONT = "11px system-ui, sans-serif";
const MARK = 4;
const GAP = 4;

/** Pixels between two labels along the width, and between the middles of two along the height. */
const BETWEEN = 18;
const ROW = 32;
/** Room for the labels of a moment, which takes two lines, and of anything else. */
const TWO_LINES = 40;
const ONE_LINE = 34;
const LEAST_WIDTH = 40;
const LEAST_SPACE = 70;
const LEAST_AT_RIGHT = 12;

/** Seconds between marks of a duration. */
const DURATIONS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800,
  21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 1_728_000, 4_320_000, 8_640_000,
];

let ruler: CanvasRenderingContext2D | null | undefined;

function widthOf(label: string): number {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return 0;
  ruler.font = FONT;
  return ruler.measureText(label).width;
}

/** The widest label along the width: the ends have the most digits. */
function widestLabel({ model, extent }: Seen): number {
  const { x } = extent();
  const { format, kind } = model().x;
  return kind === "moment" ? widthOf("2000-00-00") : Math.max(...[x.min, x.max].map((end) => widthOf(format(end, spanOf(x)))));
}

/** Room at either end for one half of the label there. */
const roomAtEnd = (seen: Seen): number => Math.ceil(widestLabel(seen) / 2);
export const roomAtRight = (seen: Seen): number => Math.max(LEAST_AT_RIGHT, roomAtEnd(seen));

export function widthAxis(seen: Seen): uPlot.Axis {
  const { model, extent } = seen;
  const { kind } = model().x;
  return {
    ...common(model().x),
    space: () => Math.max(LEAST_SPACE, widestLabel(seen) + BETWEEN),
    size: kind === "moment" ? TWO_LINES : ONE_LINE,
    ...(kind === "duration" ? { incrs: DURATIONS } : {}),
    values: (_, marks, __, ___, apart) => kind === "moment"
      // uPlot has a mark before the first that is seen, beside which nobody would read the day.
      ? momentLabels(marks, apart, extent().x.min)
      : marks.map((mark) => model().x.format(mark, spanOf(extent().x))),
  };
}

/** Heights are parts of what is seen, from 0 to 1. */
export function heightAxis(seen: Seen): uPlot.Axis {
  const { model, extent } = seen;
  const marksIn = (plot: uPlot) => marksOf(extent().y, model().logarithmic, Math.max(2, Math.floor((plot.height - TWO_LINES) / ROW)));
  return {
    ...common(model().y),
    splits: (plot) => marksIn(plot).map((mark) => partOf(extent().y, model().logarithmic, mark)),
    values: (plot) => marksIn(plot).map((mark) => model().y.format(mark, spanOf(extent().y))),
    size: (_, labels) => Math.max(LEAST_WIDTH, roomAtEnd(seen), ...(labels ?? []).map((label) => widthOf(label) + MARK + GAP + 2)),
  };
}

function common({ titled, label }: ChartAxis): uPlot.Axis {
  const ink = () => styleColor("--ink-3");
  const line = () => styleColor("--line");
  return {
    font: FONT,
    stroke: ink,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: MARK },
    gap: GAP,
    ...(titled ? { label, labelFont: FONT, labelSize: 18, labelGap: 0 } : {}),
  };
}

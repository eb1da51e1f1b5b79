import { expect, test } from "vitest";
import { chartOf } from "../build";
import { seriesOf } from "../columns";
import { paint, type Stroke, type Surface } from "./paint";

const series = seriesOf([{ step: 1, wallTime: 0, value: 2 }]);

/** The lines that are drawn of lone points of some tags of a run. */
function drawn(...tags: string[]): Stroke[] {
  const all = tags.map((tag) => ({ id: tag, run: "run", tag, series }));
  const model = chartOf(all, { axis: "step", smoothing: 0, logarithmic: false, ignoreOutliers: false });
  const strokes: Stroke[] = [];
  const surface: Surface = { lines: (parts, stroke) => { if (parts.some((part) => part.length > 1)) strokes.push(stroke); }, area: () => {}, dot: () => {} };
  paint(model, { extent: model.home, logarithmic: false, left: 0, top: 0, width: 100, height: 100 }, surface);
  return strokes;
}

test("lone points of several tags are told apart by dashes, those of one tag need none", () => {
  expect(drawn("loss")).toEqual([]);
  expect(drawn("loss", "accuracy").map(({ dash }) => dash)).toEqual([undefined, [7, 4]]);
});

import { expect, test } from "vitest";
import { Mark, seriesOf } from "../columns";
import { curveOf } from "../line";
import { markersInWords, markersOf } from "./markers";

test("a part that goes back is marked where it begins, once", () => {
  const steps = [0, 1, 2, 3, 4, 1, 2, 3, 2, 3, 4, 5];
  const marks = [0, 0, 0, 0, 0, ...Array<Mark>(5).fill(Mark.Backward), Mark.Repeated, 0];
  const series = seriesOf(steps.map((step, i) => ({ step, wallTime: i, value: i, mark: marks[i] ?? 0 })));
  const markers = markersOf(curveOf(series, { axis: "step", smoothing: 0 }));
  expect(markers.map(({ kind, y }) => [kind, y])).toEqual([["backward", 5], ["backward", 8], ["repeated", 10]]);
  expect(markersInWords([markers])).toEqual(["2 × ◁ a step back", "1 × □ a step logged again"]);
});

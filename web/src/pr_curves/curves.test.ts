import { expect, test } from "vitest";
import { curvesOf } from "./curves";

test("each run has the curve of its last step up to the wanted one", () => {
  const curve = (precision: number[]) => ({
    precision, recall: [1, 0.5, 0], true_positives: [], false_positives: [], true_negatives: [], false_negatives: [],
  });
  const answer = { total: 2, steps: [0, 10], wall_times: [0, 1], values: [curve([0.1, 0.2, 0.3]), curve([0.4, 0.5, 0.6])] };
  const at = (step: number | null) => [...curvesOf([{ run: "a", answer }], step).curves[0]?.line.y ?? []];
  expect(at(5)).toEqual([0.3, 0.2, 0.1]);
  expect(at(null)).toEqual([0.6, 0.5, 0.4]);
  expect(curvesOf([], null).curves).toEqual([]);
});

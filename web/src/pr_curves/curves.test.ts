import { expect, test } from "vitest";
import { curvesOf, pointAt } from "./curves";

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

test("where nothing is taken for positive there is no precision, and no point", () => {
  // A perfect classifier with scores of 0.25 and 0.75: nothing is positive at a threshold of 1.
  const curve = {
    precision: [0.5, 1, 1, 0, 0], recall: [1, 1, 1, 0, 0],
    true_positives: [4, 4, 4, 0, 0], false_positives: [4, 0, 0, 0, 0], true_negatives: [0, 4, 4, 4, 4], false_negatives: [0, 0, 0, 4, 4],
  };
  const answer = { total: 1, steps: [0], wall_times: [0], values: [curve] };
  const line = curvesOf([{ run: "a", answer }], null).curves[0]?.line;
  expect([...line?.x ?? []]).toEqual([1, 1, 1]);
  expect([...line?.y ?? []]).toEqual([1, 1, 0.5]);
  // Thresholds count from what was logged, not from what is drawn.
  expect(pointAt(answer, null, 0)).toEqual({ threshold: 0.5, truePositives: 4, falsePositives: 0, trueNegatives: 4, falseNegatives: 0 });
  expect(pointAt(answer, null, 2)?.threshold).toBe(0);
  const none = { ...curve, true_positives: [0, 0, 0, 0, 0], false_positives: [0, 0, 0, 0, 0] };
  expect(curvesOf([{ run: "a", answer: { ...answer, values: [none] } }], null).curves[0]?.line.x).toHaveLength(1);
});

test("a point of the line has the threshold and the counts that it was made of", () => {
  const curve = {
    precision: [0.5, 1, 1], recall: [1, 0.5, 0.25],
    true_positives: [4, 2, 1], false_positives: [4, 0, 0], true_negatives: [0, 4, 4], false_negatives: [0, 2, 3],
  };
  const answer = { total: 1, steps: [0], wall_times: [0], values: [curve] };
  expect(pointAt(answer, null, 0)).toEqual({ threshold: 1, truePositives: 1, falsePositives: 0, trueNegatives: 4, falseNegatives: 3 });
  expect(pointAt(answer, null, 1)?.threshold).toBe(0.5);
  expect(pointAt(answer, null, 2)).toEqual({ threshold: 0, truePositives: 4, falsePositives: 4, trueNegatives: 0, falseNegatives: 0 });
});

import { expect, test } from "vitest";
import { type Bucket, domainOf, histogramsOf, leftOutInWords, percentiles, rebin, totalOf } from "./buckets";
import { distributionOf } from "./distribution";
import { hitRidge, ridgesOf } from "./ridges";

const sum = (counts: Float64Array) => counts.reduce((total, count) => total + count, 0);

test("a histogram cut anew keeps its count, each part its share", () => {
  const buckets: Bucket[] = [[0, 1, 10], [1, 4, 30], [4, 4, 5]];
  const counts = rebin(buckets, { min: 0, max: 4 }, 4);
  expect([...counts]).toEqual([10, 10, 10, 15]);
  expect(sum(rebin(buckets, { min: -3, max: 9 }, 7))).toBeCloseTo(totalOf(buckets));
});

test("the domain covers all histograms, and has room where all values are one", () => {
  const at = (step: number, buckets: Bucket[]) => ({ step, wallTime: step, buckets, partly: false });
  expect(domainOf([at(0, [[0, 1, 1]]), at(1, [[-2, 0.5, 1]])])).toEqual({ min: -2, max: 1 });
  expect(domainOf([at(0, [[3, 3, 7]])])).toEqual({ min: 2, max: 4 });
  expect(domainOf([at(0, [])])).toBeUndefined();
});

test("percentiles spread counts evenly in their buckets", () => {
  expect(percentiles([[0, 10, 100]], [0, 2500, 5000, 10_000])).toEqual([0, 2.5, 5, 10]);
  expect(percentiles([], [5000])).toEqual([0]);
});

test("ridges lie one behind the other by their time, or on one base line", () => {
  const histograms = [0, 5, 10].map((step) => ({ step, wallTime: step, buckets: [[0, 1, step + 1]] as Bucket[], partly: false }));
  const frame = { width: 640, height: 100, ridgeShare: 0.4 };
  const offset = ridgesOf(histograms, { mode: "offset", axis: "step" }, frame);
  expect(offset?.ridges.map(({ base, age }) => [base, age])).toEqual([[40, 0], [70, 0.5], [100, 1]]);
  const overlay = ridgesOf(histograms, { mode: "overlay", axis: "step" }, frame);
  expect(overlay?.ridges.map(({ base }) => base)).toEqual([100, 100, 100]);
  // The newest has the highest ridge, which ends at the top.
  expect(Math.min(...(overlay?.ridges[2]?.outline ?? []).map(([, y]) => y))).toBeCloseTo(0);
  expect([0, 50, 95].map((y) => offset && hitRidge(offset, 320, y, 640)?.ridge.histogram.step)).toEqual([0, 5, 10]);
});

test("a bucket at NaN or infinity is left out of every form, and its step is named", () => {
  const values: Bucket[][] = [[[0, 1, 4]], [[NaN, 1, 3], [1, 2, 5]], [[0, Infinity, 1]]];
  const histograms = histogramsOf({ total: 3, steps: [1, 2, 1000], wall_times: [1, 2, 3], values });
  expect(domainOf(histograms)).toEqual({ min: 0, max: 2 });
  const frame = { width: 640, height: 100, ridgeShare: 0.4 };
  for (const mode of ["offset", "overlay"] as const) {
    expect(ridgesOf(histograms, { mode, axis: "step" }, frame)?.ridges.map(({ counts }) => Math.round(sum(counts)))).toEqual([4, 5, 0]);
  }
  const { curves, home } = distributionOf(histograms, "step", "#000");
  expect([...curves[0]?.line.y ?? []]).toEqual([0, 1, NaN]);
  expect(home.y.max).toBeLessThan(3);
  expect(leftOutInWords(histograms)).toBe("left out: buckets at NaN or infinity in steps 2, 1,000");
  expect(leftOutInWords(histograms.slice(0, 1))).toBeUndefined();
});

/** The shapes of a series of histograms: one behind the other (offset), or all on one base line (overlay). */
import { at } from "../scalars/columns";
import type { Range } from "../scalars/decimate";
import { type XAxis, xValues } from "../scalars/x_axis";
import { domainOf, rebin, type StepHistogram } from "./buckets";

export type HistogramMode = "offset" | "overlay";

/** Where a picture has its parts, in pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** How much of the height the highest ridge takes in offset mode. */
  readonly ridgeShare: number;
}

/** One histogram, drawn. */
export interface Ridge {
  readonly index: number;
  readonly histogram: StepHistogram;
  /** Where it lies along the axis of time. */
  readonly time: number;
  /** The height of its base line. */
  readonly base: number;
  /** The counts of equal parts of the domain. */
  readonly counts: Float64Array;
  /** The outline as points `x,y`, from the left of the base line to its right. */
  readonly outline: ReadonlyArray<readonly [x: number, y: number]>;
  /** 0 for the oldest, 1 for the newest. */
  readonly age: number;
}

/** All histograms of a series, drawn. */
export interface Ridges {
  readonly domain: Range;
  readonly times: Range;
  readonly highest: number;
  readonly ridges: readonly Ridge[];
}

/** Equal parts that a histogram is cut into. */
export const BINS = 64;

/** Draws histograms into a frame; nothing if all are empty. */
export function ridgesOf(
  histograms: readonly StepHistogram[],
  options: { mode: HistogramMode; axis: XAxis },
  frame: Frame,
): Ridges | undefined {
  const domain = domainOf(histograms);
  if (domain === undefined) {
    return undefined;
  }
  const counts = histograms.map(({ buckets }) => rebin(buckets, domain, BINS));
  const highest = counts.reduce((most, bins) => Math.max(most, ...bins), 0) || 1;
  const places = xValues(
    {
      steps: Float64Array.from(histograms, ({ step }) => step),
      wallTimes: Float64Array.from(histograms, ({ wallTime }) => wallTime),
    },
    options.axis,
  );
  const times = timesOf(places);
  const ridgeHeight = options.mode === "overlay" ? frame.height : frame.height * frame.ridgeShare;
  const ridges = histograms.map((histogram, index) => {
    const age = times.max > times.min ? (at(places, index) - times.min) / (times.max - times.min) : 1;
    const base = options.mode === "overlay" ? frame.height : ridgeHeight + (frame.height - ridgeHeight) * age;
    const bins = counts[index] ?? new Float64Array(BINS);
    return {
      index,
      histogram,
      time: at(places, index),
      base,
      counts: bins,
      outline: outlineOf(bins, base, frame.width, ridgeHeight / highest),
      age,
    };
  });
  return { domain, times, highest, ridges };
}

function timesOf(places: Float64Array): Range {
  const finite = places.filter(Number.isFinite);
  return finite.length === 0
    ? { min: 0, max: 0 }
    : { min: at(finite.slice().sort(), 0), max: at(finite.slice().sort(), finite.length - 1) };
}

/** The middles of the tops of all parts, joined, and both ends of the base line. */
function outlineOf(bins: Float64Array, base: number, width: number, scale: number): Array<readonly [number, number]> {
  const step = width / bins.length;
  const tops = Array.from(bins, (count, i): readonly [number, number] => [(i + 0.5) * step, base - count * scale]);
  return [[0, base], ...tops, [width, base]];
}

/** The path of an outline for SVG. */
export function pathOf(outline: Ridge["outline"]): string {
  return outline.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)},${y.toFixed(1)}`).join("");
}

/** What lies under a pointer: the ridge whose outline is nearest above or below, and the part of the domain. */
export function hitRidge(
  ridges: Ridges,
  x: number,
  y: number,
  width: number,
): { ridge: Ridge; bin: number } | undefined {
  const bin = Math.min(BINS - 1, Math.max(0, Math.floor((x / width) * BINS)));
  let best: Ridge | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const ridge of ridges.ridges) {
    const top = ridge.outline[bin + 1]?.[1] ?? ridge.base;
    const distance = Math.abs(top - y);
    // Of equal ones the later, which lies in front.
    if (distance <= bestDistance) {
      best = ridge;
      bestDistance = distance;
    }
  }
  return best === undefined ? undefined : { ridge: best, bin };
}

// Writes event files with values that a test chooses.
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { png } from "../scripts/png.mjs";
import { double, field, float, record, whole } from "../scripts/records.mjs";

const text = (words: string): Buffer => Buffer.from(words);

/** A value of a summary, at a step and a time. */
export interface Written {
  value: Buffer;
  step: number;
  time?: number;
}

export const scalar = (tag: string, step: number, value: number, time?: number): Written =>
  ({ value: Buffer.concat([field(1, text(tag)), float(2, value)]), step, ...(time === undefined ? {} : { time }) });

/** A picture whose red, green and blue are told by `valueAt`, and what the log says of its tag. */
export function picture(tag: string, step: number, [width, height]: readonly [number, number], valueAt: (x: number, y: number, channel: number) => number, about = ""): Written {
  const image = Buffer.concat([whole(1, height), whole(2, width), whole(3, 3), field(4, png(width, height, valueAt))]);
  return { value: Buffer.concat([field(1, text(tag)), field(9, field(3, text(about))), field(4, image)]), step };
}

/** A curve of precision over recall with a few thresholds, whose precision is one number. */
export function prCurve(tag: string, step: number, precision: number): Written {
  const rows = [[4, 3, 2], [4, 3, 2], [4, 5, 6], [0, 1, 2], [precision, precision, precision], [1, 0.75, 0.5]];
  const plugin = field(1, Buffer.concat([field(1, text("pr_curves")), field(2, whole(2, 3))]));
  const side = (size: number) => field(2, whole(1, size));
  const tensor = Buffer.concat([whole(1, 1), field(2, Buffer.concat([side(6), side(3)])), field(4, Buffer.from(Float32Array.from(rows.flat()).buffer))]);
  return { value: Buffer.concat([field(1, text(tag)), field(9, plugin), field(8, tensor)]), step };
}

/** Strings that belong to a plugin: a text, or the layout of custom scalars. */
export function strings(plugin: string, tag: string, step: number, content: Buffer | string): Written {
  const metadata = field(9, field(1, field(1, text(plugin))));
  const tensor = field(8, Buffer.concat([whole(1, 7), field(8, Buffer.from(content))]));
  return { value: Buffer.concat([field(1, text(tag)), metadata, tensor]), step };
}

/** A histogram of one bucket, from a value to one more than it. */
export function histogram(tag: string, step: number, left: number): Written {
  const doubles = (...numbers: number[]) => Buffer.from(Float64Array.from(numbers).buffer);
  const buckets = Buffer.concat([double(1, left), double(2, left + 1), double(3, 1), double(4, left), double(5, left * left),
    field(6, doubles(left, left + 1)), field(7, doubles(0, 1))]);
  return { value: Buffer.concat([field(1, text(tag)), field(5, buckets)]), step };
}

/** A layout of custom scalars: charts with the patterns of their lines. */
export const layout = (charts: Record<string, string[]>): Written =>
  strings("custom_scalars", "custom_scalars__config__", 0, field(2, Buffer.concat([
    field(1, text("charts")),
    ...Object.entries(charts).map(([title, patterns]) =>
      field(2, Buffer.concat([field(1, text(title)), field(2, Buffer.concat(patterns.map((pattern) => field(1, text(pattern)))))]))),
  ])));

const FILE = "events.out.tfevents.1700000000.test";

/** Adds values to the only file of a run. */
export function append(run: string, ...all: Written[]): void {
  mkdirSync(run, { recursive: true });
  const events = all.map(({ value, step, time = 1.7e9 + step }) => record(Buffer.concat([double(1, time), whole(2, step), field(5, field(1, value))])));
  appendFileSync(join(run, FILE), Buffer.concat(events));
}

/** Writes a run in the place of one that may be there. */
export function rewrite(run: string, ...all: Written[]): void {
  rmSync(run, { recursive: true, force: true });
  append(run, ...all);
}

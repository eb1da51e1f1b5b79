/** Series as files for other tools. */
import { at, type ScalarSeries } from "./columns";

/** A series with the names it has in the log. */
export interface NamedSeries {
  readonly run: string;
  readonly tag: string;
  readonly series: ScalarSeries;
}

/** A field of a CSV file, quoted where it must be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as a CSV file (RFC 4180). */
export function csv(header: readonly string[], rows: Iterable<ReadonlyArray<string | number>>): string {
  const lines = [header.map(csvField).join(",")];
  for (const row of rows) {
    lines.push(row.map((field) => csvField(String(field))).join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** Every point of the series. One series has TensorBoard's columns, several name run and tag as well. */
export function scalarsCsv(all: readonly NamedSeries[]): string {
  const columns = ["Wall time", "Step", "Value"];
  const [only] = all;
  if (all.length === 1 && only !== undefined) {
    return csv(columns, points(only.series));
  }
  return csv(["Run", "Tag", ...columns], namedPoints(all));
}

function* namedPoints(all: readonly NamedSeries[]): Generator<Array<string | number>> {
  for (const { run, tag, series } of all) {
    for (const point of points(series)) {
      yield [run, tag, ...point];
    }
  }
}

function* points(series: ScalarSeries): Generator<[number, number, number]> {
  for (let i = 0; i < series.values.length; i++) {
    yield [at(series.wallTimes, i), at(series.steps, i), at(series.values, i)];
  }
}

/** A number as JSON can hold it: what is not finite is a string, as TensorBoard writes it. */
export function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** Every point of the series as `[wall time, step, value]`; several series name run and tag as well. */
export function scalarsJson(all: readonly NamedSeries[]): string {
  const rows = (series: ScalarSeries) => Array.from(points(series), (point) => point.map(jsonNumber));
  const [only] = all;
  if (all.length === 1 && only !== undefined) {
    return JSON.stringify(rows(only.series));
  }
  return JSON.stringify(all.map(({ run, tag, series }) => ({ run, tag, points: rows(series) })));
}

/** Whose series they are, for the name of a file: the run, or how many. */
export function runsInWords(all: readonly NamedSeries[]): string {
  const [run = "", ...others] = new Set(all.map(({ run }) => run));
  return others.length > 0 ? `${others.length + 1} runs` : run;
}

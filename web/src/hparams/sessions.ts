/** The answer of the server as rows and columns of a table. */
import { type Hparams, numbers } from "../lib/api";
import type { Column, HparamValue, Session } from "./table";

export function columnsOf({ hparams, metrics }: Hparams): Column[] {
  return [
    ...hparams.map((name): Column => ({ id: `hparam:${name}`, name, group: "hparam" })),
    ...metrics.map((name): Column => ({ id: `metric:${name}`, name, group: "metric" })),
  ];
}

export function sessionsOf({ sessions }: Hparams): Session[] {
  return sessions.map(({ run, status, hparams, metrics }) => ({
    name: run,
    status,
    values: new Map<string, HparamValue>([
      ...Object.entries(hparams).map(([name, value]) => [`hparam:${name}`, value] as const),
      ...Object.entries(metrics).map(([name, value]) => [`metric:${name}`, numbers(value)[0] ?? Number.NaN] as const),
    ]),
  }));
}

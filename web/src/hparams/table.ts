/** The table of hyperparameters: rows, columns, filters and order. */
import { byName } from "../lib/match";
import type { Filter, SortOrder } from "../lib/view";

/** A hyperparameter or a metric. */
export type HparamValue = number | string | boolean;

/** One session: a run, or a part of one. */
export interface Session {
  readonly name: string;
  readonly status: string;
  readonly values: ReadonlyMap<string, HparamValue>;
}

/** What a column holds. */
export interface Column {
  /** Unlike any other: `hparam:lr`, `metric:accuracy`. */
  readonly id: string;
  readonly name: string;
  readonly group: "hparam" | "metric";
}

/** Names of sessions sort under this. */
export const SESSION_COLUMN = "session";

/** Whether all values of a column are numbers. */
export function isNumeric(sessions: readonly Session[], column: string): boolean {
  let any = false;
  for (const session of sessions) {
    const value = session.values.get(column);
    if (value !== undefined) {
      if (typeof value !== "number") {
        return false;
      }
      any = true;
    }
  }
  return any;
}

/** The distinct values of a column as text, in order. */
export function distinctValues(sessions: readonly Session[], column: string): string[] {
  const values = sessions.map((session) => session.values.get(column)).filter((value) => value !== undefined);
  return [...new Set(values.sort(compareValues).map(String))];
}

/** The sessions that pass every filter and whose name or values contain `search`. */
export function filterSessions(
  sessions: readonly Session[],
  filters: ReadonlyMap<string, Filter>,
  search = "",
): Session[] {
  const wanted = search.trim().toLowerCase();
  return sessions.filter((session) => {
    for (const [column, filter] of filters) {
      if (!passes(session.values.get(column), filter)) {
        return false;
      }
    }
    return wanted === "" || texts(session).some((text) => text.toLowerCase().includes(wanted));
  });
}

function texts(session: Session): string[] {
  return [session.name, ...Array.from(session.values.values(), String)];
}

function passes(value: HparamValue | undefined, filter: Filter): boolean {
  if (filter.kind === "values") {
    return filter.allowed.includes(value === undefined ? "" : String(value));
  }
  if (typeof value !== "number") {
    return false;
  }
  return value >= (filter.min ?? Number.NEGATIVE_INFINITY) && value <= (filter.max ?? Number.POSITIVE_INFINITY);
}

/** The sessions in order; those without a value come last, whichever way the order runs. */
export function sortSessions(sessions: readonly Session[], order: SortOrder | undefined): Session[] {
  if (order === undefined) {
    return [...sessions];
  }
  const valueOf = (session: Session) =>
    order.column === SESSION_COLUMN ? session.name : session.values.get(order.column);
  return [...sessions].sort((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    if (isMissing(left) || isMissing(right)) {
      return Number(isMissing(left)) - Number(isMissing(right));
    }
    return order.descending ? compareValues(right, left) : compareValues(left, right);
  });
}

function isMissing(value: HparamValue | undefined): value is undefined {
  return value === undefined || Number.isNaN(value);
}

/** Numbers by size, all else by its text with the numbers in it by size; numbers before text. */
export function compareValues(a: HparamValue | undefined, b: HparamValue | undefined): number {
  if (typeof a === "number" && typeof b === "number") {
    return a - b;
  }
  if (typeof a === "number" || typeof b === "number") {
    return typeof a === "number" ? -1 : 1;
  }
  return byName(String(a), String(b));
}

/** What a click on the head of a column leads to: ascending, descending, the order of the log. */
export function nextOrder(order: SortOrder | undefined, column: string): SortOrder | undefined {
  if (order?.column !== column) {
    return { column, descending: false };
  }
  return order.descending ? undefined : { column, descending: true };
}

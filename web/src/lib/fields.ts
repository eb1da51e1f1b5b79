// How one part of a view is written into an address, and read from it.
import type { Filter, Pane, SortOrder } from "./view";

export interface Field<T> {
  usual: T;
  write(value: T): string;
  /** What a text means; nothing if it is none of this. */
  read(written: string): T | undefined;
}

export function text(usual = ""): Field<string> {
  return { usual, write: (value) => value, read: (written) => written };
}

export function oneOf<T extends string>(usual: T, ...others: T[]): Field<T> {
  const all: string[] = [usual, ...others];
  return { usual, write: (value) => value, read: (written) => all.includes(written) ? written as T : undefined };
}

/** What JSON writes, where it `fits`. */
function json<T>(usual: T, fits: (value: unknown) => value is T): Field<T> {
  return {
    usual,
    write: (value) => JSON.stringify(value),
    read: (written) => {
      try {
        const value: unknown = JSON.parse(written);
        return fits(value) ? value : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

const isFinite = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !isList(value);

export const flag = (usual: boolean): Field<boolean> =>
  json(usual, (value): value is boolean => typeof value === "boolean");

export const number = (usual: number, least: number, most: number): Field<number> =>
  json(usual, (value): value is number => isFinite(value) && value >= least && value <= most);

export const optionalNumber = (): Field<number | null> =>
  json<number | null>(null, (value): value is number | null => value === null || isFinite(value));

export const triple = (): Field<[number, number, number] | null> =>
  json<[number, number, number] | null>(null, (value): value is [number, number, number] | null =>
    value === null || isList(value) && value.length === 3 && value.every(isFinite));

export const numbersByName = (): Field<Record<string, number>> =>
  json<Record<string, number>>({}, (value): value is Record<string, number> =>
    isObject(value) && Object.values(value).every(isFinite));

/** One of a few for each of some names. */
export const oneByName = <T extends string>(...all: T[]): Field<Record<string, T>> =>
  json<Record<string, T>>({}, (value): value is Record<string, T> =>
    isObject(value) && Object.values(value).every((each) => all.includes(each as T)));

/** Where charts have been zoomed: the ends of what is seen along the width and along the height. */
export type Zooms = Record<string, [left: number, right: number, bottom: number, top: number]>;

export const zooms = (): Field<Zooms> =>
  json<Zooms>({}, (value): value is Zooms => isObject(value) && Object.values(value).every((ends) =>
    isList(ends) && ends.length === 4 && ends.every(isFinite) && Number(ends[0]) < Number(ends[1]) && Number(ends[2]) < Number(ends[3])));

export const names = (): Field<string[]> =>
  json<string[]>([], (value): value is string[] => isList(value) && value.every((each) => typeof each === "string"));

const isPane = (value: unknown): value is Pane =>
  isObject(value) && typeof value.run === "string" && typeof value.tag === "string"
  && (value.sample === undefined || Number.isInteger(value.sample));

export const panes = (): Field<Pane[]> =>
  json<Pane[]>([], (value): value is Pane[] => isList(value) && value.every(isPane));

const isSortOrder = (value: unknown): value is SortOrder =>
  isObject(value) && typeof value.column === "string" && typeof value.descending === "boolean";

export const sortOrder = (): Field<SortOrder | null> =>
  json<SortOrder | null>(null, (value): value is SortOrder | null => value === null || isSortOrder(value));

const isBound = (value: unknown): boolean => value === undefined || isFinite(value);

const isFilter = (value: unknown): value is Filter =>
  isObject(value)
  && (value.kind === "range"
    ? isBound(value.min) && isBound(value.max)
    : value.kind === "values" && isList(value.allowed) && value.allowed.every((each) => typeof each === "string"));

export const filters = (): Field<Record<string, Filter>> =>
  json<Record<string, Filter>>({}, (value): value is Record<string, Filter> =>
    isObject(value) && Object.values(value).every(isFilter));

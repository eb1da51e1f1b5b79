// Filters that a person types.

/** Matches names by a regular expression or, where that is none, by the text itself. Case does not count. */
export function matcher(text: string): (name: string) => boolean {
  if (!text) return () => true;
  try {
    const expression = new RegExp(text, "i");
    return (name) => expression.test(name);
  } catch {
    const lower = text.toLowerCase();
    return (name) => name.toLowerCase().includes(lower);
  }
}

/** What is wrong with a text as a regular expression, in the browser's words; null if it is one. */
export function whyNoExpression(text: string): string | null {
  try {
    return new RegExp(text, "i") && null;
  } catch (error) {
    // The browser repeats the expression, which may hold anything: what it says of it comes last.
    const said = error instanceof Error ? error.message : "";
    return said.slice(said.lastIndexOf(":") + 1).trim().toLowerCase() || "it is not complete";
  }
}

const PARTS = /\d+|\D+/g;
const isNumber = (part: string): boolean => part >= "0" && part < ":";

/**
 * Compares names as people order them: numbers within by what they count, letters whatever their case. Without `Intl`, as
 * in format.ts.
 */
export function byName(a: string, b: string): number {
  if (a === b) return 0;
  const [one, other] = [a.toLowerCase().match(PARTS) ?? [], b.toLowerCase().match(PARTS) ?? []];
  for (let place = 0; place < Math.min(one.length, other.length); place += 1) {
    const [x, y] = [one[place] ?? "", other[place] ?? ""];
    if (isNumber(x) && isNumber(y)) {
      if (Number(x) !== Number(y)) return Number(x) - Number(y);
    } else if (x !== y) return x < y ? -1 : 1;
  }
  // Shorter before longer; names that are alike so far, by their characters.
  return one.length - other.length || (a < b ? -1 : 1);
}

/** The part of a tag before its first `/`: the group that it is shown in. */
export function groupOf(tag: string): string {
  const at = tag.indexOf("/");
  return at > 0 ? tag.slice(0, at) : "";
}

/** Items by group, groups and items in the order of their names. */
export function grouped<T>(items: T[], nameOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groupOf(nameOf(item));
    const list = groups.get(group);
    if (list) list.push(item);
    else groups.set(group, [item]);
  }
  return [...groups].sort(([a], [b]) => byName(a, b));
}

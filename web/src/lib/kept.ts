// What this browser keeps for the board. One that refuses to keep anything, as some do by their settings, has the page all the same.
type Store = "localStorage" | "sessionStorage";

/** What was kept under a name; null where nothing was, or the browser refuses. */
export function kept(name: string, store: Store = "localStorage"): string | null {
  try {
    return globalThis[store].getItem(name);
  } catch {
    return null;
  }
}

/** Values that were kept by name. What is in their place and not ours counts as none. */
export function keptValues<T>(name: string, store?: Store): Map<string, T> {
  try {
    return new Map(Object.entries(JSON.parse(kept(name, store) ?? "{}") as Record<string, T>));
  } catch {
    return new Map();
  }
}

export function keep(name: string, value: string | ReadonlyMap<string, unknown>, store: Store = "localStorage"): void {
  try {
    globalThis[store].setItem(name, typeof value === "string" ? value : JSON.stringify(Object.fromEntries(value)));
  } catch {
    // It is there until the page is closed.
  }
}

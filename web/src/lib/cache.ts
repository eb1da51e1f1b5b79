// What has been fetched, so that the same is not asked for twice.
import { useLayoutEffect, useState } from "preact/hooks";
import { lost } from "./store";

/** Keeps the last results by key; a result that failed is forgotten. */
export class Cache<T> {
  private readonly kept = new Map<string, Promise<T>>();

  constructor(private readonly most: number) {}

  has(key: string): boolean {
    return this.kept.has(key);
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.kept.get(key);
    if (known) {
      // The last one used is the last one to go.
      this.kept.delete(key);
      this.kept.set(key, known);
      return known;
    }
    const made = make();
    this.kept.set(key, made);
    made.catch(() => { if (this.kept.get(key) === made) this.kept.delete(key); });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.most) break;
      this.kept.delete(oldest);
    }
    return made;
  }
}

/** Keeps the last state of each of many things, and lets go of those that were not asked for longest. */
export class States<T> {
  private readonly kept = new Map<string, { state: string; value: Promise<T> }>();

  constructor(private readonly most: number) {}

  /** What a thing is in a state, if that is its last one. */
  get(key: string, state: string): Promise<T> | undefined {
    const known = this.kept.get(key);
    if (known?.state !== state) return undefined;
    this.kept.delete(key);
    this.kept.set(key, known);
    return known.value;
  }

  /** What a thing was in its last state. */
  last(key: string): Promise<T> | undefined {
    return this.kept.get(key)?.value;
  }

  /** Keeps a thing in a new state; should that fail, in the one before. */
  put(key: string, state: string, value: Promise<T>): Promise<T> {
    const before = this.kept.get(key);
    this.kept.delete(key);
    this.kept.set(key, { state, value });
    value.catch(() => {
      if (this.kept.get(key)?.value !== value) return;
      if (before) this.kept.set(key, before);
      else this.kept.delete(key);
    });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.most) break;
      this.kept.delete(oldest);
    }
    return value;
  }
}

/** Why something has not come, if it has not, and what asks for it again. */
export interface Failure {
  error: string | null;
  again: () => void;
}

export interface Fetched<T> extends Failure {
  value: T | null;
}

/** How often what failed is to be asked for again: because the server is back, or because somebody says so. */
export function useAgain(failed: boolean): [number, () => void] {
  const [times, setTimes] = useState(0);
  const again = () => setTimes((times) => times + 1);
  const away = lost.value !== null;
  useLayoutEffect(() => { if (failed && !away) again(); }, [away]);
  return [times, again];
}

/** Fetches when the key changes, and holds the last value until the next one has come. A null key fetches nothing. */
export function useFetched<T>(key: string | null, make: () => Promise<T>): Fetched<T> {
  const [state, setState] = useState<{ value: T | null; error: string | null }>({ value: null, error: null });
  const [times, again] = useAgain(state.error !== null);
  // Before the page is painted, not after: the answer is on its way while that is done.
  useLayoutEffect(() => {
    if (key === null) return;
    let wanted = true;
    make().then(
      (value) => { if (wanted) setState({ value, error: null }); },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        if (wanted) setState((last) => ({ value: last.value, error: message }));
      },
    );
    return () => { wanted = false; };
  }, [key, times]);
  return { ...state, again };
}

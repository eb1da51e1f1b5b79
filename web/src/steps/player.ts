// Plays through the steps of a card.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Values } from "../lib/api";
import { view } from "../lib/view";
import { moveTo, positionOf, type Stepped } from "./position";

export interface Played extends Stepped {
  /** Asked for at each step, since a series may grow. */
  values: () => Values | null;
  /** Brings what a step shows: no step is shown before. */
  bring: (key: string) => Promise<unknown>;
}

/** What plays. */
const playing = signal<Played | null>(null);

export const plays = (card: string): boolean => playing.value?.card === card;

const wait = (milliseconds: number) => new Promise<void>((resolve) => { setTimeout(resolve, milliseconds); });

export function stop(): void {
  playing.value = null;
}

/** Plays, or stops whatever plays. */
export function turn(played: Played): void {
  if (playing.value) stop();
  else void play(played);
}

/** Steps on as fast as the view says, but never before the next picture is there. From the last step to the first. */
export async function play(played: Played): Promise<void> {
  const { card, values, bring } = played;
  playing.value = played;
  for (let begun = performance.now(); playing.value === played; begun = performance.now()) {
    const series = values();
    if (!series || series.keys.length < 2) return stop();
    const place = positionOf(card, series);
    const keys = [1, 2, 3, 4].map((ahead) => series.keys[(place + ahead) % series.keys.length]).filter((key) => key !== undefined);
    const [next, ...later] = keys.map((key) => () => bring(key).catch(() => null));
    await next?.();
    later.forEach((each) => void each());
    await wait(Math.max(4, 1000 / view.value.speed - (performance.now() - begun)));
    // Who moved the card meanwhile wants to see it there, and what follows from there on.
    const isMoved = positionOf(card, series) !== place;
    if (playing.value === played && !isMoved) moveTo(played, series, (place + 1) % series.keys.length);
  }
}

/** How many parts of the page show the steps of a card. */
const shown = new Map<string, number>();

/** Shows the steps of a card: once nothing does, it plays no longer. */
export function useSteps(card: string): void {
  useEffect(() => {
    shown.set(card, (shown.get(card) ?? 0) + 1);
    return () => {
      const rest = (shown.get(card) ?? 1) - 1;
      if (rest > 0) shown.set(card, rest);
      else shown.delete(card);
      if (rest === 0 && plays(card)) stop();
    };
  }, [card]);
}

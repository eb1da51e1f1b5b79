// Plays through the steps of a card.
import { signal } from "@preact/signals";
import type { Values } from "../lib/api";
import { view } from "../lib/view";
import { picture, prefetch } from "./pictures";
import { moveTo, positionOf } from "./position";

export interface Played {
  card: string;
  sample: number;
  /** Asked for at each step, since a series may grow. */
  values: () => Values | null;
}

/** The card that plays. */
export const playing = signal<string | null>(null);

const wait = (milliseconds: number) => new Promise<void>((resolve) => { setTimeout(resolve, milliseconds); });

export function stop(): void {
  playing.value = null;
}

/** Steps on as fast as the view says, but never before the next picture is there. From the last step to the first. */
export async function play({ card, sample, values }: Played): Promise<void> {
  playing.value = card;
  for (let shown = performance.now(); playing.value === card; shown = performance.now()) {
    const series = values();
    if (!series || series.keys.length < 2) return stop();
    const next = (positionOf(card, series) + 1) % series.keys.length;
    const key = series.keys[next];
    if (key !== undefined) await picture(key, sample).catch(() => null);
    prefetch([1, 2, 3].map((ahead) => series.keys[(next + ahead) % series.keys.length]), sample);
    await wait(Math.max(4, 1000 / view.value.speed - (performance.now() - shown)));
    if (playing.value === card) moveTo(card, series, next);
  }
}

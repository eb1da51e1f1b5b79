// Colours of runs. A run has its colour from its name and from the runs that were begun before it: those that come later
// change none, on whatever page. Somebody may pick another, which this browser keeps.
import { signal } from "@preact/signals";
import type { Run } from "./api";
import { keep, keptValues } from "./kept";

/** Hues that people who do not see all colours still tell apart, on light and dark ground. */
const PALETTE = ["#1f8a9c", "#e0751a", "#7a5fd0", "#3c9a3c", "#d14a7c", "#8c6a3f", "#3b7dd8", "#b59a00", "#c94a3a", "#5d7a8c"];

/** The nth colour: the palette first, then hues by the golden angle. */
export function colorAt(n: number): string {
  return PALETTE[n] ?? hex(n * 137.508 % 360, n % 3 === 0 ? 0.65 : 0.45, n % 2 === 0 ? 0.46 : 0.54);
}

/** Hue, saturation and lightness as `#rrggbb`, which is what a field for colours takes. */
function hex(hue: number, saturation: number, lightness: number): string {
  const part = (n: number) => {
    const k = (n + hue / 30) % 12;
    const value = lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255).toString(16).padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}

type Begun = Pick<Run, "name" | "first_wall_time">;

/** A number from a name, alike on every page (FNV-1a). */
function hash(name: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) sum = Math.imul(sum ^ name.charCodeAt(at), 0x01000193) >>> 0;
  return sum;
}

/** So many runs after those that have the palette share as many colours, and so on. More would be told apart less. */
const BLOCK = 100;

/**
 * The colours of runs: as long as some of the palette are left, those, near the place that a name asks for. Later runs have
 * others by the same rule, so that one that is deleted changes few.
 */
export function colorsOf(runs: Iterable<Begun>): Map<string, string> {
  const time = ({ first_wall_time }: Begun) => first_wall_time === null ? Infinity : Number(first_wall_time);
  const order = [...runs].sort((a, b) => (time(a) === time(b) ? 0 : time(a) - time(b)) || (a.name < b.name ? -1 : 1));
  const taken = new Set<number>();
  return new Map(order.map(({ name }, count) => {
    const beyond = count - PALETTE.length;
    const [first, size] = beyond < 0 ? [0, PALETTE.length] : [PALETTE.length + beyond - beyond % BLOCK, BLOCK];
    let place = first + hash(name) % size;
    while (taken.has(place)) place = first + (place + 1 - first) % size;
    taken.add(place);
    return [name, colorAt(place)];
  }));
}

let given = new Map<string, string>();
/** Changes with the colour of a run that had one: what is worked out from colours and held has to be worked out anew. */
export const repaints = signal(0);

/** Gives colours to the runs of the log. */
export function paint(runs: Iterable<Begun>): void {
  const before = given;
  given = colorsOf(runs);
  if ([...before].some(([run, color]) => given.has(run) && given.get(run) !== color)) repaints.value += 1;
}

const PLACE = "cenote-colours";
/** What somebody picked, by run. */
const picked = keptValues<string>(PLACE);

/** Gives a run a colour of one's own. */
export function pick(run: string, color: string): void {
  picked.set(run, color);
  changed();
}

/** Gives all runs the colours back that they had. */
export function unpick(): void {
  picked.clear();
  changed();
}

function changed(): void {
  repaints.value += 1;
  keep(PLACE, picked);
}

/** Whether any run has a colour that was picked. */
export const isPicked = (): boolean => repaints.value >= 0 && picked.size > 0;

export function colorOf(run: string): string {
  // Whoever asks is drawn again when colours change.
  repaints.value;
  let color = picked.get(run) ?? given.get(run);
  if (color === undefined) {
    color = colorAt(given.size);
    given.set(run, color);
  }
  return color;
}

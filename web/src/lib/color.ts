// Colours of runs: a run keeps its colour while the page is open, and runs that follow one another are apart.

/** Hues that people who do not see all colours still tell apart, on light and dark ground. */
const PALETTE = ["#1f8a9c", "#e0751a", "#7a5fd0", "#3c9a3c", "#d14a7c", "#8c6a3f", "#3b7dd8", "#b59a00", "#c94a3a", "#5d7a8c"];

/** The colour of the nth run: the palette first, then hues by the golden angle. */
export function colorAt(n: number): string {
  return PALETTE[n] ?? `hsl(${Math.round(n * 137.508 % 360)} ${n % 3 === 0 ? 65 : 45}% ${n % 2 === 0 ? 46 : 54}%)`;
}

const given = new Map<string, string>();

export function colorOf(run: string): string {
  let color = given.get(run);
  if (color === undefined) {
    color = colorAt(given.size);
    given.set(run, color);
  }
  return color;
}

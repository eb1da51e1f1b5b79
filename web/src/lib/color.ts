// Colours of runs: always the same for a name, and apart from each other where names follow one another.

/** Hues that people who do not see all colours still tell apart, on light and dark ground. */
const PALETTE = ["#1f8a9c", "#e0751a", "#7a5fd0", "#3c9a3c", "#d14a7c", "#8c6a3f", "#3b7dd8", "#b59a00", "#c94a3a", "#5d7a8c"];

export function colorOf(run: string, names: readonly string[]): string {
  const at = names.indexOf(run);
  return PALETTE[(at < 0 ? hash(run) : at) % PALETTE.length] ?? "#1f8a9c";
}

function hash(text: string): number {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum;
}

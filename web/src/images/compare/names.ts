// What pictures that stand side by side are called.

interface Titled {
  card: string;
  title: string;
  run: string;
}

/** A name for each card: its title, with its run where another has the same title. */
export function namesOf(all: readonly Titled[]): Map<string, string> {
  const times = new Map<string, number>();
  for (const { title } of all) times.set(title, (times.get(title) ?? 0) + 1);
  return new Map(all.map(({ card, title, run }) => [card, (times.get(title) ?? 0) > 1 ? `${title} of ${run}` : title]));
}

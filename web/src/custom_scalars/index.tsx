// Charts as the log itself has laid them out.
import { CardGrid } from "../cards/CardGrid";
import { api, type Category } from "../lib/api";
import { useFetched } from "../lib/cache";
import { Toolbar } from "../lib/controls";
import { log, type Series, series } from "../lib/store";
import type { Source } from "../scalars/loading";
import { ScalarCard } from "../scalars/ScalarCard";
import "../scalars/scalars.css";

interface Item {
  name: string;
  title: string;
  sources: Source[];
  margins: Category["charts"][number]["bands"];
}

export default function CustomScalars() {
  const { value, error } = useFetched(`${log.value?.session} ${log.value?.revision}`, api.customScalars);
  const scalars = series("scalar");
  const items = value?.categories.flatMap(({ title: category, charts }) => charts.map(({ title, lines, bands }): Item => ({
    name: `${category || "Charts"}/${title}`, title, margins: bands, sources: sourcesOf(scalars, [...lines, ...bands.flat()]),
  }))) ?? [];
  return (
    <>
      <Toolbar />
      {error && <p class="notice" role="alert">{error}</p>}
      {value && items.length === 0 && <p class="notice">The log lays out no charts.</p>}
      <CardGrid items={items} tagOf={({ name }) => name} keyOf={({ name }) => `custom ${name}`} cardWidth={360}
        heightOf={(width, wide) => wide ? 520 : Math.round(width * 0.62) + 80}>
        {({ name, title, sources, margins }) => <ScalarCard name={`custom ${name}`} title={title} sources={sources} margins={margins} />}
      </CardGrid>
    </>
  );
}

/** The series whose tags match a pattern as a whole, as TensorBoard has it. */
function sourcesOf(scalars: readonly Series[], patterns: readonly string[]): Source[] {
  const matches = patterns.map((pattern) => {
    try {
      const expression = new RegExp(`^(?:${pattern})$`);
      return (tag: string) => tag === pattern || expression.test(tag);
    } catch {
      return (tag: string) => tag === pattern;
    }
  });
  return scalars.filter(({ tag }) => matches.some((match) => match(tag.tag))).map(({ run, tag }) => ({ run: run.name, tag }));
}

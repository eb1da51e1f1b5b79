// Charts as the log itself has laid them out.
import { CardGrid } from "../cards/CardGrid";
import { api, type Category } from "../lib/api";
import { useFetched } from "../lib/cache";
import { Toolbar } from "../lib/controls";
import { log, type Series, series } from "../lib/store";
import { ScalarCard } from "../scalars/ScalarCard";
import { Tools } from "../scalars/Tools";
import { tagMatcher } from "./tags";
import "../scalars/scalars.css";

interface Item {
  name: string;
  title: string;
  sources: Series[];
  margins: Category["charts"][number]["bands"];
}

export default function CustomScalars() {
  const { value, error } = useFetched(`${log.value?.session} ${log.value?.revision}`, api.customScalars);
  const scalars = series("scalar");
  const items = value?.categories.flatMap(({ title: category, charts }) => charts.map(({ title, lines, bands }): Item => ({
    name: `${category || "Charts"}/${title}`, title, margins: bands, sources: sourcesOf(scalars, tagMatcher(lines, bands.flat())),
  }))) ?? [];
  return (
    <>
      <Toolbar><Tools /></Toolbar>
      {error && <p class="notice" role="alert">{error}</p>}
      {value && items.length === 0 && <p class="notice">The log lays out no charts.</p>}
      <CardGrid items={items} tagOf={({ name }) => name} keyOf={({ name }) => `custom ${name}`} cardWidth={360}
        heightOf={(width, wide) => wide ? 520 : Math.round(width * 0.62) + 80}>
        {({ name, title, sources, margins }) => <ScalarCard name={`custom ${name}`} title={title} sources={sources} margins={margins} />}
      </CardGrid>
    </>
  );
}

const sourcesOf = (scalars: readonly Series[], isWanted: (tag: string) => boolean): Series[] =>
  scalars.filter(({ tag }) => isWanted(tag.tag));

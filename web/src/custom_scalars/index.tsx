// Charts as the log itself has laid them out.
import { useMemo } from "preact/hooks";
import { CardGrid } from "../cards/CardGrid";
import { api, type Category } from "../lib/api";
import { useFetched } from "../lib/cache";
import { Toolbar } from "../lib/controls";
import { Failed } from "../lib/Failed";
import { runs, type Series, series, shown, statesOf } from "../lib/store";
import { view } from "../lib/view";
import { ScalarCard } from "../scalars/ScalarCard";
import { Tools } from "../scalars/Tools";
import { missingOf, tagMatcher } from "./tags";
import "../scalars/scalars.css";

interface Item {
  name: string;
  title: string;
  sources: Series[];
  margins: Category["charts"][number]["bands"];
  missing: string[];
}

export default function CustomScalars() {
  const state = useMemo(() => statesOf("custom_scalars"), [runs.value]);
  const { value, ...failed } = useFetched(state, api.customScalars);
  const items = useMemo(() => itemsOf(value?.categories ?? []), [value, runs.value, shown.value, view.value.tags]);
  return (
    <>
      <Toolbar><Tools /></Toolbar>
      <Failed {...failed} />
      {value && items.length === 0 && <p class="notice">The log lays out no charts.</p>}
      <CardGrid items={items} tagOf={({ name }) => name} keyOf={({ name }) => `custom ${name}`} cardWidth={360}
        heightOf={heightOf}>
        {({ name, title, sources, margins, missing }) => <ScalarCard name={`custom ${name}`} title={title} sources={sources} margins={margins} missing={missing} />}
      </CardGrid>
    </>
  );
}

const heightOf = (width: number, wide: boolean): number => wide ? 520 : Math.round(width * 0.62) + 80;

function itemsOf(categories: readonly Category[]): Item[] {
  const scalars = series("scalar");
  const tags = [...new Set(scalars.map(({ tag }) => tag.tag))];
  return categories.flatMap(({ title: category, charts }) => charts.map(({ title, lines, bands }): Item => {
    const isWanted = tagMatcher(lines, bands.flat());
    const sources = scalars.filter(({ tag }) => isWanted(tag.tag));
    return { name: `${category || "Charts"}/${title}`, title, margins: bands, sources, missing: missingOf(lines, bands.flat(), tags) };
  }));
}

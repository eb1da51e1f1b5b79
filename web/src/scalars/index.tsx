// Scalars: a chart for each tag, all runs in it, and a common chart of tags that are chosen.
import { CardGrid } from "../cards/CardGrid";
import { Toolbar } from "../lib/controls";
import { byName } from "../lib/match";
import { runs, type Series, series, shown } from "../lib/store";
import { titleOf } from "../lib/title";
import { show, view } from "../lib/view";
import { useMemo } from "preact/hooks";
import { ScalarCard } from "./ScalarCard";
import { Tools } from "./Tools";
import "./scalars.css";

interface Item {
  tag: string;
  title: string;
  sources: Series[];
}

export default function Scalars() {
  const { tags, overlay } = view.value;
  const items = useMemo(byTag, [runs.value, shown.value, tags]);
  const common = items.filter(({ tag }) => overlay.includes(tag)).flatMap(({ sources }) => sources);
  return (
    <>
      <Toolbar><Tools /></Toolbar>
      {items.length === 0 && <p class="notice">No scalars match <code>{tags}</code>. <button type="button" class="text" onClick={() => show({ tags: "" })}>Show all tags</button></p>}
      {common.length > 0 && (
        <div class="common-chart">
          <ScalarCard name="common chart" title={overlay.join(" + ")} sources={common} />
          <button type="button" class="text" onClick={() => show({ overlay: [] })}>Take the common chart away</button>
        </div>
      )}
      <CardGrid items={items} tagOf={({ tag }) => tag} keyOf={({ tag }) => `scalar ${tag}`} cardWidth={360}
        heightOf={(width, wide) => wide ? 520 : Math.round(width * 0.62) + 56}>
        {({ tag, title, sources }) => <ScalarCard name={`scalar ${tag}`} title={title} sources={sources} tag={tag} />}
      </CardGrid>
    </>
  );
}

function byTag(): Item[] {
  const items = new Map<string, Item>();
  for (const { run, tag } of series("scalar")) {
    const item = items.get(tag.tag) ?? { tag: tag.tag, title: titleOf(tag), sources: [] };
    item.sources.push({ run, tag });
    items.set(tag.tag, item);
  }
  return [...items.values()].sort((a, b) => byName(a.tag, b.tag));
}

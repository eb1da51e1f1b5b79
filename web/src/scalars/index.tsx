// Scalars: a chart for each tag, all runs in it, and a common chart of tags that are chosen.
import { CardGrid } from "../cards/CardGrid";
import { Toolbar } from "../lib/controls";
import { NoMatch } from "../lib/NoMatch";
import { byTag, series } from "../lib/store";
import { show, view } from "../lib/view";
import { useMemo } from "preact/hooks";
import { ScalarCard } from "./ScalarCard";
import { Tools } from "./Tools";
import "./scalars.css";

export default function Scalars() {
  const { overlay } = view.value;
  const all = series("scalar");
  const items = useMemo(() => byTag(all), [all]);
  const common = items.filter(({ tag }) => overlay.includes(tag)).flatMap(({ sources }) => sources);
  return (
    <>
      <Toolbar><Tools /></Toolbar>
      {items.length === 0 && <NoMatch what="scalars" />}
      {common.length > 0 && (
        <div class="common-chart">
          <ScalarCard name="common chart" title={overlay.join(" + ")} sources={common} />
          <button type="button" class="text" onClick={() => show({ overlay: [] })}>Take the common chart away</button>
        </div>
      )}
      <CardGrid items={items} tagOf={({ tag }) => tag} keyOf={({ tag }) => `scalar ${tag}`} cardWidth={360}
        heightOf={heightOf}>
        {({ tag, title, sources }) => <ScalarCard name={`scalar ${tag}`} title={title} sources={sources} tag={tag} />}
      </CardGrid>
    </>
  );
}

const heightOf = (width: number, wide: boolean): number => wide ? 520 : Math.round(width * 0.62) + 56;

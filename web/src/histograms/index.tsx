// Histograms: one behind the other, on one base line, or as distributions.
import { CardGrid } from "../cards/CardGrid";
import { Choice, Toolbar } from "../lib/controls";
import { NoMatch } from "../lib/NoMatch";
import { cardName, series } from "../lib/store";
import { show, view } from "../lib/view";
import { HistogramCard } from "./HistogramCard";
import "./histograms.css";

export default function Histograms() {
  const { histogram, axis } = view.value;
  const items = series("histogram");
  return (
    <>
      <Toolbar>
        <Choice label="Form" value={histogram} onChange={(histogram) => show({ histogram })}
          choices={[["offset", "Offset"], ["overlay", "Overlay"], ["distribution", "Distribution"]]} />
        <Choice label="Time" value={axis} onChange={(axis) => show({ axis })}
          choices={[["step", "Step"], ["relative", "Relative"], ["wall", "Wall"]]} />
      </Toolbar>
      {items.length === 0 && <NoMatch what="histograms" />}
      <CardGrid items={items} tagOf={({ tag }) => tag.tag} keyOf={({ run, tag }) => cardName(run.name, tag.tag)} cardWidth={360}
        heightOf={heightOf}>
        {(item) => <HistogramCard {...item} />}
      </CardGrid>
    </>
  );
}

const heightOf = (width: number, wide: boolean): number => wide ? 560 : Math.round(width * 0.6) + 90;

// Pictures: cards by group of tags, and any of them side by side.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { CardGrid } from "../cards/CardGrid";
import { Choice, Range, Toolbar } from "../lib/controls";
import { Icon } from "../lib/icons";
import { useKeys } from "../lib/keys";
import { byName } from "../lib/match";
import { NoMatch } from "../lib/NoMatch";
import { runs, type Series, series, shown, sorted } from "../lib/store";
import { show, sideBySide, view } from "../lib/view";
import { useStepKeys } from "../steps/keys";
import { LinkToggle } from "../steps/LinkToggle";
import { StepBar } from "../steps/StepBar";
import { useValues } from "../steps/values";
import { Compare } from "./compare/Compare";
import { cardOf, ImageCard, type Item, paneOf } from "./ImageCard";
import { lookKeys } from "./keys";
import { openedBy, useFocusBack } from "./opener";
import { picture as bring } from "./pictures";
import { useGrid } from "./tiles";
import { LookTools, SplitTools } from "./Tools";
import "./images.css";
import "./compare/compare.css";

export default function Images() {
  const { compare, tags, size, order } = view.value;
  const items = useMemo(() => ordered(series("image").flatMap(samplesOf), order), [runs.value, shown.value, tags, order]);
  // Who comes back from another tab has left what was compared.
  useEffect(() => () => openedBy(null), []);
  if (compare && sideBySide(view.value).length > 0) return <Compare items={everyItem(items)} />;
  const leader = items.reduce<Item | null>((most, item) => !most || item.tag.count > most.tag.count ? item : most, null);
  return (
    <>
      <Toolbar>
        {leader && <CommonSteps key={cardOf(leader)} leader={leader} />}
        <LookTools>
          <Range label="Card size" min={160} max={800} step={20} value={size} usual={280} onInput={(size) => show({ size })} />
          <Choice label="Order" value={order} onChange={(order) => show({ order })} choices={[["run", "By run"], ["tag", "By tag"]]} />
        </LookTools>
        <CompareButton items={items} />
      </Toolbar>
      {items.length === 0 && <NoMatch what="images" />}
      <CardGrid items={items} tagOf={({ tag }) => tag.tag} keyOf={cardOf} cardWidth={size} heightOf={heightOf}>
        {(item) => <ImageCard item={item} />}
      </CardGrid>
    </>
  );
}

/** Pictures are shown in a square, below a heading and above the steps; a card on a row of its own is less high. */
const heightOf = (width: number, wide: boolean): number => Math.round(wide ? Math.min(width, innerHeight * 0.7) : width) + 104;

/** Most pictures of a value that have a card each. */
const MOST_SAMPLES = 64;

function samplesOf({ run, tag }: Series): Item[] {
  return Array.from({ length: Math.min(MOST_SAMPLES, Math.max(1, tag.samples)) }, (_, sample) => ({ run, tag, sample }));
}

/** Pictures in the order of runs, as they come, or of tags. */
function ordered(items: Item[], by: "run" | "tag"): Item[] {
  return by === "run" ? items : items.sort((a, b) => byName(a.tag.tag, b.tag.tag) || a.sample - b.sample);
}

/** All pictures of the log, those that are shown first. */
function everyItem(shown: readonly Item[]): Item[] {
  const known = new Set(shown.map(cardOf));
  const all = sorted.value.flatMap((run) => run.tags.filter(({ kind }) => kind === "image").map((tag) => ({ run, tag })));
  return [...shown, ...all.flatMap(samplesOf).filter((item) => !known.has(cardOf(item)))];
}

/** The step that all cards show, along the longest series. */
function CommonSteps({ leader }: { leader: Item }) {
  const { run, tag, sample } = leader;
  const card = cardOf(leader);
  const { value: values } = useValues(run, tag);
  const grid = useGrid(values, sample);
  const steps = { card, kind: "image", bring: (key: string) => bring(key, sample) } as const;
  useKeys({ ...lookKeys(grid), ...useStepKeys({ ...steps, values }) });
  return (
    <>
      <LinkToggle />
      {view.value.linked && values && <div class="common-steps"><StepBar {...steps} values={values} label="all cards" /></div>}
      <SplitTools grid={grid} />
    </>
  );
}

/** The button's own name among what opens a comparison. */
const COMPARE = "compare";

/** Opens what is chosen side by side; where nothing is, the first few. */
function CompareButton({ items }: { items: Item[] }) {
  const { panes } = view.value;
  const button = useRef<HTMLButtonElement>(null);
  useFocusBack(COMPARE, button);
  const open = () => {
    openedBy(COMPARE);
    show({ compare: true, zoom: null, closely: panes.length > 0 ? [] : items.slice(0, 2).map(paneOf) }, true);
  };
  useKeys({ Enter: open });
  return (
    <span class="compare-button">
      <button type="button" class="button primary" ref={button} disabled={items.length === 0} onClick={open} title="Side by side (Enter)">
        <Icon name="compare" />{panes.length > 0 ? `Compare ${panes.length}` : "Compare"}
      </button>
      {panes.length > 0 && <button type="button" class="text" onClick={() => show({ panes: [] })}>Clear</button>}
    </span>
  );
}

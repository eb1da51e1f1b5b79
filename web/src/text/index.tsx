// Texts, the last first, as Markdown or as they are in the log.
import { useRef, useState } from "preact/hooks";
import { Card } from "../cards/Card";
import { CardGrid } from "../cards/CardGrid";
import { api, type Text } from "../lib/api";
import { useFetched } from "../lib/cache";
import { Toggle, Toolbar } from "../lib/controls";
import { Failed } from "../lib/Failed";
import { moment, whole } from "../lib/format";
import { NoMatch } from "../lib/NoMatch";
import { cardName, type Series, series, stateOf } from "../lib/store";
import { titleOf } from "../lib/title";
import { show, view } from "../lib/view";
import { render } from "./markdown";
import { earlier, later, MANY, type Page, pageOf } from "./pages";
import { rowsOf } from "./table";
import "./text.css";

export default function Texts() {
  const { raw } = view.value;
  const items = series("text");
  return (
    <>
      <Toolbar><Toggle label="As in the log" title="Without Markdown" pressed={raw} onChange={(raw) => show({ raw })} /></Toolbar>
      {items.length === 0 && <NoMatch what="texts" />}
      <CardGrid items={items} tagOf={({ tag }) => titleOf(tag)} keyOf={({ run, tag }) => cardName(run.name, tag.tag)} cardWidth={420}
        heightOf={heightOf}>
        {(item) => <TextCard {...item} />}
      </CardGrid>
    </>
  );
}

const heightOf = (_: number, wide: boolean): number => wide ? Math.max(360, innerHeight - 240) : 360;

function TextCard({ run, tag }: Series) {
  // The place that the texts come before: null for the last ones, until somebody scrolls in them.
  const [end, setEnd] = useState<number | null>(null);
  const page = pageOf(tag.count, end);
  const { value, ...failed } = useFetched(stateOf(run, { tag: tag.tag, count: page.end }), () => api.texts(run.name, tag.tag, MANY, page.end));
  const list = useRef<HTMLDivElement>(null);
  const title = titleOf(tag);
  const turnTo = (end: number | null) => {
    setEnd(end);
    list.current?.scrollTo(0, 0);
  };
  return (
    <Card name={cardName(run.name, tag.tag)} title={title} run={run.name} description={tag.description}>
      <Pager page={page} total={tag.count} held={end !== null} onTurn={turnTo} />
      <div class="texts" tabIndex={0} role="region" aria-label={`Texts of ${title}, ${run.name}`} ref={list}
        onScroll={({ currentTarget }) => { if (end === null && currentTarget.scrollTop > 0) setEnd(page.end); }}>
        <Failed {...failed} />
        {value?.steps.map((step, n) => ({ step, time: Number(value.wall_times[n] ?? NaN), text: value.values[n] }))
          .reverse().map(({ step, time, text }) => (
            <section key={`${step} ${time}`}>
              <h4>step {whole(step)} <span class="count">{moment(time)}</span></h4>
              {text && <Body text={text} />}
            </section>
          ))}
      </div>
    </Card>
  );
}

interface PagerProps {
  page: Page;
  total: number;
  /** Whether the page stays while others come. */
  held: boolean;
  onTurn: (end: number | null) => void;
}

/** How many texts there are, which of them are below, and the ways to the others. */
function Pager({ page, total, held, onTurn }: PagerProps) {
  const newer = total - page.end;
  const isAll = page.from === 0 && newer === 0;
  return (
    <p class="pager">
      <span class="count" role="status">{isAll ? `${whole(total)} ${total === 1 ? "text" : "texts"}`
        : `${whole(page.from + 1)} to ${whole(page.end)} of ${whole(total)} texts, the last first`}</span>
      {page.from > 0 && <button type="button" class="text" onClick={() => onTurn(earlier(page))}>Earlier</button>}
      {newer > MANY && <button type="button" class="text" onClick={() => onTurn(later(page, total))}>Later</button>}
      {held && newer > 0 && <button type="button" class="text" onClick={() => onTurn(null)}>{whole(newer)} newer</button>}
    </p>
  );
}

function Body({ text }: { text: Text }) {
  const rows = rowsOf(text);
  const only = rows.length === 1 && rows[0]?.length === 1 ? rows[0][0] : undefined;
  if (only !== undefined) return <Cell text={only} />;
  return (
    <div class="wide-table"><table><tbody>{rows.map((row, n) => (
      <tr key={n}>{row.map((cell, m) => <td key={m}><Cell text={cell} /></td>)}</tr>
    ))}</tbody></table></div>
  );
}

/** What `render` gives holds no HTML of the text's own. */
const Cell = ({ text }: { text: string }) => view.value.raw
  ? <pre>{text}</pre> : <div class="markdown" dangerouslySetInnerHTML={{ __html: render(text) }} />;

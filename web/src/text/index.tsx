// Texts, the last first, as Markdown or as they are in the log.
import { useState } from "preact/hooks";
import { Card } from "../cards/Card";
import { CardGrid } from "../cards/CardGrid";
import { api, type Text } from "../lib/api";
import { useFetched } from "../lib/cache";
import { Toggle, Toolbar } from "../lib/controls";
import { moment, whole } from "../lib/format";
import { cardName, type Series, series, stateOf } from "../lib/store";
import { show, view } from "../lib/view";
import { render } from "./markdown";
import { rowsOf } from "./table";
import "./text.css";

/** How many texts of a tag are shown at first, and more each time. */
const MANY = 50;

export default function Texts() {
  const { raw, tags } = view.value;
  const items = series("text");
  return (
    <>
      <Toolbar><Toggle label="As in the log" title="Without Markdown" pressed={raw} onChange={(raw) => show({ raw })} /></Toolbar>
      {items.length === 0 && <p class="notice">No text matches <code>{tags}</code>.</p>}
      <CardGrid items={items} tagOf={({ tag }) => tag.tag} keyOf={({ run, tag }) => cardName(run.name, tag.tag)} cardWidth={420}
        heightOf={(_, wide) => wide ? Math.max(360, innerHeight - 240) : 360}>
        {(item) => <TextCard {...item} />}
      </CardGrid>
    </>
  );
}

function TextCard({ run, tag }: Series) {
  const [limit, setLimit] = useState(MANY);
  const { value, error } = useFetched(`${limit} ${stateOf(run, tag)}`, () => api.texts(run.name, tag.tag, limit));
  const title = (tag.display_name || tag.tag).replace(/\/text_summary$/, "");
  return (
    <Card name={cardName(run.name, tag.tag)} title={title} run={run.name} description={tag.description}>
      <div class="texts" tabIndex={0} role="region" aria-label={`Texts of ${title}, ${run.name}`}>
        {error && <p class="failed" role="alert">{error}</p>}
        {value?.steps.map((step, n) => ({ step, time: value.wall_times[n] ?? NaN, text: value.values[n] }))
          .reverse().map(({ step, time, text }, n) => (
            <section key={`${step} ${n}`}>
              <h4>step {whole(step)} <span class="count">{moment(Number(time))}</span></h4>
              {text && <Body text={text} />}
            </section>
          ))}
        {value && value.total > value.steps.length && (
          <button type="button" class="button" onClick={() => setLimit(limit * 2)}>{whole(value.total - value.steps.length)} more</button>
        )}
      </div>
    </Card>
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

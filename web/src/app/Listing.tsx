// What the log holds of kinds that no view draws: nothing is silently missing, and all of it can be saved.
import { useState } from "preact/hooks";
import { api, type Kind } from "../lib/api";
import { colorOf } from "../lib/color";
import { Toolbar } from "../lib/controls";
import { fileName } from "../lib/files";
import { bytes, whole } from "../lib/format";
import { NoMatch } from "../lib/NoMatch";
import { cardName, log, type Series, series } from "../lib/store";
import { titleOf } from "../lib/title";
import { Embeddings } from "./Embeddings";

export function Listing({ kinds }: { kinds: readonly Kind[] }) {
  const found = series(...kinds);
  return (
    <>
      <Toolbar />
      <p class="notice">Graphs, meshes and embeddings are not drawn here; what the log holds of them can be saved. TensorBoard
        draws them: <code>tensorboard --logdir {log.value?.logdir}</code></p>
      <Embeddings />
      <div class="listing" tabIndex={0} role="region" aria-label="Values without a view">
        <table>
          <thead><tr><th>Tag</th><th>Run</th><th>Kind</th><th>Values</th><th>Steps</th><th>Size</th><th>Save</th></tr></thead>
          <tbody>{found.map((each) => <Row key={cardName(each.run.name, each.tag.tag)} {...each} />)}</tbody>
        </table>
        {found.length === 0 && <NoMatch what="tags" />}
      </div>
    </>
  );
}

function Row({ run, tag }: Series) {
  return (
    <tr>
      <td title={tag.description}>{titleOf(tag)}</td>
      <td><span class="dot" style={{ background: colorOf(run.name) }} /> {run.name}</td>
      <td>{tag.plugin || tag.kind}</td>
      <td class="number">{whole(tag.count)}</td>
      <td class="number">{tag.first_step === tag.last_step ? whole(tag.last_step) : `${whole(tag.first_step)} to ${whole(tag.last_step)}`}</td>
      <td class="number">{bytes(tag.size)}</td>
      <td><Save run={run.name} tag={tag.tag} /></td>
    </tr>
  );
}

/** Saves the last value as it is in the file. */
function Save({ run, tag }: { run: string; tag: string }) {
  const [error, setError] = useState<string | null>(null);
  const save = async () => {
    const { keys } = await api.values(run, tag);
    const key = keys.at(-1);
    if (key === undefined) throw new Error("it has no value");
    const link = document.createElement("a");
    link.href = `/api/record/${key}`;
    link.download = fileName([tag], "pb");
    link.click();
  };
  return (
    <button type="button" class="text" aria-label={`Save ${tag} of ${run}`} title="The last value, as it is in the file"
      onClick={() => { save().catch((failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure))); }}>
      {error ?? "record"}
    </button>
  );
}

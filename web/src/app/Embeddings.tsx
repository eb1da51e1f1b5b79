// Embeddings lie in files of their own, of which event files tell nothing.
import { runs } from "../lib/store";

/** Names of runs that a line takes. */
const MOST = 5;

/** Which runs have embeddings, and what else there is to say of them; nothing where no run has any. */
export function Embeddings({ children }: { children?: preact.ComponentChildren }) {
  const names = [...runs.value.values()].filter((run) => run.embeddings).map((run) => run.name);
  if (names.length === 0) return null;
  const more = names.length - MOST;
  return (
    <p class="notice">
      Embeddings lie beside the event files of {names.slice(0, MOST).map((name, at) => <>{at > 0 && ", "}<code>{name}</code></>)}
      {more > 0 && ` and ${more} more`}. {children}
    </p>
  );
}

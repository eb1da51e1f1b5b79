// How the log is doing: read so far, live, or damaged.
import { useRef } from "preact/hooks";
import { bytes, whole } from "../lib/format";
import { Icon } from "../lib/icons";
import { log, lost, progress, runs } from "../lib/store";
import { Problems } from "./Problems";

export function Status() {
  const { done, total, complete } = progress.value;
  const damaged = [...runs.value.values()].reduce((sum, run) => sum + run.damage, 0) + (log.value?.problems.length ?? 0);
  const reading = !complete && total > 0;
  const text = lost.value !== null ? "No server" : reading ? "Reading" : "Live";
  const state = lost.value !== null ? "lost" : reading ? "reading" : "live";
  return (
    <div class="status">
      {damaged > 0 && log.value?.exists && <Damage count={damaged} />}
      <span class={`lamp ${state}`} role="status">
        {/* Who hears the page is told that it is read, not each percent. */}
        {text}{state === "reading" && <span aria-hidden="true" title={`${bytes(done)} of ${bytes(total)} read`}>{Math.floor(100 * done / total)} %</span>}
      </span>
      {reading && <progress class="reading" aria-label="Read so far" max={total} value={done} />}
    </div>
  );
}

function Damage({ count }: { count: number }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const about = log.value;
  return (
    <>
      <button type="button" class="damage" onClick={() => dialog.current?.showModal()}>
        <Icon name="warning" />{whole(count)} {count === 1 ? "problem" : "problems"}
      </button>
      <dialog ref={dialog} class="sheet" aria-label="Problems of the log">
        <header>
          <h2>Problems of the log</h2>
          <button type="button" class="icon" aria-label="Close" onClick={() => dialog.current?.close()}><Icon name="close" /></button>
        </header>
        <p>What is damaged was left out; everything else is shown.</p>
        {about && <Problems log={about} />}
      </dialog>
    </>
  );
}

// What the page says when there is nothing to show: why, and what to do.
import { shown, kinds, log, progress, reconnect, runs } from "../lib/store";
import { show, view } from "../lib/view";
import type { ViewOfKinds } from "../views";
import { Embeddings } from "./Embeddings";
import { Problems } from "./Problems";

/** Whether a view has nothing to show. */
export function nothing(current: ViewOfKinds | undefined): boolean {
  return !current?.kinds.some((kind) => kinds.value.has(kind)) || shown.value.length === 0;
}

export function Nothing({ view: current }: { view: ViewOfKinds | undefined }) {
  const about = log.value;
  if (!about) return null;
  const { complete, total } = progress.value;
  if (!about.exists) {
    return (
      <State title="There is no such directory yet">
        <p><code>{about.logdir}</code> does not exist. As soon as it does, it is shown here.</p>
        <p>Write a log to it, or stop the board and name another directory:</p>
        <pre>cenote run --logdir {about.logdir}{"\n"}cenote board --logdir DIR</pre>
      </State>
    );
  }
  if (runs.value.size === 0 && !complete) {
    return <State title="Reading the log"><p>What has been read is shown at once. {total === 0 && "Looking for event files…"}</p></State>;
  }
  if (runs.value.size === 0) {
    return (
      <State title="No event files yet">
        <p><code>{about.logdir}</code> holds no file whose name has “tfevents” in it, in no folder. New ones are shown as they come.</p>
        <p>Write one, from the command line or from PyTorch:</p>
        <pre>cenote run --logdir {about.logdir}</pre>
        <pre>SummaryWriter({JSON.stringify(about.logdir)})</pre>
      </State>
    );
  }
  if (kinds.value.size === 0 && complete) {
    const isDamaged = about.problems.length + about.damage.length > 0;
    return (
      <State title={isDamaged ? "Nothing that can be read in this log yet" : "No values in this log yet"}>
        <p><code>{about.logdir}</code> holds event files, but no value that the board can show. What is written to them is shown as it comes.</p>
        {isDamaged ? <><p>What is wrong with them:</p><Problems log={about} /></>
          : <Embeddings>TensorBoard draws them: <code>tensorboard --logdir {about.logdir}</code></Embeddings>}
      </State>
    );
  }
  if (shown.value.length === 0) {
    const filtered = view.value.runs !== "";
    return (
      <State title={filtered ? "No run matches" : "All runs are hidden"}>
        <p>{filtered ? <>No visible run matches <code>{view.value.runs}</code>.</> : "Show some of them in the list of runs."}</p>
        <p><button type="button" class="button" onClick={() => show({ hidden: [], visible: [], runs: "" })}>Show all runs</button></p>
      </State>
    );
  }
  return (
    <State title={`No ${current?.title.toLowerCase() ?? "values"} in this log`}>
      <p>{complete ? "What the log holds is in the other tabs." : "Not so far: the log is still being read."}</p>
    </State>
  );
}

function State({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return <section class="state"><h2>{title}</h2>{children}</section>;
}

/** The line that says that the server is gone. */
export function Lost({ reason }: { reason: string }) {
  return (
    <p class="server-gone" role="alert">
      <span><strong>The board does not answer</strong> ({reason}). What is on the page stays; it goes on as soon as the board
        does. If it was stopped, start it again: <code>cenote board{log.value ? ` --logdir ${log.value.logdir}` : ""}</code></span>
      <button type="button" class="button" onClick={reconnect}>Try now</button>
    </p>
  );
}

// The runs: found, hidden, pinned.
import { useMemo } from "preact/hooks";
import type { Run } from "../lib/api";
import { colorOf } from "../lib/color";
import { bytes, moment, whole } from "../lib/format";
import { Chevron, Icon } from "../lib/icons";
import { Search } from "../lib/Search";
import { matcher } from "../lib/match";
import { runs, shown, sorted } from "../lib/store";
import { show, toggled, view } from "../lib/view";
import { VirtualList } from "../lib/VirtualList";
import { type Node, rows, tree } from "./tree";
import { isVisible, only, type Rules, setVisible, visibility } from "./visibility";

const ROW = 32;

export function RunList() {
  const { runs: filter, folded, pinned } = view.value;
  const all = sorted.value;
  const listed = useMemo(() => {
    const found = all.filter((run) => matcher(filter)(run.name));
    const kept = found.filter((run) => pinned.includes(run.name)).map(alone);
    // Whoever searches wants to see what was found.
    const closed = new Set(filter ? [] : folded);
    return [...kept, ...rows(tree(found.filter((run) => !pinned.includes(run.name))), closed)];
  }, [all, filter, folded, pinned]);
  const shownNow = visibility(view.value);
  const everything = isVisible("", view.value) && view.value.hidden.length === 0;
  return (
    <>
      <div class="runs-head">
        <h2>Runs <span class="count">{shown.value.length === runs.value.size
          ? whole(runs.value.size) : `${whole(shown.value.length)} of ${whole(runs.value.size)}`}</span></h2>
        <button type="button" class="text" onClick={() => show(setVisible("", !everything, view.value))}>
          {everything ? "Hide all" : "Show all"}
        </button>
      </div>
      <Search label="Filter runs" value={filter} onInput={(runs) => show({ runs })} />
      <VirtualList class="run-rows" label="Runs" items={listed} rowHeight={ROW} keyOf={(node) => node.path}>
        {(node) => <Row node={node} shown={node.run ? shownNow(node.path) : isVisible(node.path, view.value)}
          pinned={pinned.includes(node.path)} open={filter !== "" || node.folder === null || !folded.includes(node.folder)} />}
      </VirtualList>
      {listed.length === 0 && runs.value.size > 0 && <p class="quiet pad">No run matches.</p>}
    </>
  );
}

const alone = (run: Run): Node => ({ label: run.name, path: run.name, run, folder: null, children: [], runs: 1, depth: 0 });

/** Shows or hides a run, or a folder, or what is both. */
function turn({ path, run, folder }: Node, shown: boolean): void {
  let rules: Rules = view.value;
  if (run) rules = setVisible(path, shown, rules);
  if (folder !== null) rules = setVisible(folder, shown, rules);
  show({ hidden: rules.hidden, visible: rules.visible });
}

function Row({ node, shown, pinned, open }: { node: Node; shown: boolean; pinned: boolean; open: boolean }) {
  const { run, path, folder, label, depth } = node;
  const count = run ? node.runs - 1 : node.runs;
  return (
    <div class={shown ? "run" : "run off"} style={{ paddingLeft: `${8 + depth * 14}px` }}>
      {folder === null ? <span class="fold" /> : (
        <button type="button" class="icon fold" aria-expanded={open} aria-label={`Folder ${folder}`}
          onClick={() => show({ folded: toggled(view.value.folded, folder) })}><Chevron open={open} /></button>
      )}
      {run && <span class="dot" style={{ background: colorOf(path) }} />}
      <button type="button" class="label" aria-pressed={shown} title={run ? about(run) : `${path}: ${whole(node.runs)} runs`}
        onClick={() => turn(node, !shown)}>
        <bdi>{label}</bdi>{count > 0 && <span class="count">{whole(count)}</span>}
      </button>
      {run && run.damage > 0 && <span class="damaged" title={`${run.damage} damaged places`}><Icon name="warning" /></span>}
      <button type="button" class="text solo" title={`Show ${path} alone`} onClick={() => show(only(path))}>only</button>
      {run && (
        <button type="button" class="icon pin" aria-pressed={pinned} aria-label={`Pin ${path}`} title="Keep at the top"
          onClick={() => show({ pinned: toggled(view.value.pinned, path) })}><Icon name="pin" /></button>
      )}
    </div>
  );
}

function about(run: Run): string {
  const begun = run.first_wall_time === null ? "" : `\nbegun ${moment(Number(run.first_wall_time))}`;
  return `${run.name}\n${whole(run.tags.length)} tags, ${whole(run.records)} records, ${bytes(run.size)}${begun}`;
}

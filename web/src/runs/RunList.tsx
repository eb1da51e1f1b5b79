// The runs: found, hidden, pinned.
import { useMemo } from "preact/hooks";
import type { Run } from "../lib/api";
import { colorOf, isPicked, pick, unpick } from "../lib/color";
import { bytes, moment, whole } from "../lib/format";
import { Chevron, Icon } from "../lib/icons";
import { Search } from "../lib/Search";
import { matcher } from "../lib/match";
import { runs, shown, sorted } from "../lib/store";
import { show, toggled, view } from "../lib/view";
import { VirtualList } from "../lib/VirtualList";
import { type Node, rows, tree } from "./tree";
import { isVisible, only, type Rules, setEach, setVisible, visibility } from "../lib/visibility";

const ROW = 32;

export function RunList() {
  const { runs: filter, folded, pinned } = view.value;
  const all = sorted.value;
  const match = matcher(filter);
  const found = useMemo(() => all.filter(({ name }) => match(name)), [all, filter]);
  const listed = useMemo(() => {
    const kept = found.filter((run) => pinned.includes(run.name)).map(alone);
    // Whoever searches wants to see what was found.
    const closed = new Set(filter ? [] : folded);
    return [...kept, ...rows(tree(found.filter((run) => !pinned.includes(run.name))), closed)];
  }, [found, folded, pinned]);
  const shownNow = visibility(view.value);
  return (
    <>
      <div class="runs-head">
        <h2>Runs <span class="count">{shown.value.length === runs.value.size
          ? whole(runs.value.size) : `${whole(shown.value.length)} of ${whole(runs.value.size)}`}</span></h2>
        <TurnAll found={found} all={all} />
      </div>
      <Search label="Filter runs" value={filter} onInput={(runs) => show({ runs })} />
      {listed.length === 0 && runs.value.size > 0 && <p class="quiet pad" role="status">No run matches.</p>}
      <VirtualList class="run-rows" label="Runs" items={listed} rowHeight={ROW} keyOf={(node) => node.path}>
        {(node) => <Row node={node} shown={node.run ? shownNow(node.path) : isVisible(node.path, view.value)}
          pinned={pinned.includes(node.path)} open={filter !== "" || node.folder === null || !folded.includes(node.folder)} />}
      </VirtualList>
      {isPicked() && <button type="button" class="text pad" onClick={unpick}>Give back the colours that were picked</button>}
    </>
  );
}

/** Shows or hides all runs, or those that the filter leaves. */
function TurnAll({ found, all }: { found: readonly Run[]; all: readonly Run[] }) {
  const { hidden, runs: filter } = view.value;
  const shownNow = visibility(view.value);
  const areShown = filter ? found.every(({ name }) => shownNow(name)) : hidden.length === 0;
  const names = (runs: readonly Run[]) => runs.map(({ name }) => name);
  return (
    <button type="button" class="text" disabled={found.length === 0} title={filter ? "The runs that match the filter; the others stay as they are" : undefined}
      onClick={() => show(filter ? setEach(names(found), names(all), !areShown, view.value) : setVisible("", !areShown, view.value))}>
      {areShown ? "Hide" : "Show"} {filter ? `these ${whole(found.length)}` : "all"}
    </button>
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
      {run && (
        <label class="dot" style={{ background: colorOf(path) }} title={`Pick a colour for ${path}`}>
          <input type="color" aria-label={`Colour of ${path}`} value={colorOf(path)} onChange={(event) => pick(path, event.currentTarget.value)} />
        </label>
      )}
      <button type="button" class="label" aria-pressed={shown} title={run ? about(run) : `${path}: ${whole(node.runs)} runs`}
        onClick={() => turn(node, !shown)}>
        <bdi>{label}</bdi>{count > 0 && <span class="count">{whole(count)}</span>}
        {run && run.damage > 0 && <Damaged places={run.damage} />}
      </button>
      <button type="button" class="text solo" aria-label={`Show only ${path}`} title={`Show ${path} alone`} onClick={() => show(only(path))}>only</button>
      {run && (
        <button type="button" class="icon pin" aria-pressed={pinned} aria-label={`Pin ${path}`} title="Keep at the top"
          onClick={() => show({ pinned: toggled(view.value.pinned, path) })}><Icon name="pin" /></button>
      )}
    </div>
  );
}

function Damaged({ places }: { places: number }) {
  const told = `${whole(places)} damaged ${places === 1 ? "place" : "places"}`;
  return <span class="damaged" role="img" aria-label={told} title={told}><Icon name="warning" /></span>;
}

function about(run: Run): string {
  const begun = run.first_wall_time === null ? "" : `\nbegun ${moment(Number(run.first_wall_time))}`;
  return `${run.name}\n${whole(run.tags.length)} tags, ${whole(run.records)} records, ${bytes(run.size)}${begun}`;
}

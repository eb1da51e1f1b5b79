// Hyperparameters and metrics of sessions: as lines over parallel axes, and as a table.
import { useMemo } from "preact/hooks";
import { api } from "../lib/api";
import { useFetched } from "../lib/cache";
import { colorOf } from "../lib/color";
import { Failed } from "../lib/Failed";
import { Search } from "../lib/Search";
import { runs, shown, statesOf } from "../lib/store";
import { type Filter, type Link, linkTo, show, type SortOrder, view } from "../lib/view";
import { formatValue } from "../scalars/x_axis";
import { Filters } from "./Filters";
import { axisOf, brushFilter, type ParallelAxis, telling } from "./parallel";
import { Parallel } from "./Parallel";
import { columnsOf, sessionsOf } from "./sessions";
import { type Column, filterSessions, nextOrder, SESSION_COLUMN, type Session, sortSessions } from "./table";
import "./hparams.css";

export default function Hparams() {
  // Metrics are scalars of the run that says which session it is.
  const state = useMemo(() => statesOf("hparams", "scalar"), [runs.value]);
  const { value, ...failed } = useFetched(state, api.hparams);
  const { sessions: search, sorted } = view.value;
  const order = sorted ?? undefined;
  const filters = useMemo(() => new Map(Object.entries(view.value.filters)), [view.value.filters]);
  const setFilters = (filters: ReadonlyMap<string, Filter>) => show({ filters: Object.fromEntries(filters) });
  const isShown = new Set(shown.value.map(({ name }) => name));
  const all = useMemo(() => value ? sessionsOf(value).filter(({ name }) => isShown.has(name)) : [], [value, shown.value]);
  const columns = useMemo(() => value ? columnsOf(value) : [], [value]);
  const { scales } = view.value;
  const axes = useMemo(() => telling(all, columns).map((column) => axisOf(all, column, scales[column.id])), [all, columns, scales]);
  const found = sortSessions(filterSessions(all, filters, search), order);
  const filter = (column: string, filter: Filter | null) => {
    const next = new Map(filters);
    if (filter) next.set(column, filter);
    else next.delete(column);
    setFilters(next);
  };
  const brush = (place: number, part: [number, number] | null) => {
    const axis = axes[place];
    if (axis) filter(axis.column.id, part && brushFilter(axis, ...part));
  };
  const scale = (place: number, kind: "linear" | "log") => {
    const axis = axes[place];
    if (axis) show({ scales: { ...scales, [axis.column.id]: kind } });
  };
  return (
    <>
      <div class="toolbar" role="group" aria-label="View">
        <div class="tag-filter"><Search label="Search sessions" plain value={search} onInput={(sessions) => show({ sessions })} /></div>
        <span class="count" role="status">{found.length} of {all.length} sessions</span>
        {axes.length > 1 && <Shade axes={axes} />}
        {filters.size > 0 && <button type="button" class="text" onClick={() => setFilters(new Map())}>Remove {filters.size === 1 ? "the filter" : "all filters"}</button>}
      </div>
      <Failed {...failed} />
      {axes.length > 1 && <Parallel axes={axes} sessions={all} found={found} filters={filters}
        shade={axes.find(({ column }) => column.id === view.value.shade)} onBrush={brush} onScale={scale} />}
      {axes.length > 0 && <Filters columns={axes.map(({ column }) => column)} sessions={all} filters={filters} onFilter={filter} />}
      <Table columns={columns} sessions={found} order={order} onOrder={(order) => show({ sorted: order ?? null })} />
    </>
  );
}

/** What colours lines: their runs, or the values of an axis. */
function Shade({ axes }: { axes: readonly ParallelAxis[] }) {
  return (
    <label class="shade-by">Colour by{" "}
      <select value={view.value.shade} onChange={(event) => show({ shade: event.currentTarget.value })}>
        <option value="">run</option>
        {axes.map(({ column: { id, name } }) => <option key={id} value={id}>{name}</option>)}
      </select>
    </label>
  );
}

/** A link to the scalars of a session alone: of its run, and of the run that torch's `add_hparams` puts it into. */
function toRun(name: string): Link {
  const above = name.slice(0, name.lastIndexOf("/"));
  return linkTo({ tab: "scalars", runs: "", hidden: [""], visible: runs.value.has(above) ? [above, name] : [name] });
}

interface TableProps {
  columns: readonly Column[];
  sessions: readonly Session[];
  order: SortOrder | undefined;
  onOrder: (order: SortOrder | undefined) => void;
}

function Table({ columns, sessions, order, onOrder }: TableProps) {
  const head = ({ id, name }: { id: string; name: string }) => {
    const sorted = order?.column === id;
    return (
      <th key={id} aria-sort={sorted ? order.descending ? "descending" : "ascending" : "none"}>
        <button type="button" class="sort" onClick={() => onOrder(nextOrder(order, id))}>{name}{sorted && (order.descending ? " ↓" : " ↑")}</button>
      </th>
    );
  };
  return (
    <div class="listing" tabIndex={0} role="region" aria-label="Sessions">
      <table>
        <thead><tr>{head({ id: SESSION_COLUMN, name: "Session" })}<th>Status</th>{columns.map(head)}</tr></thead>
        <tbody>
          {sessions.map((session) => (
            <tr key={session.name}>
              <td><span class="dot" style={{ background: colorOf(session.name) }} /> <a {...toRun(session.name)}>{session.name}</a></td>
              <td>{session.status}</td>
              {columns.map(({ id }) => {
                const value = session.values.get(id);
                return <td key={id} class="number">{typeof value === "number" ? formatValue(value) : value === undefined ? "–" : String(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// Hyperparameters and metrics of sessions: as lines over parallel axes, and as a table.
import { useMemo } from "preact/hooks";
import { api } from "../lib/api";
import { useFetched } from "../lib/cache";
import { colorOf } from "../lib/color";
import { Search } from "../lib/Search";
import { log, shown } from "../lib/store";
import { show, view } from "../lib/view";
import { formatValue } from "../scalars/x_axis";
import { axisOf, brushFilter } from "./parallel";
import { Parallel } from "./Parallel";
import { columnsOf, sessionsOf } from "./sessions";
import { type Column, type Filter, filterSessions, nextOrder, SESSION_COLUMN, type Session, type SortOrder, sortSessions } from "./table";
import "./hparams.css";

export default function Hparams() {
  const { value, error } = useFetched(`${log.value?.session} ${log.value?.revision}`, api.hparams);
  const { sessions: search, sorted } = view.value;
  const order = sorted ?? undefined;
  const filters = useMemo(() => new Map(Object.entries(view.value.filters)), [view.value.filters]);
  const setFilters = (filters: ReadonlyMap<string, Filter>) => show({ filters: Object.fromEntries(filters) });
  const isShown = new Set(shown.value.map(({ name }) => name));
  const all = useMemo(() => value ? sessionsOf(value).filter(({ name }) => isShown.has(name)) : [], [value, shown.value]);
  const columns = useMemo(() => value ? columnsOf(value) : [], [value]);
  const axes = useMemo(() => columns.map((column) => axisOf(all, column)), [all, columns]);
  const found = sortSessions(filterSessions(all, filters, search), order);
  const brush = (place: number, part: [number, number] | null) => {
    const axis = axes[place];
    if (!axis) return;
    const next = new Map(filters);
    if (part) next.set(axis.column.id, brushFilter(axis, ...part));
    else next.delete(axis.column.id);
    setFilters(next);
  };
  return (
    <>
      <div class="toolbar" role="toolbar" aria-label="View">
        <div class="tag-filter"><Search label="Search sessions" plain value={search} onInput={(sessions) => show({ sessions })} /></div>
        <span class="count" role="status">{found.length} of {all.length} sessions</span>
        {filters.size > 0 && <button type="button" class="text" onClick={() => setFilters(new Map())}>Remove {filters.size === 1 ? "the filter" : "all filters"}</button>}
      </div>
      {error && <p class="notice" role="alert">{error}</p>}
      {axes.length > 1 && <Parallel axes={axes} sessions={all} found={found} filters={filters} onBrush={brush} />}
      <Table columns={columns} sessions={found} order={order} onOrder={(order) => show({ sorted: order ?? null })} />
    </>
  );
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
              <td><span class="dot" style={{ background: colorOf(session.name) }} /> {session.name}</td>
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

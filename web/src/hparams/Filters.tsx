// Filters of sessions by fields: what a drag along an axis does, for keys and for fingers.
import type { Filter } from "../lib/view";
import { distinctValues, type Column, isNumeric, type Session } from "./table";

interface Props {
  columns: readonly Column[];
  sessions: readonly Session[];
  filters: ReadonlyMap<string, Filter>;
  onFilter: (column: string, filter: Filter | null) => void;
}

export function Filters({ columns, sessions, filters, onFilter }: Props) {
  return (
    <details class="session-filters">
      <summary class="toggle">Filters{filters.size > 0 && ` (${filters.size})`}</summary>
      <div class="fields">
        {columns.map((column) => {
          const fields = { column, filter: filters.get(column.id), onFilter: (filter: Filter | null) => onFilter(column.id, filter) };
          return (
            <fieldset key={column.id}>
              <legend>{column.name}</legend>
              {isNumeric(sessions, column.id) ? <Bounds {...fields} /> : <Values {...fields} values={distinctValues(sessions, column.id)} />}
            </fieldset>
          );
        })}
      </div>
    </details>
  );
}

interface FieldsProps {
  column: Column;
  filter: Filter | undefined;
  onFilter: (filter: Filter | null) => void;
}

type Range = Extract<Filter, { kind: "range" }>;

function Bounds({ column, filter, onFilter }: FieldsProps) {
  const range: Range = filter?.kind === "range" ? filter : { kind: "range" };
  const field = (name: "min" | "max", label: string) => (
    <label>{label} <input type="number" step="any" value={range[name] ?? ""} aria-label={`${column.name} ${label}`} onChange={(event) => {
      const { [name]: _, ...rest }: Range = range;
      const typed = event.currentTarget.valueAsNumber;
      const next: Range = Number.isFinite(typed) ? { ...rest, [name]: typed } : rest;
      onFilter(next.min === undefined && next.max === undefined ? null : next);
    }} /></label>
  );
  return <>{field("min", "from")} {field("max", "to")}</>;
}

function Values({ column, filter, values, onFilter }: FieldsProps & { values: readonly string[] }) {
  const allowed = filter?.kind === "values" ? filter.allowed : values;
  return <>{values.map((value) => (
    <label key={value}>
      <input type="checkbox" checked={allowed.includes(value)} aria-label={`${column.name} ${value}`} onChange={(event) => {
        const next = values.filter((each) => each === value ? event.currentTarget.checked : allowed.includes(each));
        onFilter(next.length === values.length ? null : { kind: "values", allowed: next });
      }} /> <span title={value}>{value}</span>
    </label>
  ))}</>;
}

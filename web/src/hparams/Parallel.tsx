// Sessions as lines over parallel axes. Dragging along an axis keeps the sessions that pass there.
import { useState } from "preact/hooks";
import { colorOf } from "../lib/color";
import type { Filter } from "../lib/view";
import { formatValue } from "../scalars/x_axis";
import { brushOf, lineOf, type ParallelAxis, shadeOf, ticksOf } from "./parallel";
import type { Session } from "./table";

interface Props {
  axes: readonly ParallelAxis[];
  sessions: readonly Session[];
  found: readonly Session[];
  filters: ReadonlyMap<string, Filter>;
  /** The axis whose values colour the lines; none is the runs. */
  shade: ParallelAxis | undefined;
  /** The part of an axis, 0 to 1 from below, that sessions must pass; null for all. */
  onBrush: (axis: number, part: [number, number] | null) => void;
  onScale: (axis: number, kind: "linear" | "log") => void;
}

const WIDTH = 150;
const TOP = 34;
const HEIGHT = 220;
const MARGIN = 70;
/** Left of the first axis are the names of its values. */
const LEFT = 130;
/** Most characters of a name above an axis, and of a value between two. */
const MOST = 18;
/** A drag below this part of an axis is a click, which takes a filter away. */
const CLICK = 0.02;

const y = (place: number): number => TOP + HEIGHT * (1 - place);
const x = (axis: number): number => LEFT + axis * WIDTH;
const short = (text: string): string => text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text;

export function Parallel({ axes, sessions, found, filters, shade, onBrush, onScale }: Props) {
  const passing = new Set(found.map(({ name }) => name));
  const width = LEFT + MARGIN + (axes.length - 1) * WIDTH;
  return (
    <div class="parallel" tabIndex={0} role="region" aria-label="Parallel coordinates: drag along an axis to filter">
      <svg width={width} height={TOP + HEIGHT + 32} role="group" aria-label={`${found.length} of ${sessions.length} sessions over ${axes.length} axes`}>
        {sessions.map((session) => lineOf(axes, session).filter((part) => part.length > 1).map((part, n) => (
          <polyline key={`${session.name} ${n}`} class={passing.has(session.name) ? "" : "out"} style={{ stroke: shade ? shadeOf(shade, session) : colorOf(session.name) }}
            points={part.map(({ axis, at }) => `${x(axis)},${y(at).toFixed(1)}`).join(" ")}><title>{session.name}</title></polyline>
        )))}
        {axes.map((axis, n) => (
          <Axis key={axis.column.id} axis={axis} left={x(n)} filter={filters.get(axis.column.id)}
            onBrush={(part) => onBrush(n, part)} onScale={(kind) => onScale(n, kind)} />
        ))}
      </svg>
    </div>
  );
}

interface AxisProps {
  axis: ParallelAxis;
  left: number;
  filter: Filter | undefined;
  onBrush: (part: [number, number] | null) => void;
  onScale: (kind: "linear" | "log") => void;
}

function Axis({ axis, left, filter, onBrush, onScale }: AxisProps) {
  const [start, setStart] = useState<number | null>(null);
  const brush = brushOf(axis, filter);
  const placeOf = (event: PointerEvent & { currentTarget: SVGRectElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = 1 - (event.clientY - box.top) / box.height;
    // The ends are easily reached: what lies there is the best and the worst.
    return place > 1 - CLICK ? 1 : place < CLICK ? 0 : place;
  };
  return (
    <g>
      <text class="name" x={left} y={16} text-anchor="middle"><title>{axis.column.name}</title>{short(axis.column.name)}</text>
      <line class="axis" x1={left} x2={left} y1={TOP} y2={TOP + HEIGHT} />
      {ticksOf(axis, 6).map(({ at, value }) => (
        <text key={at} class="tick" x={left - 6} y={y(at) + 4} text-anchor="end"><title>{String(value)}</title>{typeof value === "number" ? formatValue(value, 3) : short(value)}</text>
      ))}
      {brush && <rect class="brush" x={left - 7} width={14} y={y(Math.max(brush.from, brush.to))} height={Math.abs(brush.to - brush.from) * HEIGHT} />}
      <rect class="grip" x={left - 14} width={28} y={TOP} height={HEIGHT}
        onPointerDown={(event) => {
          // A finger scrolls the page; it filters by the fields.
          if (event.pointerType === "touch") return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setStart(placeOf(event));
        }}
        onPointerMove={(event) => {
          if (start === null) return;
          const now = placeOf(event);
          if (Math.abs(now - start) > CLICK) onBrush([Math.min(start, now), Math.max(start, now)]);
        }}
        onPointerUp={(event) => {
          if (start !== null && Math.abs(placeOf(event) - start) <= CLICK) onBrush(null);
          setStart(null);
        }}
        onPointerCancel={() => setStart(null)} />
      <ScaleSwitch axis={axis} left={left} onScale={onScale} />
    </g>
  );
}

/** Below an axis that could have either scale: which it has, and the other one at a click. */
function ScaleSwitch({ axis: { column, scale }, left, onScale }: Pick<AxisProps, "axis" | "left" | "onScale">) {
  if (scale.kind === "values" || scale.min <= 0) return null;
  const isLog = scale.kind === "log";
  const turn = () => onScale(isLog ? "linear" : "log");
  return (
    <text class="scale" x={left} y={TOP + HEIGHT + 20} text-anchor="middle" role="button" tabindex={0} aria-pressed={isLog}
      aria-label={`Logarithmic axis of ${column.name}`} onClick={turn}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        turn();
      }}>{isLog ? "log" : "linear"}</text>
  );
}

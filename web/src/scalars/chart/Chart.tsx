/** A chart with axes, zoom, pan and a table beside the pointer. Scalars, custom scalars, distributions and PR curves use it. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { dark } from "../../lib/theme";
import { moved, zoomed } from "../extent";
import { type Hit, hitsAt, nearestFew, nearestOf, nextPlace } from "./hover";
import { type ChartCurve, type ChartModel, type Extent, pixelX, type Projection } from "./model";
import { partsOf } from "./paint";
import { Plot, type Pointer } from "./Plot";
import { pathOf } from "./surfaces";
import { Tooltip } from "./Tooltip";
import "./chart.css";

interface Props {
  /** What the chart is of, for those who cannot see it. */
  label: string;
  model: ChartModel;
  /** What is seen; nothing is all. */
  zoom: Extent | undefined;
  onZoom: (extent: Extent | undefined) => void;
  /** The table beside the pointer. */
  tooltip: (hits: readonly Hit[]) => ComponentChildren;
  /** The point under the pointer in words, for a screen reader. */
  inWords: (hits: readonly Hit[]) => string;
}

/** Rings around points: more would hide the lines. */
const MOST_RINGS = 24;

export function Chart({ label, model, zoom, onZoom, tooltip, inWords }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [pointer, setPointer] = useState<Pointer | undefined>();
  const [, redraw] = useState(0);
  const extent = zoom ?? model.home;
  const latest = useRef({ model, extent, onZoom });
  latest.current = { model, extent, onZoom };
  const isDark = dark.value;

  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = new Plot(element, latest.current.model, latest.current.extent, {
      onPointer: setPointer,
      onZoom: (extent) => latest.current.onZoom(extent),
    });
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.resize(element.clientWidth, element.clientHeight);
      redraw((count) => count + 1);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [model.logarithmic, model.x.kind, isDark]);
  useEffect(() => {
    plot.current?.update(model, extent);
    redraw((count) => count + 1);
  }, [model, extent.x.min, extent.x.max, extent.y.min, extent.y.max]);

  const hits = useMemo(() => {
    const projection = plot.current?.projection();
    return pointer === undefined || projection === undefined ? [] : hitsAt(model.curves, pointer.x, projection, pointer.top);
  }, [pointer, model, extent]);
  const onKeyDown = (event: KeyboardEvent) => {
    const projection = plot.current?.projection();
    const act = projection && keyAction(event, { model, extent, pointer, projection, setPointer, onZoom });
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <div class="chart" tabIndex={0} role="group" aria-label={`${label}. Arrow keys: from point to point; + and −: zoom; 0: all.`}
      onKeyDown={onKeyDown} onBlur={() => setPointer(undefined)}>
      <div class="plot" ref={host} />
      <Overlay plot={plot.current} hits={hits} />
      <span class="unseen" role="status">{hits.length > 0 ? inWords(hits) : ""}</span>
      {pointer !== undefined && hits.length > 0 && <Tooltip host={host} pointer={pointer} plot={plot.current}>{tooltip(hits)}</Tooltip>}
    </div>
  );
}

interface OverlayProps {
  plot: Plot | null;
  hits: readonly Hit[];
}

/** Rings around the points at the pointer, and the line that is nearest to it. */
function Overlay({ plot, hits }: OverlayProps) {
  if (plot === null) return null;
  const { left, top } = plot.corner();
  const projection = plot.projection();
  const nearest = hits.length > 1 ? nearestOf(hits)?.curve : undefined;
  const rings = hits.filter((hit) => hit.top >= 0 && hit.top <= projection.height && hit.left >= 0 && hit.left <= projection.width);
  return (
    <svg class="overlay" aria-hidden="true">
      <g transform={`translate(${left} ${top})`}>
        {nearest && (
          <svg width={projection.width} height={projection.height}>
            <path class="nearest" d={pathOfLine(nearest, projection)} stroke={nearest.color} stroke-dasharray={nearest.dash?.join(" ")} />
          </svg>
        )}
        {nearestFew(rings, MOST_RINGS).map((hit) => (
          <circle key={hit.curve.id} cx={hit.left} cy={hit.top} r={4} stroke={hit.curve.color} />
        ))}
      </g>
    </svg>
  );
}

/** A line as it is drawn, once for as long as the same part of it is seen. */
function pathOfLine({ line }: ChartCurve, projection: Projection): string {
  const seen = JSON.stringify(projection);
  const known = paths.get(line);
  if (known?.seen === seen) return known.path;
  const path = partsOf(line, projection).map(pathOf).join("");
  paths.set(line, { seen, path });
  return path;
}

const paths = new WeakMap<ChartCurve["line"], { seen: string; path: string }>();

interface KeyContext {
  model: ChartModel;
  extent: Extent;
  pointer: Pointer | undefined;
  projection: ReturnType<Plot["projection"]>;
  setPointer: (pointer: Pointer | undefined) => void;
  onZoom: Props["onZoom"];
}

/** What a key does to a chart; nothing if it is not the chart's. */
function keyAction(event: KeyboardEvent, { model, extent, pointer, projection, setPointer, onZoom }: KeyContext): (() => void) | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const [first] = model.curves;
  const pointAt = (x: number) => setPointer({ left: pixelX(projection, x), top: projection.height / 2, x });
  const beside = (direction: 1 | -1) => () => {
    if (first === undefined) return;
    // The first key goes to the first point that is seen.
    const start = pointer?.x ?? (direction > 0 ? extent.x.min : extent.x.max);
    pointAt(nextPlace(first, start, direction));
  };
  const pan = (x: number, y: number) => () =>
    onZoom({ x: moved(extent.x, x), y: moved(extent.y, y, model.logarithmic) });
  const zoomBy = (factor: number) => () => {
    const anchor = pointer === undefined ? 0.5 : (pointer.x - extent.x.min) / (extent.x.max - extent.x.min);
    onZoom({ x: zoomed(extent.x, factor, anchor), y: extent.y });
  };
  const actions: Record<string, () => void> = event.shiftKey
    ? { ArrowLeft: pan(-0.1, 0), ArrowRight: pan(0.1, 0), ArrowUp: pan(0, 0.1), ArrowDown: pan(0, -0.1), "+": zoomBy(1 / 1.5) }
    : { ArrowLeft: beside(-1), ArrowRight: beside(1), "+": zoomBy(1 / 1.5), "=": zoomBy(1 / 1.5), "-": zoomBy(1.5), "0": () => onZoom(undefined) };
  if (event.key === "Escape" && pointer !== undefined) return () => setPointer(undefined);
  return actions[event.key];
}

/** The one place that knows uPlot: it draws axes and grid and selects by dragging; the data are painted by `paint`. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { styleColor } from "../../lib/theme";
import { moved, zoomed } from "../extent";
import type { ChartAxis, ChartModel, Extent, Projection } from "./model";
import { paint } from "./paint";
import { CanvasSurface } from "./surfaces";

/** Where the pointer is, in pixels of the page and relative to the plot, and in the chart's values. */
export interface Pointer {
  readonly left: number;
  readonly top: number;
  readonly x: number;
  readonly y: number;
}

export interface PlotHandlers {
  onPointer(pointer: Pointer | undefined): void;
  /** What to show from now on; nothing is all. */
  onZoom(extent: Extent | undefined): void;
  onClick(pointer: Pointer): void;
}

/** Seconds between marks of a duration. */
const DURATIONS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800,
  21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 1_728_000, 4_320_000, 8_640_000,
];

/** A movement of the pointer below this, in pixels, is a click and no drag. */
const CLICK = 4;

/** How much one notch of the wheel changes. */
const WHEEL_ZOOM = 1.2;
const WHEEL_PAN = 0.1;

/** A chart on the page. */
export class Plot {
  private readonly plot: uPlot;

  constructor(
    host: HTMLElement,
    private model: ChartModel,
    private extent: Extent,
    private readonly handlers: PlotHandlers,
  ) {
    const size = { width: host.clientWidth, height: host.clientHeight };
    this.plot = new uPlot(this.options(size), this.corners(), host);
    this.plot.over.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  /** Shows another model or another part of it. The kinds of its axes must be the same. */
  update(model: ChartModel, extent: Extent): void {
    this.model = model;
    this.extent = extent;
    this.plot.setData(this.corners());
  }

  resize(width: number, height: number): void {
    if (width !== this.plot.width || height !== this.plot.height) {
      this.plot.setSize({ width, height });
    }
  }

  /** How values lie on the page, relative to the plot's own corner. */
  projection(): Projection {
    const { over } = this.plot;
    return { extent: this.extent, logarithmic: this.model.logarithmic, left: 0, top: 0, width: over.clientWidth, height: over.clientHeight };
  }

  /** The corner of the plot relative to the chart. */
  corner(): { left: number; top: number } {
    const { left, top } = this.plot.bbox;
    return { left: left / uPlot.pxRatio, top: top / uPlot.pxRatio };
  }

  destroy(): void {
    this.plot.destroy();
  }

  /** uPlot's own data: nothing but the corners of what is seen. */
  private corners(): uPlot.AlignedData {
    const { x, y } = this.extent;
    return [
      [x.min, x.max],
      [y.min, y.max],
    ];
  }

  private options(size: { width: number; height: number }): uPlot.Options {
    const { model } = this;
    const invisible = { paths: () => null, points: { show: false } };
    return {
      ...size,
      series: [{}, invisible],
      scales: {
        x: { time: model.x.kind === "moment", range: () => [this.extent.x.min, this.extent.x.max] },
        y: { distr: model.logarithmic ? 3 : 1, range: () => [this.extent.y.min, this.extent.y.max] },
      },
      axes: [axis(() => this.model.x, { space: 70, size: 34 }), axis(() => this.model.y, { space: 32, size: 56 })],
      legend: { show: false },
      padding: [8, 12, 0, 0],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: true, uni: 24, dist: CLICK, setScale: false },
        bind: {
          mousedown: (_, __, otherwise) => (event) => {
            if (event.shiftKey) {
              this.pan(event);
            } else {
              otherwise(event);
            }
            return null;
          },
          dblclick: () => () => {
            this.handlers.onZoom(undefined);
            return null;
          },
        },
      },
      hooks: {
        draw: [() => this.draw()],
        setCursor: [() => this.handlers.onPointer(this.pointer())],
        setSelect: [() => this.select()],
        ready: [(plot) => this.listen(plot.over)],
      },
    };
  }

  private draw(): void {
    const { ctx, bbox } = this.plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    const projection = { extent: this.extent, logarithmic: this.model.logarithmic, ...bbox };
    paint(this.model, projection, new CanvasSurface(ctx, uPlot.pxRatio));
    ctx.restore();
  }

  private pointer(): Pointer | undefined {
    const { left = -1, top = -1 } = this.plot.cursor;
    if (left < 0) {
      return undefined;
    }
    return { left, top, x: this.plot.posToVal(left, "x"), y: this.plot.posToVal(top, "y") };
  }

  private select(): void {
    const { left, top, width, height } = this.plot.select;
    if (width <= 0 || height <= 0) {
      return;
    }
    const x = { min: this.plot.posToVal(left, "x"), max: this.plot.posToVal(left + width, "x") };
    const y = { min: this.plot.posToVal(top + height, "y"), max: this.plot.posToVal(top, "y") };
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.handlers.onZoom({ x, y });
  }

  private listen(over: HTMLElement): void {
    let pressed: { x: number; y: number } | undefined;
    over.addEventListener("mousedown", (event) => {
      pressed = event.shiftKey ? undefined : { x: event.clientX, y: event.clientY };
    });
    over.addEventListener("click", (event) => {
      const pointer = this.pointer();
      const still = pressed !== undefined && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < CLICK;
      if (pointer !== undefined && still) {
        this.handlers.onClick(pointer);
      }
    });
  }

  /** Follows the pointer with what is seen, until its button is let go. */
  private pan(event: MouseEvent): void {
    const { extent, model } = this;
    const { clientWidth, clientHeight } = this.plot.over;
    const start = { x: event.clientX, y: event.clientY };
    const move = (now: MouseEvent) =>
      this.handlers.onZoom({
        x: moved(extent.x, (start.x - now.clientX) / clientWidth),
        y: moved(extent.y, (now.clientY - start.y) / clientHeight, model.logarithmic),
      });
    const end = () => {
      removeEventListener("mousemove", move);
      removeEventListener("mouseup", end);
    };
    addEventListener("mousemove", move);
    addEventListener("mouseup", end);
  }

  /** With Shift the wheel moves, with Ctrl or Alt it zooms; alone it is the page's. */
  private wheel(event: WheelEvent): void {
    const turned = Math.sign(event.deltaY || event.deltaX);
    const pointer = this.pointer();
    if (turned === 0 || !(event.shiftKey || event.altKey || event.ctrlKey)) {
      return;
    }
    event.preventDefault();
    const { extent, model } = this;
    if (event.shiftKey || pointer === undefined) {
      this.handlers.onZoom({ x: moved(extent.x, turned * WHEEL_PAN), y: extent.y });
      return;
    }
    const { clientWidth, clientHeight } = this.plot.over;
    const factor = WHEEL_ZOOM ** turned;
    this.handlers.onZoom({
      x: zoomed(extent.x, factor, pointer.left / clientWidth),
      y: zoomed(extent.y, factor, 1 - pointer.top / clientHeight, model.logarithmic),
    });
  }
}

function axis(of: () => ChartAxis, { space, size }: { space: number; size: number }): uPlot.Axis {
  const ink = () => styleColor("--ink-3");
  const line = () => styleColor("--line");
  const { kind } = of();
  return {
    space,
    size,
    font: "11px system-ui, sans-serif",
    stroke: ink,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
    gap: 4,
    ...(kind === "duration" ? { incrs: DURATIONS } : {}),
    // uPlot leaves out marks of logarithmic axes that would lie too close: those are null.
    ...(kind === "moment"
      ? {}
      : { values: (_: uPlot, marks: (number | null)[]) => marks.map((mark) => (mark === null ? "" : of().format(mark))) }),
  };
}

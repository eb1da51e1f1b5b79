/** The one place that knows uPlot: it draws axes and grid and selects by dragging; the data are painted by `paint`. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { moved, zoomed } from "../extent";
import { heightAxis, roomAtRight, widthAxis } from "./axes";
import { type ChartModel, type Extent, type Projection, valueAt } from "./model";
import { paint } from "./paint";
import { CanvasSurface } from "./surfaces";

/** Where the pointer is, in pixels relative to the plot, and in the chart's values along the axis. */
export interface Pointer {
  readonly left: number;
  readonly top: number;
  readonly x: number;
}

export interface PlotHandlers {
  onPointer(pointer: Pointer | undefined): void;
  /** What to show from now on; nothing is all. */
  onZoom(extent: Extent | undefined): void;
}

/** A movement of the pointer below this, in pixels, is no drag. */
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
    // Its own heights never change, so it has to be told that the marks beside them do.
    this.plot.redraw(false, true);
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

  /**
   * uPlot's own data: nothing but the corners of what is seen. Its heights are parts, from 0 to 1: it has no marks for
   * values of more than 17 digits.
   */
  private corners(): uPlot.AlignedData {
    const { x } = this.extent;
    return [
      [x.min, x.max],
      [0, 1],
    ];
  }

  private options(size: { width: number; height: number }): uPlot.Options {
    const { model } = this;
    const seen = { model: () => this.model, extent: () => this.extent };
    const invisible = { paths: () => null, points: { show: false } };
    return {
      ...size,
      series: [{}, invisible],
      scales: {
        x: { time: model.x.kind === "moment", range: () => [this.extent.x.min, this.extent.x.max] },
        y: { range: [0, 1] },
      },
      axes: [widthAxis(seen), heightAxis(seen)],
      legend: { show: false },
      padding: [8, () => roomAtRight(seen), 0, 0],
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
    return { left, top, x: this.plot.posToVal(left, "x") };
  }

  private select(): void {
    const { left, top, width, height } = this.plot.select;
    if (width <= 0 || height <= 0) {
      return;
    }
    const x = { min: this.plot.posToVal(left, "x"), max: this.plot.posToVal(left + width, "x") };
    const heightAt = (pixel: number) => valueAt(this.extent.y, this.model.logarithmic, this.plot.posToVal(pixel, "y"));
    const y = { min: heightAt(top + height), max: heightAt(top) };
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.handlers.onZoom({ x, y });
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

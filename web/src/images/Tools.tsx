// What holds for all pictures: how they look, how grids are split.
import type { ComponentChildren } from "preact";
import { Choice, Range, Toggle } from "../lib/controls";
import { Icon } from "../lib/icons";
import { show, view } from "../lib/view";
import { type Grid, turnTo } from "./tiles";

/** Splits grids into their images. */
export function SplitTools({ grid }: { grid: Grid | null }) {
  const { split, tile, columns, rows } = view.value;
  const to = (number: number) => turnTo(number, grid);
  return (
    <div class="split-tools" role="group" aria-label="Split grids">
      <Toggle pressed={split} label="Split grid" title="A batch in one picture, image by image (g)" onChange={(split) => show({ split })} />
      {split && (
        <>
          <span class="stepper">
            <button type="button" class="icon" aria-label="The image before" title="The image before (,)" disabled={tile === 0} onClick={() => to(tile - 1)}><Icon name="left" /></button>
            <label>image <input type="number" min={1} max={grid?.count} value={tile + 1} aria-label="Image of the grid"
              onChange={(event) => to((event.currentTarget.valueAsNumber || 1) - 1)} /></label>
            {grid && <span class="count">of {grid.count}</span>}
            <button type="button" class="icon" aria-label="The next image" title="The next image (.)" disabled={grid !== null && tile >= grid.count - 1} onClick={() => to(tile + 1)}><Icon name="right" /></button>
          </span>
          <span class="stepper" title="0 is a guess: torch lays out eight in a row">
            <Dimension label="columns" value={columns} onChange={(columns) => show({ columns })} />
            <span aria-hidden="true">×</span>
            <Dimension label="rows" value={rows} onChange={(rows) => show({ rows })} />
          </span>
        </>
      )}
    </div>
  );
}

function Dimension({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <label>
      <input type="number" min={0} max={4096} value={value === 0 ? "" : value} placeholder="auto" aria-label={`${label} of the grid`}
        onChange={(event) => onChange(Math.min(4096, Math.max(0, Math.round(event.currentTarget.valueAsNumber || 0))))} /> {label}
    </label>
  );
}

/** How pictures look, behind one button. */
export function LookTools({ children }: { children?: ComponentChildren }) {
  const { brightness, contrast, channel, crisp } = view.value;
  const changed = brightness !== 1 || contrast !== 1 || channel !== "all";
  return (
    <details class="popover">
      <summary class={changed ? "toggle changed" : "toggle"}>Look{changed && " •"}</summary>
      <div class="panel">
        <Range label="Brightness" min={0} max={3} step={0.05} value={brightness} usual={1} text={brightness.toFixed(2)}
          onInput={(brightness) => show({ brightness })} />
        <Range label="Contrast" min={0} max={5} step={0.05} value={contrast} usual={1} text={contrast.toFixed(2)}
          onInput={(contrast) => show({ contrast })} />
        <Choice label="Channel" value={channel} onChange={(channel) => show({ channel })}
          choices={[["all", "RGB"], ["r", "R"], ["g", "G"], ["b", "B"], ["a", "A"]]} />
        <Choice label="Pixels" value={crisp ? "crisp" : "smooth"} onChange={(pixels) => show({ crisp: pixels === "crisp" })}
          choices={[["crisp", "Crisp pixels"], ["smooth", "Smooth"]]} />
        {children}
        <button type="button" class="button" disabled={!changed} onClick={() => show({ brightness: 1, contrast: 1, channel: "all" })}>As in the log</button>
      </div>
    </details>
  );
}

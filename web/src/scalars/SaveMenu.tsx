// Saves a chart: its numbers, or the picture.
import { fileName } from "../lib/files";
import { Icon } from "../lib/icons";
import type { ChartSeries } from "./build";
import type { ChartModel, Extent } from "./chart/model";
import { chartSvg } from "./chart/svg";
import { runsInWords, scalarsCsv, scalarsJson } from "./export";

interface Props {
  title: string;
  all: readonly ChartSeries[];
  model: ChartModel;
  extent: Extent;
}

export function SaveMenu({ title, all, model, extent }: Props) {
  const forms = [
    ["CSV", "csv", "text/csv", () => scalarsCsv(all)],
    ["JSON", "json", "application/json", () => scalarsJson(all)],
    ["SVG", "svg", "image/svg+xml", () => chartSvg(model, extent, title)],
  ] as const;
  return (
    <details class="popover save-menu">
      <summary class="icon-summary" aria-label={`Save ${title}`} title="Save"><Icon name="save" /></summary>
      <div class="panel">
        {forms.map(([name, extension, type, make]) => (
          <button key={name} type="button" class="button" onClick={(event) => {
            save(fileName([title, runsInWords(all)], extension), type, make());
            event.currentTarget.closest("details")?.removeAttribute("open");
          }}>{name}</button>
        ))}
      </div>
    </details>
  );
}

function save(name: string, type: string, content: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A chart as an SVG file: what is seen, with axes, title and the names of its lines. */
import { type ChartModel, type Extent, pixelX, pixelY, type Projection, spanOf } from "./model";
import { paint } from "./paint";
import { escapeXml, SvgSurface } from "./surfaces";
import { marksOf, ticksOf } from "./ticks";

const WIDTH = 800;
const PLOT = { left: 70, top: 40, width: 710, height: 360 } as const;
const LEGEND_ROW = 20;
const INK = "#222222";
const GRID = "#dddddd";

/** The text of the file. */
export function chartSvg(model: ChartModel, extent: Extent, title: string): string {
  const projection: Projection = { extent, logarithmic: model.logarithmic, ...PLOT };
  const data = new SvgSurface();
  paint(model, projection, data);
  const legendTop = PLOT.top + PLOT.height + 55;
  const height = legendTop + model.curves.length * LEGEND_ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<clipPath id="plot"><rect x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.width}" height="${PLOT.height}"/></clipPath>`,
    ...axes(model, projection, title),
    `<g clip-path="url(#plot)">`,
    ...data.elements,
    `</g>`,
    ...legend(model, legendTop),
    `</svg>`,
  ].join("\n");
}

function axes(model: ChartModel, projection: Projection, title: string): string[] {
  const surface = new SvgSurface();
  const { left, top, width, height } = PLOT;
  const { x, y } = projection.extent;
  surface.text([left, top - 15], title, "start", INK);
  for (const value of marksOf(y, model.logarithmic, 6)) {
    const py = pixelY(projection, value);
    surface.lines(
      [
        [
          [left, py],
          [left + width, py],
        ],
      ],
      { color: GRID, width: 1, opacity: 1 },
    );
    surface.text([left - 8, py + 4], model.y.format(value, spanOf(y)), "end", INK);
  }
  for (const value of ticksOf(x, model.x.kind === "moment" ? 3 : 7)) {
    const px = pixelX(projection, value);
    surface.lines(
      [
        [
          [px, top],
          [px, top + height],
        ],
      ],
      { color: GRID, width: 1, opacity: 1 },
    );
    surface.text([px, top + height + 18], model.x.format(value, spanOf(x)), "middle", INK);
  }
  surface.text([left + width / 2, top + height + 38], model.x.label, "middle", INK);
  surface.lines(
    [
      [
        [left, top],
        [left, top + height],
        [left + width, top + height],
      ],
    ],
    { color: INK, width: 1, opacity: 1 },
  );
  return surface.elements;
}

function legend(model: ChartModel, top: number): string[] {
  const surface = new SvgSurface();
  model.curves.forEach(({ name, color, dash = [] }, row) => {
    const y = top + row * LEGEND_ROW;
    surface.lines(
      [
        [
          [PLOT.left, y],
          [PLOT.left + 24, y],
        ],
      ],
      { color, width: 2, opacity: 1, ...(dash.length > 0 ? { dash } : {}) },
    );
    surface.text([PLOT.left + 32, y + 4], name, "start", INK);
  });
  return surface.elements;
}

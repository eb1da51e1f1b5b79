/** What charts are drawn on: a canvas, or the text of an SVG file. */
import type { Pixel, Stroke, Surface } from "./paint";

/** Draws on a canvas whose pixels are `ratio` times as many as those of the page. */
export class CanvasSurface implements Surface {
  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly ratio: number,
  ) {}

  lines(parts: readonly Pixel[][], stroke: Stroke): void {
    const { context, ratio } = this;
    context.save();
    context.strokeStyle = stroke.color;
    context.globalAlpha = stroke.opacity;
    context.lineWidth = stroke.width * ratio;
    context.lineJoin = "round";
    context.setLineDash((stroke.dash ?? []).map((length) => length * ratio));
    context.beginPath();
    for (const part of parts) {
      this.trace(part);
    }
    context.stroke();
    context.restore();
  }

  area(points: readonly Pixel[], color: string, opacity: number): void {
    const { context } = this;
    context.save();
    context.fillStyle = color;
    context.globalAlpha = opacity;
    context.beginPath();
    this.trace(points);
    context.fill();
    context.restore();
  }

  dot([x, y]: Pixel, radius: number, color: string): void {
    const { context, ratio } = this;
    context.fillStyle = color;
    context.beginPath();
    context.arc(x, y, radius * ratio, 0, 2 * Math.PI);
    context.fill();
  }

  private trace(points: readonly Pixel[]): void {
    points.forEach(([x, y], i) => {
      if (i === 0) {
        this.context.moveTo(x, y);
      } else {
        this.context.lineTo(x, y);
      }
    });
  }
}

/** A text as XML holds it. */
export function escapeXml(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  // Control characters have no place in XML, even escaped.
  return text
    .replaceAll(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll(/[&<>"']/g, (letter) => names[letter] ?? letter);
}

/** Writes the elements of an SVG file. */
export class SvgSurface implements Surface {
  readonly elements: string[] = [];

  lines(parts: readonly Pixel[][], { color, width, opacity, dash }: Stroke): void {
    const path = parts.map(pathOf).join("");
    if (path !== "") {
      const dashes = dash === undefined ? "" : ` stroke-dasharray="${dash.join(" ")}"`;
      this.elements.push(
        `<path d="${path}" fill="none" stroke="${escapeXml(color)}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linejoin="round"${dashes}/>`,
      );
    }
  }

  area(points: readonly Pixel[], color: string, opacity: number): void {
    if (points.length > 0) {
      this.elements.push(`<path d="${pathOf(points)}Z" fill="${escapeXml(color)}" fill-opacity="${opacity}"/>`);
    }
  }

  dot([x, y]: Pixel, radius: number, color: string): void {
    this.elements.push(`<circle cx="${tenth(x)}" cy="${tenth(y)}" r="${radius}" fill="${escapeXml(color)}"/>`);
  }

  text([x, y]: Pixel, text: string, anchor: "start" | "middle" | "end", color: string): void {
    this.elements.push(
      `<text x="${tenth(x)}" y="${tenth(y)}" text-anchor="${anchor}" fill="${escapeXml(color)}">${escapeXml(text)}</text>`,
    );
  }
}

/** A line through some points, as SVG writes it. */
export function pathOf(points: readonly Pixel[]): string {
  return points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${tenth(x)},${tenth(y)}`).join("");
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

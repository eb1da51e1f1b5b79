// Dark or light: as the system says, unless the person does.
import { computed, effect, signal } from "@preact/signals";
import { show, view } from "./view";

const KEPT = "cenote-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);
system.addEventListener("change", () => { systemIsDark.value = system.matches; });

const kept = localStorage.getItem(KEPT);
if (view.value.theme === "system" && (kept === "light" || kept === "dark")) show({ theme: kept });

/** Whether the page is dark now. What draws by itself draws again when this changes. */
export const dark = computed(() => view.value.theme === "system" ? systemIsDark.value : view.value.theme === "dark");

effect(() => { document.documentElement.dataset.theme = dark.value ? "dark" : "light"; });

/** Changes between dark and light; where the system's choice comes out, follows the system again. */
export function toggleTheme(): void {
  const wanted = !dark.value;
  const theme = wanted === systemIsDark.value ? "system" : wanted ? "dark" : "light";
  localStorage.setItem(KEPT, theme);
  show({ theme });
}

/** A colour of the style sheet, for what draws on a canvas. */
export const styleColor = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Red, green and blue of a colour of the style sheet that is written as `#rrggbb`. */
export function styleRgb(name: string): readonly [number, number, number] {
  const value = parseInt(styleColor(name).slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

// Dark or light: as the system says, unless the person does.
import { computed, effect, signal } from "@preact/signals";
import { keep, kept } from "./kept";
import { show, view } from "./view";

const PLACE = "cenote-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);
system.addEventListener("change", () => { systemIsDark.value = system.matches; });

const chosen = kept(PLACE);
if (view.value.theme === "system" && (chosen === "light" || chosen === "dark")) show({ theme: chosen });

/** Whether the page is dark now. What draws by itself draws again when this changes. */
export const dark = computed(() => view.value.theme === "system" ? systemIsDark.value : view.value.theme === "dark");

/** Colours that were asked for, as long as the page is dark or light. */
const colors = new Map<string, string>();
/** What the browser works colours out on. */
const probe = document.createElement("span");
probe.hidden = true;

effect(() => {
  document.documentElement.dataset.theme = dark.value ? "dark" : "light";
  colors.clear();
});

/** Changes between dark and light; where the system's choice comes out, follows the system again. */
export function toggleTheme(): void {
  const wanted = !dark.value;
  const theme = wanted === systemIsDark.value ? "system" : wanted ? "dark" : "light";
  keep(PLACE, theme);
  show({ theme });
}

/** A colour of the style sheet as `rgb(1, 2, 3)`, for what draws on a canvas. */
export function styleColor(name: string): string {
  const known = colors.get(name);
  if (known !== undefined) return known;
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  colors.set(name, color);
  return color;
}

/** Red, green and blue of an opaque colour of the style sheet. */
export function styleRgb(name: string): readonly [number, number, number] {
  const [red = 0, green = 0, blue = 0] = styleColor(name).match(/[\d.]+/g)?.map(Number) ?? [];
  return [red, green, blue];
}

// Whether a person wants nothing to move by itself.
import { signal } from "@preact/signals";

const wish = typeof matchMedia === "undefined" ? null : matchMedia("(prefers-reduced-motion: reduce)");

/** Changes with the setting of the system. */
export const still = signal(wish?.matches ?? false);
wish?.addEventListener("change", () => { still.value = wish.matches; });

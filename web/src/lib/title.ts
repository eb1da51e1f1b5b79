import type { Tag } from "./api";

/** What a tag is called on the page: by the name that the log gives it, without what writers add to that of a text. */
export function titleOf({ tag, display_name, kind }: Pick<Tag, "tag" | "display_name" | "kind">): string {
  const name = display_name || tag;
  return (kind === "text" ? name.replace(/\/text_summary$/, "") : name) || "(no name)";
}

/** What the window is called: which log it shows is what tells it from others. */
export function windowTitle(view: string, logdir: string): string {
  const folder = logdir.split(/[\\/]/).filter(Boolean).at(-1);
  return [view, folder, "Cenote"].filter(Boolean).join(" · ");
}

/** What the log says of a tag, in Markdown, as a line: what marks code tells nothing there. */
export const inLine = (description: string): string => description.replaceAll("`", "").replace(/\s+/g, " ").trim();

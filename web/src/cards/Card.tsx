// The frame of a card: whose it is, what can be done with it, and what it shows.
import type { ComponentChildren } from "preact";
import { colorOf } from "../lib/color";
import { Icon } from "../lib/icons";
import { inLine } from "../lib/title";
import { show, toggled, view } from "../lib/view";

interface Props {
  /** The key of the card, as its grid has it. */
  name: string;
  title: string;
  /** The run, where the card shows one alone. */
  run?: string;
  /** What the log says about the tag. */
  description?: string | undefined;
  actions?: ComponentChildren;
  /** Whether the card may take a whole row. */
  widens?: boolean;
  children: ComponentChildren;
}

export function Card({ name, title, run, description, actions, widens = true, children }: Props) {
  const wide = view.value.wide.includes(name);
  return (
    <article class="card" aria-label={run === undefined ? title : `${title}, ${run}`}>
      <header>
        <div class="names">
          <h3 title={title}>{title}</h3>
          {(run !== undefined || description) && (
            <p title={[run, description].filter(Boolean).join("\n")}>
              {run !== undefined && <><span class="dot" style={{ background: colorOf(run) }} /><bdi>{run}</bdi></>}
              {description && <span class="about">{inLine(description)}</span>}
            </p>
          )}
        </div>
        <div class="actions">
          {actions}
          {widens && (
            <button type="button" class="icon" aria-pressed={wide} aria-label={wide ? "As wide as others" : "Whole row"}
              title={wide ? "As wide as others" : "Whole row"} onClick={() => show({ wide: toggled(view.value.wide, name) })}>
              <Icon name={wide ? "shrink" : "grow"} />
            </button>
          )}
        </div>
      </header>
      {children}
    </article>
  );
}

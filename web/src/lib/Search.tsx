// A field for a filter: a regular expression, or text where that is none, and then the field says so.
import { useId } from "preact/hooks";
import { Icon } from "./icons";
import { whyNoExpression } from "./match";

interface Props {
  label: string;
  value: string;
  /** Whether text is all that it takes. */
  plain?: boolean;
  onInput: (value: string) => void;
}

export function Search({ label, value, plain = false, onInput }: Props) {
  const wrong = plain ? null : whyNoExpression(value);
  const told = useId();
  return (
    <div class={wrong === null ? "search-field" : "search-field wrong"}>
      <label class="search" title={plain ? "Text" : "Text or regular expression"}>
        <Icon name="search" />
        <input type="search" aria-label={label} placeholder={label} value={value} spellcheck={false}
          aria-invalid={wrong !== null} aria-describedby={wrong === null ? undefined : told}
          onInput={(event) => onInput(event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === "Escape") onInput(""); }} />
      </label>
      {wrong !== null && <p id={told} role="status">Not a regular expression ({wrong}): taken as plain text.</p>}
    </div>
  );
}

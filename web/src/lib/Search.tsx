// A field for a filter: a regular expression, or else text.
import { Icon } from "./icons";
import { isExpression } from "./match";

interface Props {
  label: string;
  value: string;
  onInput: (value: string) => void;
}

export function Search({ label, value, onInput }: Props) {
  const plain = !isExpression(value);
  return (
    <label class="search" title={plain ? "Not a regular expression: taken as text" : "Text or regular expression"}>
      <Icon name="search" />
      <input type="search" aria-label={label} placeholder={label} value={value} spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => { if (event.key === "Escape") { onInput(""); event.currentTarget.blur(); } }} />
      {plain && <span class="hint">text</span>}
    </label>
  );
}

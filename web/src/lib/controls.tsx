// Controls that every view uses, so that they look and behave alike.
import type { ComponentChildren } from "preact";
import { show, view } from "./view";
import { Search } from "./Search";

/** The bar above a view: the filter of tags, and what the view adds. */
export function Toolbar({ children }: { children?: ComponentChildren }) {
  return (
    <div class="toolbar" role="group" aria-label="View">
      <div class="tag-filter"><Search label="Filter tags" value={view.value.tags} onInput={(tags) => show({ tags })} /></div>
      {children}
    </div>
  );
}

interface RangeProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  text?: string;
  /** What a double click sets it back to. */
  usual?: number;
  /** Whether the number is a field, for one that the slider does not meet. */
  typed?: boolean;
  onInput: (value: number) => void;
}

export function Range({ label, value, min, max, step, text, usual, typed = false, onInput }: RangeProps) {
  const slider = (
    <label class="range" title={usual === undefined ? label : `${label} (double-click: ${usual})`}>
      <span>{label}</span>
      <input type="range" min={min} max={max} step={step} value={value} aria-valuetext={text}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
        onDblClick={() => { if (usual !== undefined) onInput(usual); }} />
      {!typed && <output>{text ?? value}</output>}
    </label>
  );
  return typed ? <span class="typed-range">{slider}<Typed {...{ label, value, min, max, step, onInput }} /></span> : slider;
}

/** The number of a slider as a field. What is beyond its ends is its end; what is no number, nothing. */
function Typed({ label, value, min, max, step, onInput }: Pick<RangeProps, "label" | "value" | "min" | "max" | "step" | "onInput">) {
  return (
    <input type="number" min={min} max={max} step={step} value={value} aria-label={`${label}, typed`} onChange={({ currentTarget: field }) => {
      const next = Number.isFinite(field.valueAsNumber) ? Math.min(max, Math.max(min, field.valueAsNumber)) : value;
      field.value = String(next);
      onInput(next);
    }} />
  );
}

interface ToggleProps {
  label: ComponentChildren;
  pressed: boolean;
  title?: string;
  onChange: (pressed: boolean) => void;
}

export function Toggle({ label, pressed, title, onChange }: ToggleProps) {
  return (
    <button type="button" class="toggle" aria-pressed={pressed} title={title} onClick={() => onChange(!pressed)}>{label}</button>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  choices: readonly (readonly [T, string])[];
  /** Whether the label is seen, where the choices do not say by themselves what they are of. */
  labelled?: boolean;
  onChange: (value: T) => void;
}

/** One of a few. */
export function Choice<T extends string>({ label, value, choices, labelled = false, onChange }: ChoiceProps<T>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {labelled && <span class="label" aria-hidden="true">{label}</span>}
      {choices.map(([each, name]) => (
        <button key={each} type="button" aria-pressed={each === value} onClick={() => onChange(each)}>{name}</button>
      ))}
    </div>
  );
}

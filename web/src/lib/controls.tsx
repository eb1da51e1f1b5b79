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
  onInput: (value: number) => void;
}

export function Range({ label, value, min, max, step, text, usual, onInput }: RangeProps) {
  return (
    <label class="range" title={usual === undefined ? label : `${label} (double-click: ${usual})`}>
      <span>{label}</span>
      <input type="range" min={min} max={max} step={step} value={value} aria-valuetext={text}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
        onDblClick={() => { if (usual !== undefined) onInput(usual); }} />
      <output>{text ?? value}</output>
    </label>
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
  onChange: (value: T) => void;
}

/** One of a few. */
export function Choice<T extends string>({ label, value, choices, onChange }: ChoiceProps<T>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {choices.map(([each, name]) => (
        <button key={each} type="button" aria-pressed={each === value} onClick={() => onChange(each)}>{name}</button>
      ))}
    </div>
  );
}

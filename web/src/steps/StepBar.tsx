// The steps of one series: a slider, the step as a number, and playing.
import { useRef } from "preact/hooks";
import type { Values } from "../lib/api";
import { moment, whole } from "../lib/format";
import { Icon } from "../lib/icons";
import { play, type Played, plays, stop, useSteps } from "./player";
import { moveTo, moveToStep, positionOf, type Stepped } from "./position";
import "./steps.css";

interface Props extends Stepped {
  values: Values;
  /** What it belongs to, for those who hear the page. */
  label: string;
  /** Brings what a step shows, where it is worth while to play through the steps. */
  bring?: Played["bring"];
}

const MARKS = ["", "repeated", "went back", "voided by a restart"];

export function StepBar({ card, kind, values, label, bring }: Props) {
  const { steps, wall_times, marks } = values;
  const place = positionOf(card, values);
  const step = steps[place] ?? 0;
  const mark = MARKS[marks?.[place] ?? 0];
  const latest = useRef(values);
  latest.current = values;
  useSteps(card);
  const isPlaying = plays(card);
  if (steps.length === 0) return null;
  return (
    <div class="steps">
      {bring && (
        <button type="button" class="icon" disabled={steps.length < 2} aria-label={isPlaying ? `Stop ${label}` : `Play ${label}`}
          onClick={() => isPlaying ? stop() : void play({ card, kind, bring, values: () => latest.current })}>
          <Icon name={isPlaying ? "pause" : "play"} />
        </button>
      )}
      <input type="range" min={0} max={Math.max(1, steps.length - 1)} value={place} disabled={steps.length < 2} aria-label={`Step of ${label}`}
        aria-valuetext={`step ${step}, ${place + 1} of ${steps.length}`}
        onInput={(event) => moveTo({ card, kind }, values, event.currentTarget.valueAsNumber)} />
      <label class="step" title={wall_times[place] === undefined ? undefined : moment(wall_times[place])}>
        <span>step</span>
        <input type="number" value={step} aria-label={`Type a step of ${label}`}
          onChange={(event) => {
            const typed = event.currentTarget.valueAsNumber;
            if (Number.isFinite(typed)) moveToStep({ card, kind }, latest.current, typed);
            // What was typed may be no step: then the field says which is shown.
            event.currentTarget.value = String(steps[positionOf(card, latest.current)] ?? "");
          }} />
      </label>
      <span class="count" title={`${whole(steps.length)} values`}>{whole(place + 1)}/{whole(steps.length)}{mark && <em> {mark}</em>}</span>
    </div>
  );
}

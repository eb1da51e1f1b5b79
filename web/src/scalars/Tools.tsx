// How curves over time are drawn.
import { Choice, Range, Toggle } from "../lib/controls";
import { show, view } from "../lib/view";

export function Tools() {
  const { smoothing, axis, log, outliers, pointer } = view.value;
  return (
    <>
      <Range label="Smoothing" min={0} max={0.999} step={0.001} value={smoothing} usual={0.6} typed
        onInput={(smoothing) => show({ smoothing })} />
      <Choice label="Along the width" value={axis} onChange={(axis) => show({ axis })}
        choices={[["step", "Step"], ["relative", "Relative"], ["wall", "Wall"]]} />
      <Choice label="First at the pointer" labelled value={pointer} onChange={(pointer) => show({ pointer })}
        choices={[["descending", "Highest"], ["ascending", "Lowest"], ["nearest", "Nearest"], ["default", "By run"]]} />
      <Toggle label="Log scale" pressed={log} onChange={(log) => show({ log })} />
      <Toggle label="Ignore outliers" title="Show the middle nine tenths" pressed={outliers} onChange={(outliers) => show({ outliers })} />
    </>
  );
}

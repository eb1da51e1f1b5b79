import { Toggle } from "../lib/controls";
import { Icon } from "../lib/icons";
import { view } from "../lib/view";
import { link } from "./position";

/** Links or parts the steps of all cards. */
export function LinkToggle() {
  const { linked } = view.value;
  return (
    <Toggle pressed={linked} label={<><Icon name="link" />Linked</>} onChange={link}
      title={linked ? "All cards show the same step (l)" : "Each card shows a step of its own (l)"} />
  );
}

// A view whose code comes when it is first looked at.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useAgain } from "../lib/cache";
import { Failed } from "../lib/Failed";

const loaded = new Map<() => Promise<{ default: ComponentType }>, ComponentType>();

export function Lazy({ load }: { load: () => Promise<{ default: ComponentType }> }) {
  const [error, setError] = useState<string | null>(null);
  const [, drawn] = useState(0);
  const [times, again] = useAgain(error !== null);
  const View = loaded.get(load);
  useEffect(() => {
    if (View) return;
    load().then(
      (module) => { loaded.set(load, module.default); setError(null); drawn(1); },
      () => setError("This part of the page did not come. Is the board still running? Then load the page again."),
    );
  }, [load, times]);
  if (error) return <Failed error={error} again={again} />;
  return View ? <View /> : null;
}

// Which runs are hidden. A rule names a run, a folder (with a slash at its end) or everything (""); the closest rule wins.

export interface Rules {
  hidden: string[];
  visible: string[];
}

/** Whether a run or a folder is shown. */
export function isVisible(name: string, { hidden, visible }: Rules): boolean {
  if (hidden.length === 0) return true;
  return lookUp(name, new Set(hidden), new Set(visible));
}

/** The same for many names. */
export function visibility({ hidden, visible }: Rules): (name: string) => boolean {
  if (hidden.length === 0) return () => true;
  const [off, on] = [new Set(hidden), new Set(visible)];
  return (name) => lookUp(name, off, on);
}

function lookUp(name: string, off: Set<string>, on: Set<string>): boolean {
  for (let rule: string | null = name; rule !== null; rule = above(rule)) {
    if (on.has(rule)) return true;
    if (off.has(rule)) return false;
  }
  return true;
}

/** The folder that a run or folder is in; everything is in nothing. */
function above(name: string): string | null {
  if (name === "") return null;
  const slash = name.lastIndexOf("/", name.length - 2);
  return name.slice(0, slash + 1);
}

/** Shows or hides a run, a folder with all in it, or everything (""). */
export function setVisible(name: string, shown: boolean, rules: Rules): Rules {
  const isFolder = name === "" || name.endsWith("/");
  const other = (rule: string) => isFolder ? !rule.startsWith(name) : rule !== name;
  const rest = { hidden: rules.hidden.filter(other), visible: rules.visible.filter(other) };
  if (isVisible(name, rest) === shown) return rest;
  return shown ? { ...rest, visible: [...rest.visible, name] } : { ...rest, hidden: [...rest.hidden, name] };
}

/** Shows or hides some runs of all. The address holds the rules: they are the fewest that say so, those that were there first. */
export function setEach(names: readonly string[], all: readonly string[], shown: boolean, rules: Rules): Rules {
  const some = new Set(names);
  const other = (rule: string) => !some.has(rule);
  const rest = { hidden: rules.hidden.filter(other), visible: rules.visible.filter(other) };
  const [isShown, isShownByRest] = [visibility(rules), visibility(rest)];
  const turned = names.filter((name) => isShownByRest(name) !== shown);
  const on = new Set(all.filter((name) => some.has(name) ? shown : isShown(name)));
  const ways = [
    shown ? { ...rest, visible: [...rest.visible, ...turned] } : { ...rest, hidden: [...rest.hidden, ...turned] },
    { hidden: all.filter((name) => !on.has(name)), visible: [] },
    { hidden: [""], visible: [...on] },
  ];
  return ways.reduce((least, way) => length(way) < length(least) ? way : least);
}

const length = ({ hidden, visible }: Rules): number => hidden.length + visible.length;

/** Hides everything but one run or folder. */
export function only(name: string): Rules {
  return { hidden: [""], visible: [name] };
}

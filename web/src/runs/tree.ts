// Runs as a tree of folders: `a/b` is b in a.
import type { Run } from "../lib/api";

export interface Node {
  /** What is shown: the part of the name that is its own. */
  label: string;
  /** The name of the run, or of the folder with a slash at its end. */
  path: string;
  run: Run | null;
  children: Node[];
  /** How many runs there are in it, itself included. */
  runs: number;
  depth: number;
}

/** A tree of runs, in the order given. A folder that holds nothing but one folder is one with it. */
export function tree(runs: readonly Run[]): Node[] {
  const root: Node = { label: "", path: "", run: null, children: [], runs: 0, depth: -1 };
  const folders = new Map<string, Node>([["", root]]);
  const folderOf = (path: string): Node => {
    const known = folders.get(path);
    if (known) return known;
    const slash = path.lastIndexOf("/", path.length - 2);
    const made: Node = { label: path.slice(slash + 1), path, run: null, children: [], runs: 0, depth: 0 };
    folders.set(path, made);
    folderOf(path.slice(0, slash + 1)).children.push(made);
    return made;
  };
  for (const run of runs) {
    const slash = run.name.lastIndexOf("/");
    const leaf: Node = { label: run.name.slice(slash + 1), path: run.name, run, children: [], runs: 1, depth: 0 };
    folderOf(run.name.slice(0, slash + 1)).children.push(leaf);
  }
  return root.children.map((node) => settled(node, 0));
}

/** Joins chains of folders, and counts. */
function settled(node: Node, depth: number): Node {
  let { label, path, children } = node;
  for (let only = children[0]; children.length === 1 && only && !only.run; only = children[0]) {
    label += only.label;
    ({ path, children } = only);
  }
  const below = children.map((child) => settled(child, depth + 1));
  const runs = below.reduce((sum, child) => sum + child.runs, node.run ? 1 : 0);
  return { ...node, label, path, children: below, runs, depth };
}

/** The rows of a tree whose folders in `folded` are closed. */
export function rows(nodes: readonly Node[], folded: ReadonlySet<string>): Node[] {
  const found: Node[] = [];
  const visit = (node: Node) => {
    found.push(node);
    if (!folded.has(node.path)) node.children.forEach(visit);
  };
  nodes.forEach(visit);
  return found;
}

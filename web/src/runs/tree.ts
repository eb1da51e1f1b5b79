// Runs as a tree of folders: `a/b` is b in a.
import type { Run } from "../lib/api";

export interface Node {
  /** What is shown: the part of the name that is its own. */
  label: string;
  /** The name of the run, or of the folder with a slash at its end. */
  path: string;
  /** A run may be a folder too. */
  run: Run | null;
  folder: string | null;
  children: Node[];
  /** How many runs there are in it, itself included. */
  runs: number;
  depth: number;
}

/** A tree of runs, in the order given. A folder that holds nothing but one folder is one with it. */
export function tree(runs: readonly Run[]): Node[] {
  const root: Node = { label: "", path: "", run: null, folder: "", children: [], runs: 0, depth: -1 };
  const folders = new Map<string, Node>([["", root]]);
  const folderOf = (path: string): Node => {
    const known = folders.get(path);
    if (known) return known;
    const slash = path.lastIndexOf("/", path.length - 2);
    const made: Node = { label: path.slice(slash + 1), path, run: null, folder: path, children: [], runs: 0, depth: 0 };
    folders.set(path, made);
    folderOf(path.slice(0, slash + 1)).children.push(made);
    return made;
  };
  for (const run of runs) {
    const slash = run.name.lastIndexOf("/");
    const leaf: Node = { label: run.name.slice(slash + 1), path: run.name, run, folder: null, children: [], runs: 1, depth: 0 };
    folderOf(run.name.slice(0, slash + 1)).children.push(leaf);
  }
  return joined(root.children).map((node) => settled(node, 0));
}

/** Joins chains of folders, and runs with the folders of their name, and counts. */
function settled(node: Node, depth: number): Node {
  let { label, path, folder, children } = node;
  for (let only = children[0]; !node.run && children.length === 1 && only && !only.run; only = children[0]) {
    label += only.label;
    ({ path, folder, children } = only);
  }
  const below = joined(children).map((child) => settled(child, depth + 1));
  const runs = below.reduce((sum, child) => sum + child.runs, node.run ? 1 : 0);
  return { ...node, label, path, folder, children: below, runs, depth };
}

/** A run `a` and a folder `a/` are one. */
function joined(nodes: readonly Node[]): Node[] {
  const folders = new Map(nodes.filter(({ run }) => !run).map((node) => [node.path, node]));
  const merged = nodes.flatMap((node) => {
    const own = node.run ? folders.get(`${node.path}/`) : undefined;
    if (!own) return [node];
    folders.delete(own.path);
    return [{ ...node, folder: own.path, children: own.children }];
  });
  return merged.filter((node) => node.run !== null || folders.has(node.path));
}

/** The rows of a tree whose folders in `folded` are closed. */
export function rows(nodes: readonly Node[], folded: ReadonlySet<string>): Node[] {
  const found: Node[] = [];
  const visit = (node: Node) => {
    found.push(node);
    if (node.folder === null || !folded.has(node.folder)) node.children.forEach(visit);
  };
  nodes.forEach(visit);
  return found;
}

// Writes the logs that the tests look at, with the programs that people use.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const LOGS = join(tmpdir(), "cenote-board-tests");

const TARGET = process.env.CARGO_TARGET_DIR ?? join(import.meta.dirname, "../../target");

/** A program that cargo has built, the newest profile first. */
function built(...names: string[]): string {
  for (const profile of ["release", "debug"]) {
    for (const name of names) {
      const path = join(TARGET, profile, name);
      if (existsSync(path)) return path;
    }
  }
  throw new Error(`${names[0]} is not built: cargo build -p cenote-cli; cargo build -p cenote-events --example every_kind`);
}

export const cenote = (): string => process.env.CENOTE ?? built("cenote");

/** The first event file of a run. */
export function eventFile(run: string): string {
  const name = readdirSync(run).find((name) => name.includes("tfevents"));
  if (!name) throw new Error(`no event file in ${run}`);
  return join(run, name);
}

export default function write(): void {
  rmSync(LOGS, { recursive: true, force: true });
  mkdirSync(LOGS, { recursive: true });
  // All of CIFAR-10 where it is at hand, else the photographs that come with the program.
  const data = process.env.CENOTE_DATA_DIR;
  const dataset = data ? ["--dataset", "cifar10", "--data-dir", data] : ["--batch-size", "24"];
  execFileSync(cenote(), ["run", ...dataset, "--logdir", join(LOGS, "pooled/max")]);
  execFileSync(cenote(), ["run", ...dataset, "--logdir", join(LOGS, "pooled/again")]);
  const overlapping = ["--kernel-size", "7", "--stride", "3", "--no-ceil-mode", "--limit", "24"];
  execFileSync(cenote(), ["run", ...dataset, ...overlapping, "--logdir", join(LOGS, "overlapping/max")]);
  execFileSync(built("examples/every_kind"), [join(LOGS, "every_kind")]);
  for (let run = 0; run < 2000; run += 1) {
    cpSync(eventFile(join(LOGS, "every_kind/run1")), join(LOGS, `many/sweep${run % 20}/trial${run}/events.out.tfevents.1`));
  }
}

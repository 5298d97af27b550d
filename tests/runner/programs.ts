/**
 * Where the runtimes' programs are: the machine's own, else npm's, in the versions of
 * `tests/runtimes.json`.
 *
 * @module
 */

import { output } from "./output.ts";
import pinned from "../runtimes.json" with { type: "json" };

/** A runtime's program. */
export interface Program {
  /** The runtime and its version, as `Node 24.21.0`. */
  readonly label: string;
  /** What to start. */
  readonly path: string;
}

/** A runtime that tests run on. */
export type ProgramName = keyof typeof pinned;

const CANDIDATES: Readonly<
  Record<ProgramName, { label: string; command: string; accepts: (version: number[]) => boolean }>
> = {
  deno: { label: "Deno", command: Deno.execPath(), accepts: () => true },
  bun: { label: "Bun", command: "bun", accepts: (version) => atLeast(version, pinned.bun, 2) },
  node: { label: "Node", command: "node", accepts: (version) => atLeast(version, pinned.node, 1) },
  oldestNode: {
    label: "Node",
    command: "node",
    accepts: ([major]) => major === numbers(pinned.oldestNode)[0],
  },
};

const found = new Map<ProgramName, Promise<Program>>();

/** Finds a runtime; what the machine lacks, or has too old, comes from npm. */
export function findProgram(name: ProgramName): Promise<Program> {
  let program = found.get(name);
  if (program === undefined) found.set(name, program = find(name));
  return program;
}

async function find(name: ProgramName): Promise<Program> {
  const { label, command, accepts } = CANDIDATES[name];
  const own = await output(command, ["--version"]).catch(() => undefined);
  const version = own?.match(/\d+\.\d+\.\d+/)?.[0];
  if (version !== undefined && accepts(numbers(version))) {
    return { label: `${label} ${version}`, path: command };
  }
  const spec = `${name === "oldestNode" ? "node" : name}@${pinned[name]}`;
  // npx costs half a second a call and stands between us and the process, so it is asked only once
  const path = await output("npx", ["-y", spec, "-p", "process.execPath"]);
  return { label: `${label} ${pinned[name]}`, path };
}

function numbers(version: string): number[] {
  return version.split(".").map(Number);
}

/** Whether a version's first parts are those of another, or newer. */
function atLeast(version: readonly number[], than: string, parts: number): boolean {
  const floor = numbers(than);
  for (let i = 0; i < parts; i++) {
    const difference = (version[i] ?? 0) - floor[i]!;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

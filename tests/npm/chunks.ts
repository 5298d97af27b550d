/**
 * Which modules share a file of the built package.
 *
 * Left to itself a bundler makes a file of each set of modules that the same entry points and `import()`
 * reach: dozens, of which a program that connects would read most. What is always loaded together is put
 * together here; what is loaded on use stays apart.
 *
 * @module
 */

import { join } from "node:path";
import { root } from "../runner/files.ts";

/** What a bundler tells of a module. */
export interface ModuleInfo {
  /** The modules that load with it. */
  readonly importedIds: readonly string[];
}

/** Finds what a bundler knows of a module. */
export type GetModuleInfo = (id: string) => ModuleInfo | null;

/** Every module that loads with another one, itself included. */
function closure(path: string, getModuleInfo: GetModuleInfo): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [join(root, path)];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...getModuleInfo(id)?.importedIds ?? []);
  }
  return found;
}

/** The names of the files, each before those that load it. */
export const CHUNKS = [
  "base",
  "session",
  "client",
  "dial",
  "local",
  "start",
  "both",
  "cli",
] as const;

/** Finds the file that a module shares; `undefined` leaves it to the bundler. */
export type ChunkOf = (id: string) => typeof CHUNKS[number] | undefined;

/** Tells for each module which file it shares. */
export function chunks(getModuleInfo: GetModuleInfo): ChunkOf {
  function reached(...paths: readonly string[]): ReadonlySet<string> {
    return new Set(paths.flatMap((path) => [...closure(path, getModuleInfo)]));
  }
  const cli = reached("src/cli/run.ts");
  const start = reached("src/cli/main.ts"); // what a Node that is too old must be able to read
  const proxy = reached("src/cli/proxy.ts");
  // of what `connect()` takes, what others take without the rest
  const main = reached("mod.ts");
  const base = reached("src/server/mod.ts", "src/cli/run.ts");
  const session = reached("src/admin.ts", "src/protocol.ts", "src/testing.ts");
  const client = reached("src/web.ts");
  const dial = reached("transports/default.ts", "transports/detect.ts");
  return (id) => {
    if (!main.has(id)) {
      if (start.has(id)) return "start";
      return !cli.has(id) ? undefined : proxy.has(id) ? "both" : "cli";
    }
    if (base.has(id)) return "base";
    if (!client.has(id)) return dial.has(id) ? "dial" : "local";
    return session.has(id) ? "session" : "client";
  };
}

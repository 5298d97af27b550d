/**
 * Where the web console is.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * The directory with the console's files: the package's own, or one that is made of the sources.
 *
 * Answers `undefined` where there is neither.
 */
export async function findUi(): Promise<string | undefined> {
  if (!import.meta.url.startsWith("file:")) return undefined;
  // beside the package's modules, of which this may be one of the shared ones
  for (const place of ["./ui/", "../ui/"]) {
    const directory = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(join(directory, "console.js"))) return directory;
  }
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const builder = join(root, "tests/ui/build.ts");
  if (!existsSync(builder)) return undefined;
  // in a process of its own: a bundler is nothing that a proxy should have loaded
  const args = "Deno" in globalThis ? ["run", "-A", builder] : [builder];
  await promisify(execFile)(process.execPath, args);
  return join(root, ".cache/ui");
}

/**
 * Which test files there are, and which runtime each is for.
 *
 * @module
 */

import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** A runtime that runs the tests from source. */
export type SourceRuntime = "deno" | "bun" | "node";

/** A test file that is not for every runtime says so: `// Runs on: deno`. */
const RUNS_ON = /^\/\/ Runs on: ([a-z, ]+)/m;

/** The repository's root. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** The test files that a runtime runs, below any of the given paths, relative to the root. */
export async function testFiles(
  runtime: SourceRuntime,
  paths: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const absolute = resolve(root, path);
    const { isDirectory } = await Deno.stat(absolute);
    for (const file of isDirectory ? await walk(absolute) : [absolute]) {
      const runsOn = RUNS_ON.exec(await Deno.readTextFile(file))?.[1]?.split(/,\s*| /);
      if (runsOn === undefined || runsOn.includes(runtime)) found.push(relative(root, file));
    }
  }
  return [...new Set(found)].sort();
}

async function walk(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = resolve(directory, name);
    if (isDirectory) found.push(...await walk(path));
    else if (name.endsWith("_test.ts")) found.push(path);
  }
  return found;
}

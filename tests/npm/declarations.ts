/**
 * The declarations that somebody can reach.
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";

/** What a declaration imports of its neighbours. */
const IMPORTED = /(?:\bfrom |\bimport\(|\bimport )"(\.[^"\n]*)\.js"/g;

/** Removes the declarations that these do not lead to: the compiler writes those of every source. */
export async function pruneDeclarations(
  directory: string,
  entryPoints: readonly string[],
): Promise<void> {
  const kept = new Set<string>();
  const waiting = entryPoints.map((path) => resolve(path));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (kept.has(path)) continue;
    kept.add(path);
    for (const [, name] of (await Deno.readTextFile(path)).matchAll(IMPORTED)) {
      waiting.push(resolve(dirname(path), `${name}.d.ts`));
    }
  }
  await removeOthers(resolve(directory), kept);
}

/** Removes all but these; answers whether something is left. */
async function removeOthers(directory: string, kept: ReadonlySet<string>): Promise<boolean> {
  let left = false;
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory ? await removeOthers(path, kept) : kept.has(path)) left = true;
    else await Deno.remove(path);
  }
  return left;
}

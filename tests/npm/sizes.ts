/**
 * What each entry point of the built package loads.
 *
 * @module
 */

import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { BuiltFile } from "./bundle.ts";

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
}

/** The files that load with one, itself included. */
function loaded(path: string, files: ReadonlyMap<string, BuiltFile>): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const file = files.get(next);
    if (file === undefined || found.has(next)) continue; // another package's
    found.add(next);
    waiting.push(...file.imports);
  }
  return found;
}

/** A line for each entry point, of what loads with it, and one for all. */
export async function entrySizes(
  directory: string,
  built: readonly BuiltFile[],
): Promise<string[]> {
  const files = new Map(built.map((file) => [file.path, file]));
  const sizes = new Map<string, readonly [bytes: number, zipped: number]>();
  for (const path of files.keys()) {
    const bytes = await Deno.readFile(join(directory, path));
    sizes.set(path, [bytes.length, gzipSync(bytes).length]);
  }
  function line(name: string, paths: Iterable<string>): string {
    const each = [...paths].map((path) => sizes.get(path)!);
    const [bytes, zipped] = [0, 1].map((i) => each.reduce((sum, size) => sum + size[i]!, 0));
    const count = each.length === 1 ? "1 file " : `${each.length} files`;
    return `${name.padEnd(14)} ${count.padStart(8)} ${kilobytes(bytes!)} ${
      kilobytes(zipped!)
    } zipped`;
  }
  const entryPoints = [...files.keys()].filter((path) => !path.includes("/")).sort();
  return [
    "What loads at once; the rest does when it is needed:",
    ...entryPoints.map((path) => line(path, loaded(path, files))),
    line("all there is", files.keys()),
  ];
}

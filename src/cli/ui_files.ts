/**
 * Where the web console is.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The module that makes the console, in a checkout of the repository. */
interface UiBuild {
  readonly UI: string;
  buildUi(): Promise<unknown>;
}

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
  const build = new URL("../../tests/ui/build.ts", import.meta.url);
  if (!existsSync(build)) return undefined;
  const { UI, buildUi }: UiBuild = await import(build.href);
  await buildUi();
  return UI;
}

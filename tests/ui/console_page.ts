/**
 * Builds the page of the examples.
 *
 * @module
 */

import { join } from "node:path";
import { root } from "../meta/repository.ts";
import { buildPage } from "./build.ts";

/** Where it is made. */
export const CONSOLE_PAGE: string = join(root, ".cache", "console_page");

if (import.meta.main) {
  const source = "tests/examples/console_page";
  await buildPage({
    entryPoints: { console_page: `${source}/console_page.ts`, style: `${source}/style.css` },
    files: [`${source}/index.html`],
    outdir: CONSOLE_PAGE,
  });
}

/**
 * Builds the page of the examples in the directory that is named.
 *
 * @module
 */

import { argv } from "node:process";
import { buildPage } from "./build.ts";

const source = "tests/examples/console_page";
await buildPage({
  entryPoints: { console_page: `${source}/console_page.ts`, style: `${source}/style.css` },
  files: [`${source}/index.html`],
  outdir: argv[2]!,
});

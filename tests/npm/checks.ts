/**
 * What must hold of the package where it is installed, beside the tests that the runtimes run there.
 *
 * @module
 */

import { skipWithoutChromium } from "../web/chromium.ts";
import { BUNDLER_CHECKS, writeProgram } from "./bundlers.ts";
import { checkDeclarations, RESOLUTIONS } from "./install.ts";
import { checkPage } from "./page.ts";

/** Something that must hold. */
export interface Check {
  readonly name: string;
  /** Why it cannot be looked at. */
  readonly skip: string | false;
  /** Rejects where it does not hold in the directory that has the package installed. */
  readonly run: (directory: string) => Promise<void>;
}

/** The checks, in the order in which they are to be run. */
export const CHECKS: readonly Check[] = [
  ...Object.entries(RESOLUTIONS).map(([name, flags]) => ({
    name: `npm: the declarations are sound, found as by ${name}`,
    skip: false,
    run: (directory: string) => checkDeclarations(directory, flags),
  } as const)),
  ...Object.entries(BUNDLER_CHECKS).map(([name, check]) => ({
    name,
    skip: false,
    async run(directory: string): Promise<void> {
      await writeProgram(directory);
      await check(directory);
    },
  } as const)),
  {
    name: "npm: a page in Chromium connects through the proxy",
    skip: skipWithoutChromium(),
    run: checkPage,
  },
];

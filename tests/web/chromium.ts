/**
 * Debian's Chromium, for the tests of pages.
 *
 * @module
 */

import { existsSync } from "node:fs";
import process from "node:process";
import { type Browser, chromium } from "playwright-core";

const PATH = "/usr/bin/chromium";
const required = process.env["VIRTWIRE_REQUIRE_BROWSER"] === "1";

/** Nothing but the page is asked for; as root there is no sandbox. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The `skip` of a test that needs Chromium. */
export function skipWithoutChromium(): string | false {
  return !required && !existsSync(PATH) && `there is no ${PATH}`;
}

/** Starts it, without a window. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: PATH, headless: true, args: FLAGS });
}

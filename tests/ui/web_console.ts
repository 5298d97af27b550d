/**
 * The web console in a test, and what is looked for in it.
 *
 * @module
 */

import type { Locator, Page } from "playwright-core";
import type { Connection } from "../../mod.ts";
import { built, pageTest, type PageTestOptions, type Place, TOKEN } from "./browser.ts";

const UI = built("tests/ui/build.ts");

/** What a phone is to a page. */
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** What Chromium logs of requests that nobody answers or that are refused. */
export const AWAY: RegExp = /ERR_CONNECTION|Failed to load resource|WebSocket connection/;

/** Declares a test of the console, with somebody signed in. */
export function consoleTest(
  name: string,
  use: (place: Place) => Promise<void>,
  options: PageTestOptions = {},
): void {
  pageTest(`web console: ${name}`, UI, async (place) => {
    await place.page.goto(`${place.proxy.url}#token=${TOKEN}`);
    await use(place);
  }, options);
}

/** Defines domains that do not run. */
export async function define(conn: Connection, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const escaped = name.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    await conn.defineDomainXml(
      `<domain type='test'><name>${escaped}</name><memory>1048576</memory><os><type>hvm</type></os></domain>`,
    );
  }
}

/** Defines `alpha`, `beta` and `gamma`, beside the `test` that runs. */
export async function defineThree(conn: Connection): Promise<void> {
  await define(conn, ["alpha", "beta", "gamma"]);
}

/** A domain's row in the list. */
export function row(page: Page, name: string): Locator {
  return page.locator(`.domain[data-name="${name}"]`);
}

/** Waits until the list shows a domain in a state. */
export async function hasState(page: Page, name: string, state: string): Promise<void> {
  await row(page, name).locator(".state", { hasText: new RegExp(`^${state}$`) }).waitFor();
}

/** A tab of a domain's page. */
export function tab(page: Page, name: string): Locator {
  return page.getByRole("tab", { name });
}

/** The names in the list, in their order, of what is not hidden. */
export async function listed(page: Page): Promise<string[]> {
  return await page.locator(".domain:not([hidden]) a").allTextContents();
}

/** What the terminal shows, from its text for screen readers. */
export function terminal(page: Page): Locator {
  return page.locator(".xterm-accessibility-tree");
}

/** Opens a domain's console, and waits until it is connected. */
export async function openConsole(page: Page, name: string): Promise<void> {
  await row(page, name).getByRole("link").click();
  await tab(page, "Console").click();
  await page.locator(".console-state", { hasText: /^Connected$/ }).waitFor();
}

/** Whether something has the focus. */
export function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element.matches(":focus"));
}

// Runs on: deno (a browser is a runtime of its own)
/** The web console for everybody: what axe finds, targets for fingers, what is read out. */

import { assert, assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import {
  AWAY,
  consoleTest,
  defineThree,
  hasState,
  openConsole,
  PHONE,
  row,
  tab,
} from "./web_console.ts";

/** WCAG 2.2 A and AA, and what axe's authors advise beside them. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds amiss in what is shown now. */
async function faults(page: Page): Promise<string[]> {
  // by the debugger, which the policy for contents leaves alone
  await page.evaluate(axe.source);
  const found = await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(RULES)} })`);
  return (found as axe.AxeResults).violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`
  );
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const [device, context] of Object.entries({ desktop: {}, phone: PHONE })) {
    consoleTest(`axe finds nothing on a ${colorScheme} ${device}`, async ({ page }) => {
      await hasState(page, "test", "running");
      assertEquals(await faults(page), [], "list");
      await row(page, "test").getByRole("link").click();
      await page.getByRole("switch", { name: "starts with its host" }).waitFor();
      assertEquals(await faults(page), [], "overview");
      await tab(page, "Console").click();
      await page.locator(".console-state", { hasText: /^Connected$/ }).waitFor();
      assertEquals(await faults(page), [], "console");
      await tab(page, "Screen").click();
      await page.getByText("16 × 16 pixels").waitFor();
      assertEquals(await faults(page), [], "screen");
      await tab(page, "Snapshots").click();
      await page.getByRole("button", { name: "Take a snapshot" }).click();
      assertEquals(await faults(page), [], "dialog");
      await page.getByRole("button", { name: "Take it" }).click();
      await page.getByText("1 snapshot").waitFor();
      assertEquals(await faults(page), [], "snapshots");
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Token").waitFor();
      assertEquals(await faults(page), [], "sign-in");
    }, { context: { ...context, colorScheme }, prepare: defineThree });
  }
}

consoleTest("axe finds nothing where a connection is lost", async ({ page, proxy }) => {
  await hasState(page, "test", "running");
  await proxy.stop();
  await page.locator(".host .banner").getByText("Connection lost").waitFor();
  assertEquals(await faults(page), []);
}, { prepare: defineThree, complains: AWAY });

/** What is pressed and smaller than a finger wants it. */
async function small(page: Page): Promise<string[]> {
  const found: string[] = [];
  const pressed = page.locator(
    "button, .tabs a, .back, summary, select, input:not([type=checkbox])",
  );
  for (const target of await pressed.and(page.locator(":visible")).all()) {
    const { width, height } = (await target.boundingBox())!;
    const name = `${await target.getAttribute("aria-label") ?? await target.textContent()}`;
    if (width < 40 || height < 40) found.push(`${name}: ${width} × ${height}`);
  }
  return found;
}

consoleTest("a finger hits what is to be pressed", async ({ page }) => {
  await hasState(page, "test", "running");
  assertEquals(await small(page), []);
  await openConsole(page, "test");
  for (const name of ["Console", "Overview", "Screen", "Snapshots"]) {
    await tab(page, name).click();
    await page.getByRole("tabpanel", { name }).locator(":visible").first().waitFor();
    assertEquals(await small(page), [], name);
  }
}, { context: PHONE });

consoleTest("numbers that change all the time are not read out", async ({ page }) => {
  await row(page, "test").locator(".metric", { hasText: /^CPU\d+ %/ }).waitFor();
  await row(page, "test").getByRole("link").click();
  const value = page.locator(".metric .value, .metric .detail");
  assert(await value.count() > 0);
  for (const it of await value.all()) {
    assertEquals(await it.evaluate((node) => node.closest("[aria-live],[role=status]")), null);
  }
});

// Runs on: deno (a browser is a runtime of its own)
/** The web console's list: finding, ordering, names of all kinds, and what a domain is. */

import { assert, assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { type Connection, DomainListFlags } from "../../mod.ts";
import {
  AWAY,
  consoleTest,
  define,
  defineThree,
  hasFocus,
  hasState,
  listed,
  openConsole,
  PHONE,
  row,
  terminal,
} from "./web_console.ts";

consoleTest("finds domains by name, state and UUID, as they change", async ({ page, conn }) => {
  await hasState(page, "gamma", "shut off");
  const search = page.getByRole("searchbox", { name: "Find domains" });
  await search.fill("MM");
  assertEquals(await listed(page), ["gamma"]);
  await page.getByText("1 of 4 domains", { exact: true }).waitFor();
  await search.fill("running");
  assertEquals(await listed(page), ["test"]);
  const beta = await conn.lookupDomainByName("beta");
  await beta.create();
  await row(page, "beta").waitFor();
  assertEquals(await listed(page), ["beta", "test"]);
  await search.fill(`${beta.uuid} bet`);
  assertEquals(await listed(page), ["beta"]);
  await search.fill("nothing like it");
  await page.getByText("No domain here is what is looked for.").waitFor();
  await search.fill("");
  assertEquals(await listed(page), ["alpha", "beta", "gamma", "test"]);
}, { prepare: defineThree });

consoleTest("orders domains, and moves none away under a pointer", async ({ page, conn }) => {
  await hasState(page, "gamma", "shut off");
  const order = page.getByRole("combobox", { name: "Order" });
  await order.selectOption("State");
  assertEquals(await listed(page), ["test", "alpha", "beta", "gamma"]);
  await row(page, "alpha").hover();
  await (await conn.lookupDomainByName("gamma")).create();
  await hasState(page, "gamma", "running");
  assertEquals(await listed(page), ["test", "alpha", "beta", "gamma"]);
  await page.getByRole("banner").hover();
  await (await conn.lookupDomainByName("beta")).create();
  await hasState(page, "beta", "running");
  assertEquals(await listed(page), ["beta", "gamma", "test", "alpha"]);
  await order.selectOption("Name");
  assertEquals(await listed(page), ["alpha", "beta", "gamma", "test"]);
}, { prepare: defineThree });

const NAMES = [
  "<img src=x onerror=document.title='hacked'>",
  "node-2",
  "node-10",
  "\u{1f680} rocket",
  "\u0645\u0631\u062d\u0628\u0627",
  "x".repeat(120),
];

consoleTest("shows names as they are, whatever is in them", async ({ page }) => {
  for (const name of NAMES) await page.getByRole("link", { name, exact: true }).waitFor();
  const names = await listed(page);
  assert(names.indexOf("node-2") < names.indexOf("node-10"), "as numbers are counted");
  assertEquals(await page.locator("img").count(), 0);
  for (const name of NAMES) {
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { name, exact: true }).waitFor();
    const sideways = await page.locator("html").evaluate((it) => it.scrollWidth > it.clientWidth);
    assertEquals(sideways, false, name);
    await page.getByRole("link", { name: "Back to the list" }).click();
  }
  // soon after the address has changed; the test has a time limit
  while (await page.title() !== "virtwire");
}, { prepare: (conn) => define(conn, NAMES), context: PHONE });

/** Of which every other runs: these rows are higher where the list is narrow. */
async function defineMany(conn: Connection): Promise<void> {
  await define(conn, Array.from({ length: 120 }, (_, i) => `node-${i}`));
  for (const [i, domain] of (await conn.listAllDomains()).entries()) {
    if (i % 2 === 0 && !await domain.isActive()) await domain.create();
  }
}

/** Waits until the state of every domain is shown: rows take another height with it. */
async function isComplete(page: Page, conn: Connection): Promise<void> {
  const { length } = await conn.listAllDomains({ flags: DomainListFlags.ACTIVE });
  await page.getByText(`${length} of 121 domains active`).waitFor();
}

/** Waits until something is in the window as a whole. */
async function isInSight(page: Page, place: Locator): Promise<void> {
  // rows that were not seen yet take some frames to find their height
  await page.waitForFunction(([it, height]) => {
    const { top, bottom } = it.getBoundingClientRect();
    return top >= 0 && bottom <= height;
  }, [(await place.elementHandle())!, page.viewportSize()!.height] as const);
}

consoleTest("keeps the opened domain and its page in sight in a long list", async (place) => {
  const { page, conn } = place;
  await isComplete(page, conn);
  for (const name of ["test", "node-60"]) {
    await row(page, name).getByRole("link").click();
    await page.getByRole("heading", { name }).waitFor();
    await page.locator("summary", { hasText: "XML" }).click();
    await page.locator("pre", { hasText: `<name>${name}</name>` }).waitFor();
    for (const it of [row(page, name), page.locator(".panel")]) {
      await isInSight(page, it);
    }
    await page.getByRole("link", { name: "Back to the list" }).click();
  }
}, { prepare: defineMany });

consoleTest("a phone comes back to where it was in a long list", async ({ page, conn }) => {
  await isComplete(page, conn);
  const link = row(page, "node-60").getByRole("link");
  await link.tap();
  await page.getByRole("heading", { name: "node-60" }).waitFor();
  await page.getByRole("link", { name: "Back to the list" }).tap();
  await link.waitFor();
  assert(await hasFocus(link));
  await isInSight(page, link);
}, { prepare: defineMany, context: PHONE });

consoleTest("tells what a domain is, and lets it start with its host", async (place) => {
  const { page, conn } = place;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await row(page, "test").getByRole("link").click();
  const domain = await conn.lookupDomainByName("test");
  const autostart = page.getByRole("switch", { name: "starts with its host" });
  assertEquals(await autostart.isChecked(), false);
  await autostart.click();
  await page.getByRole("status").getByText("Autostart of test on").waitFor({ state: "attached" });
  assertEquals(await domain.getAutostart(), true);
  await page.getByRole("button", { name: "Copy UUID" }).click();
  await page.getByText("Copied", { exact: true }).waitFor();
  const copied = await page.locator("html").evaluate((html) =>
    html.ownerDocument.defaultView!.navigator.clipboard.readText()
  );
  assertEquals(copied, domain.uuid);
});

consoleTest("a pointer on a curve asks for the values of the past", async ({ page }) => {
  await row(page, "test").getByRole("link").click();
  const cpu = page.locator(".panel .metric.cpu");
  await cpu.getByText(/^\d+ %$/).waitFor();
  await cpu.locator("svg").hover({ position: { x: 5, y: 5 } });
  await cpu.getByText(/^\d+ s ago$/).waitFor();
  await page.getByRole("heading", { name: "test" }).hover();
  await cpu.getByText("of 2 virtual CPUs").waitFor();
});

consoleTest("a phone has the keys that its keyboard has not", async ({ page }) => {
  await openConsole(page, "test");
  await page.keyboard.type("typed");
  await terminal(page).getByText("typed").waitFor();
  await page.getByRole("button", { name: "Left" }).tap();
  await page.keyboard.type("X"); // the guest in memory says what is typed: over the last letter
  await terminal(page).getByText("typeX").waitFor();
}, { context: PHONE });

consoleTest(
  "says of a host that it cannot be reached, and of one that it is empty",
  async (place) => {
    const { page, conn } = place;
    const away = page.getByRole("region", { name: "away" });
    await away.getByText("Cannot connect").waitFor();
    await away.getByText('The target "away" cannot be reached').waitFor();
    assertEquals(await away.getByText("What is shown").count(), 0);
    const domain = await conn.lookupDomainByName("test");
    await domain.destroy();
    await domain.undefine();
    await page.getByText("There are no domains here.").waitFor();
  },
  { more: { away: "test+unix:///default?socket=/nowhere/at/all" }, complains: AWAY },
);

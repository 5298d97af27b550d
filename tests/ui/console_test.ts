// Runs on: deno (a browser is a runtime of its own)
/** The web console, used as people do: by its names and roles. */

import { assert, assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { TOKEN } from "./browser.ts";
import {
  AWAY,
  consoleTest,
  defineThree,
  hasFocus,
  hasState,
  openConsole,
  PHONE,
  row,
  tab,
  terminal,
} from "./web_console.ts";

consoleTest("lists what there is, acts, and shows what others do", async ({ page, conn }) => {
  await hasState(page, "test", "running");
  await hasState(page, "alpha", "shut off");
  assertEquals(await page.locator(".domain a").allTextContents(), [
    "alpha",
    "beta",
    "gamma",
    "test",
  ]);
  await page.getByRole("button", { name: "Suspend test" }).click();
  await hasState(page, "test", "paused");
  assertEquals((await (await conn.lookupDomainByName("test")).getState()).state, 3);
  await page.getByRole("button", { name: "Start beta" }).click();
  await hasState(page, "beta", "running");

  const gamma = await conn.lookupDomainByName("gamma");
  await gamma.create();
  await hasState(page, "gamma", "running");
  await gamma.destroy();
  await hasState(page, "gamma", "shut off");
  await gamma.undefine();
  await row(page, "gamma").waitFor({ state: "detached" });
  assert(!page.url().includes(TOKEN), "the token is taken out of the address");
}, { prepare: defineThree });

consoleTest("draws statistics, also where a driver has none in bulk", async ({ page }) => {
  const metrics = row(page, "test").locator(".metric");
  await metrics.filter({ hasText: /^CPU\d+ %/ }).waitFor();
  await metrics.filter({ hasText: /^Memory25 %/ }).waitFor();
  await metrics.filter({ hasText: /^Network[\d.]+ KiB\/s/ }).waitFor();
  const curve = row(page, "test").locator(".disk .line");
  await page.waitForFunction((line) => line!.getAttribute("d") !== "", await curve.elementHandle());
});

consoleTest("asks before it forces a domain off", async ({ page }) => {
  await row(page, "test").getByRole("link").click();
  await page.getByRole("button", { name: "Force off" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await hasState(page, "test", "running");
  await page.getByRole("button", { name: "Force off" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Force off" }).click();
  await hasState(page, "test", "shut off");
});

consoleTest("says why the proxy refuses a call", async ({ page }) => {
  await page.getByText("starts and stops").waitFor();
  await row(page, "test").getByRole("link").click();
  await tab(page, "Snapshots").click();
  await page.getByRole("button", { name: "Take a snapshot" }).click();
  await page.getByRole("button", { name: "Take it" }).click();
  const alert = page.getByRole("alert");
  await alert.getByText("Taking a snapshot failed").waitFor();
  await alert.getByText(/access denied/).waitFor();
}, { proxy: { filter: "operate" } });

consoleTest("is live where the proxy lets it only look", async ({ page, conn }) => {
  await page.getByText("looks only").waitFor();
  await hasState(page, "test", "running");
  await row(page, "test").getByRole("link").click();
  await page.getByText("nothing can be started or changed").waitFor();
  assertEquals(await page.getByRole("button", { name: "Suspend" }).count(), 0);
  await page.getByText("UUID", { exact: true }).waitFor();
  await tab(page, "Console").click();
  await page.getByText("no console can be opened").waitFor();
  await tab(page, "Snapshots").click();
  await page.getByText("There are no snapshots.").waitFor();
  assertEquals(await page.getByRole("button", { name: "Take a snapshot" }).count(), 0);
  await (await conn.lookupDomainByName("test")).suspend();
  await hasState(page, "test", "paused");
}, { proxy: { filter: "monitor" } });

consoleTest("an error stays until it is dismissed, and is shown once", async ({ page }) => {
  const suspend = page.getByRole("button", { name: "Suspend test" });
  await suspend.click();
  const alert = page.getByRole("alert");
  await alert.getByText("Suspend test failed").waitFor();
  await alert.locator(".notice").evaluate((notice) => notice.classList.add("first"));
  await suspend.click();
  await alert.locator(".notice:not(.first)").waitFor();
  assertEquals(await alert.locator(".notice").count(), 1);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await alert.getByText("Suspend test failed").waitFor({ state: "detached" });
  assert(await hasFocus(page.getByRole("main")));
}, { proxy: { filter: { preset: "operate", deny: ["domain:suspend"] } } });

consoleTest("takes, reverts to and deletes snapshots", async ({ page, conn }) => {
  const domain = await conn.lookupDomainByName("test");
  await row(page, "test").getByRole("link").click();
  await tab(page, "Snapshots").click();
  await page.getByText("There are no snapshots.").waitFor();
  await page.getByRole("button", { name: "Take a snapshot" }).click();
  await page.getByLabel("Name").fill("before <it>");
  await page.getByLabel("Description").fill("All's well & good");
  await page.keyboard.press("Enter");
  const entry = page.locator(".snapshots li", { hasText: "before <it>" });
  await entry.getByText("All's well & good").waitFor();
  assertEquals(await domain.listSnapshotNames(), ["before <it>"]);
  await domain.destroy();
  await hasState(page, "test", "shut off");
  await page.getByRole("button", { name: "Revert to before <it>" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revert" }).click();
  await hasState(page, "test", "running");
  await page.getByRole("button", { name: "Delete before <it>" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("There are no snapshots.").waitFor();
  assertEquals(await domain.listSnapshotNames(), []);
});

consoleTest("shows the screen", async ({ page }) => {
  await row(page, "test").getByRole("link").click();
  await tab(page, "Screen").click();
  await page.getByText("16 × 16 pixels").waitFor();
  await page.getByRole("img", { name: /Screen of test/ }).waitFor();
});

consoleTest("a console types and echoes, and lets go of the keyboard", async ({ page, conn }) => {
  await openConsole(page, "test");
  await page.keyboard.type("echo 42");
  await terminal(page).getByText("echo 42").waitFor();
  await page.keyboard.press("Control+]");
  const leave = page.getByRole("button", { name: "Disconnect" });
  assert(await hasFocus(leave));
  await page.keyboard.press("Enter");
  await page.locator(".console-state", { hasText: "Disconnected" }).waitFor();

  const domain = await conn.lookupDomainByName("test");
  await using other = await domain.openConsole();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByText(/Active console session exists/).waitFor();
  const lost = other.readable.getReader().read().then(() => "more", () => "lost");
  await page.getByRole("button", { name: "Take it over" }).click();
  await page.locator(".console-state", { hasText: /^Connected$/ }).waitFor();
  assertEquals(await lost, "lost");
  await domain.destroy();
  await page.locator(".console-state", { hasText: "The console has ended" }).waitFor();
});

consoleTest("tells of a lost connection, and goes on when it is back", async (place) => {
  const { page, conn, proxy } = place;
  await hasState(page, "test", "running");
  await proxy.stop();
  const banner = page.locator(".host .banner");
  await banner.getByText("Connection lost").waitFor();
  await banner.getByText(/Next attempt in \d+ s/).waitFor();
  await hasState(page, "test", "running"); // what was known stays
  const domain = await conn.lookupDomainByName("test");
  await domain.suspend(); // meanwhile
  await proxy.start();
  await banner.getByRole("button", { name: "Retry now" }).click();
  await banner.waitFor({ state: "hidden" });
  assert(await hasFocus(page.getByRole("main")));
  await hasState(page, "test", "paused");
  await domain.resume();
  await hasState(page, "test", "running");
}, { complains: AWAY });

consoleTest("tells a phone of a lost connection on the domain's page too", async (place) => {
  const { page, proxy } = place;
  await row(page, "test").getByRole("link").tap();
  const panel = page.getByRole("region", { name: "Domain test" });
  await tab(page, "Console").tap();
  await page.locator(".console-state", { hasText: /^Connected$/ }).waitFor();
  await proxy.stop();
  await panel.getByText("Connection lost").waitFor();
  await page.getByRole("button", { name: "Connect", exact: true }).waitFor();
  await proxy.start();
  await panel.getByText("Connection lost").waitFor({ state: "hidden" }); // by itself
  await page.getByRole("button", { name: "Connect", exact: true }).tap();
  await page.locator(".console-state", { hasText: /^Connected$/ }).waitFor();
}, { context: PHONE, complains: AWAY });

consoleTest("asks again for a token that is not good any more", async ({ page }) => {
  await hasState(page, "test", "running");
  await page.getByRole("button", { name: "Sign out" }).click();
  const field = page.getByLabel("Token");
  await field.fill("another-token-that-is-wrong");
  await page.keyboard.press("Enter");
  await page.getByText("The proxy does not accept this token").waitFor();
  await field.fill(TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  await hasState(page, "test", "running");
}, { complains: AWAY });

/** Presses Tab until the focus is on what has this name; a trap would keep it away. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let i = 0; i < 60; i++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`The keyboard does not get to ${target}`);
}

consoleTest("is used by the keyboard alone", async ({ page }) => {
  await hasState(page, "test", "running");
  await page.keyboard.press("Tab");
  await page.getByRole("link", { name: "Skip to the hosts" }).waitFor();
  await page.keyboard.press("Enter");
  await tabTo(page, row(page, "test").getByRole("link"));
  const outline = await row(page, "test").getByRole("link").evaluate((link) =>
    link.ownerDocument.defaultView!.getComputedStyle(link, "::after").outlineStyle
  );
  assertEquals(outline, "solid");
  await page.keyboard.press("Enter");
  const suspend = page.getByRole("region", { name: "Domain test" })
    .getByRole("button", { name: "Suspend" });
  await tabTo(page, suspend);
  await page.keyboard.press("Enter");
  await hasState(page, "test", "paused");
  // its button went away: its neighbour has the focus
  assertEquals(await page.locator(":focus").textContent(), "Resume");
  await tabTo(page, tab(page, "Overview"));
  await page.keyboard.press("ArrowRight");
  await page.locator(".console-state", { hasText: "Connected" }).waitFor();
  await page.keyboard.type("hi");
  await terminal(page).getByText("hi").waitFor();
  await page.keyboard.press("Control+]");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.getByText("There are no snapshots.").waitFor();
  await tabTo(page, page.getByRole("button", { name: "Take a snapshot" }));
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const take = page.getByRole("button", { name: "Take a snapshot" });
  assert(await hasFocus(take));
});

consoleTest("fits a phone", async ({ page }) => {
  await hasState(page, "test", "running");
  const sideways = () =>
    page.locator("html").evaluate((html) => html.scrollWidth > html.clientWidth);
  assertEquals(await sideways(), false);
  for (const button of await page.locator(".domain button:visible").all()) {
    const { width, height } = (await button.boundingBox())!;
    assert(width >= 43 && height >= 43, `a finger does not hit ${width} × ${height} pixels`);
  }
  await row(page, "test").getByRole("link").tap();
  await page.getByRole("heading", { name: "test" }).waitFor();
  assertEquals(await page.locator(".hosts").isVisible(), false);
  for (const name of ["Overview", "Console", "Screen", "Snapshots"]) {
    await tab(page, name).tap();
    assertEquals(await sideways(), false, name);
  }
  await page.getByRole("link", { name: "Back to the list" }).tap();
  await row(page, "test").waitFor();
}, { context: PHONE, prepare: defineThree });

// Runs on: deno (a browser is a runtime of its own)
/** The web console on a real daemon, with a guest that runs. */

import { assert, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { connect } from "../../mod.ts";
import { readUi } from "../../src/cli/proxy_options.ts";
import { startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { skipWithoutGuest, startGuest } from "../streams/guest.ts";
import { skipWithoutChromium } from "../web/chromium.ts";
import { built, inChromium, serveProxy, TOKEN } from "./browser.ts";

const UI = built("tests/ui/build.ts");

const VERSION = "9";

/** What the guest prints for as long as it may leaves the page to its user, and fills no memory. */
async function floods(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await session.send("Network.enable");
  const held = async () => {
    await session.send("HeapProfiler.collectGarbage");
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "JSHeapUsedSize")!.value / 2 ** 20;
  };
  const before = await held();
  let received = 0;
  const { promise: flooded, resolve } = Promise.withResolvers<void>();
  session.on("Network.webSocketFrameReceived", ({ response }) => {
    received += response.payloadData.length;
    if (received > FLOOD) resolve();
  });
  await page.keyboard.type("yes 0123456789012345678901234567890123456789\n");
  await flooded;
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByRole("switch", { name: "starts with its host" }).or(page.getByText("it is gone"))
    .waitFor();
  await page.getByRole("tab", { name: "Console" }).click();
  await page.locator(".console-state", { hasText: /^Connected$/ }).waitFor();
  await page.keyboard.press("Control+c");
  await page.keyboard.type("echo $((6 * 9))\n");
  // the guest shares the processors with all that the flood keeps busy
  await page.locator(".xterm-accessibility-tree").getByText(/^54$/).waitFor({ timeout: 100_000 });
  const grown = await held() - before;
  assert(grown < 30, `the page holds ${grown.toFixed(1)} MiB more`);
}

/** Bytes of a console that are more than any screen shows. */
const FLOOD = 2 ** 18;

test("web console: shows a real guest, its shell and its screen", async () => {
  await using daemon = await startDaemon(VERSION);
  const uri = `qemu+unix:///system?socket=${daemon.socket}`;
  await using conn = await connect(uri);
  const guest = await startGuest(conn);
  const proxy = await serveProxy({
    targets: { lab: uri },
    tokens: [{ name: "tests", token: TOKEN }],
    filter: "all",
    ui: await readUi(UI),
  });
  try {
    await inChromium({}, async (page) => {
      await page.goto(`${proxy.url}#token=${TOKEN}`);
      const row = page.locator('.domain[data-name="guest"]');
      await row.locator(".state", { hasText: /^running$/ }).waitFor();
      await row.locator(".metric", { hasText: /^CPU\d+ %/ }).waitFor();
      await row.locator(".metric", { hasText: /^Memory\d+ %/ }).waitFor();
      await row.getByRole("link").click();
      await page.getByRole("tab", { name: "Console" }).click();
      await page.locator(".console-state", { hasText: /^Connected$/ }).waitFor();
      await page.keyboard.press("Enter"); // the prompt may have come before there was a console
      await page.locator(".xterm-accessibility-tree").getByText("guest#").first().waitFor({
        timeout: 100_000,
      });
      await page.keyboard.type("echo $((6 * 7))\n");
      await page.locator(".xterm-accessibility-tree").getByText(/^42$/).waitFor();
      await floods(page);
      await page.getByRole("tab", { name: "Screen" }).click();
      const said = page.getByText(/^\d+ × \d+ pixels/);
      await said.waitFor();
      assertMatch((await said.textContent())!, /^(640|720) × (400|480) pixels/);
      await page.getByRole("button", { name: "Force off" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Force off" }).click();
      await row.waitFor({ state: "detached" }); // it was not defined
    });
  } finally {
    await proxy.stop();
    if (await guest.isActive().catch(() => false)) await guest.destroy();
  }
}, { skip: skipWithoutGuest(VERSION) || skipWithoutChromium(), timeout: 300_000 });

// Runs on: deno (a browser is a runtime of its own)
/** The web console with more than anybody reads: hundreds of domains, and events by the hundred. */

import { assert, assertEquals } from "@std/assert";
import type { CDPSession, Page } from "playwright-core";
import type { Connection } from "../../mod.ts";
import { consoleTest, define, hasState } from "./web_console.ts";

const DOMAINS = 500;
const ROUNDS = 4;

/** MiB that its programs hold. */
async function held(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "JSHeapUsedSize")!.value / 2 ** 20;
}

async function observe(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await session.send("HeapProfiler.enable");
  return session;
}

async function defineMany(conn: Connection): Promise<void> {
  await define(conn, Array.from({ length: DOMAINS }, (_, i) => `node-${i}`));
}

consoleTest(
  `${DOMAINS} domains with ${4 * ROUNDS * DOMAINS} events end in their states`,
  async (place) => {
    const { page, conn } = place;
    await page.getByText(`1 of ${DOMAINS + 1} domains active`).waitFor();
    const session = await observe(page);
    const before = await held(session);
    const domains = (await conn.listAllDomains()).filter(({ name }) => name !== "test");
    for (let round = 0; round < ROUNDS; round++) {
      for (const domain of domains) {
        await domain.create();
        await domain.suspend();
        await domain.resume();
        if (round < ROUNDS - 1) await domain.destroy();
      }
    }
    await domains[7]!.suspend();
    await page.getByText(`${DOMAINS + 1} of ${DOMAINS + 1} domains active`).waitFor();
    await hasState(page, domains[7]!.name, "paused");
    const paused = page.locator('.domain .state[data-tone="warn"]');
    while (await paused.count() > 1) await paused.nth(1).waitFor({ state: "detached" });
    assertEquals(await page.locator('.domain .state[data-tone="good"]').count(), DOMAINS);
    const grown = await held(session) - before;
    assert(grown < 10, `the page holds ${grown.toFixed(1)} MiB more`);
    const curves = await page.locator('.domain .line[d]:not([d=""])').count();
    assert(curves < DOMAINS, `${curves} curves were drawn, most of which nobody sees`);
  },
  { prepare: defineMany, timeout: 180_000 },
);

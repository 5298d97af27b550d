/**
 * A page in Chromium, and the web console behind a proxy for it to show.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { BrowserContextOptions, Page } from "playwright-core";
import { connect, type Connection } from "../../mod.ts";
import { readUi } from "../../src/cli/proxy_options.ts";
import { createProxy, type Proxy, type ProxyOptions } from "../../src/proxy/proxy.ts";
import type { TestHypervisor } from "../../src/testing.ts";
import { test } from "../harness.ts";
import { root } from "../meta/repository.ts";
import { withServedHypervisor } from "../served_hypervisor.ts";
import { launchChromium, skipWithoutChromium } from "../web/chromium.ts";

/**
 * Builds a page by a program of the repository, in a directory of this process's own, and answers it.
 *
 * esbuild leaves a process that tests shall not see.
 */
export function built(program: string): string {
  const directory = mkdtempSync(join(tmpdir(), "built-"));
  addEventListener("unload", () => rmSync(directory, { recursive: true })); // Deno's tests have no exit
  const args = ["run", "-A", join(root, program), directory];
  execFileSync(process.execPath, args, { stdio: "pipe" });
  return directory;
}

/** The proxy's token. */
export const TOKEN = "a-token-of-the-tests-alone";

/** What a test of a page gets. */
export interface Place {
  readonly page: Page;
  readonly hypervisor: TestHypervisor;
  /** Another client of the hypervisor. */
  readonly conn: Connection;
  readonly proxy: ServedProxy;
}

/** The proxy, which can be stopped and started again at the same port. */
export interface ServedProxy {
  /** The page's address. */
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** What a test wants. */
export interface PageTestOptions {
  readonly context?: BrowserContextOptions;
  readonly proxy?: Partial<ProxyOptions>;
  /** Targets beside the hypervisor, which is `lab`. */
  readonly more?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  /** Changes the hypervisor before the page sees it. */
  prepare?(conn: Connection): Promise<void>;
  /** What the page may complain of: a server that is away, for one. */
  readonly complains?: RegExp;
}

/** Declares a test of the pages in a directory, with a page that has loaded nothing yet. */
export function pageTest(
  name: string,
  directory: string,
  use: (place: Place) => Promise<void>,
  options: PageTestOptions = {},
): void {
  const skip = skipWithoutChromium();
  test(name, () =>
    withServedHypervisor(async ({ hypervisor, uri }) => {
      await using conn = await connect(uri);
      await options.prepare?.(conn);
      const proxy = await serveProxy({
        targets: { lab: uri, ...options.more },
        tokens: [{ name: "tests", token: TOKEN }],
        filter: "all",
        ui: await readUi(directory),
        ...options.proxy,
      });
      try {
        await inChromium(options, (page) => use({ page, hypervisor, conn, proxy }));
      } finally {
        await proxy.stop();
      }
    }), { skip, ...(options.timeout === undefined ? {} : { timeout: options.timeout }) });
}

/** Serves a proxy at a port that is free. */
export async function serveProxy(options: ProxyOptions): Promise<ServedProxy> {
  let proxy: Proxy | undefined = await createProxy({ ...options, port: 0 });
  const { port } = proxy;
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      await proxy?.close({ timeout: 0 });
      proxy = undefined;
    },
    async start() {
      proxy = await createProxy({ ...options, port });
    },
  };
}

/** Opens a page for as long as it is used; what it complains of fails. */
export async function inChromium(
  { context, complains }: PageTestOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await (await browser.newContext(context)).newPage();
    page.setDefaultTimeout(20_000);
    const said: string[] = [];
    page.on("pageerror", (error) => said.push(error.stack ?? String(error)));
    // what the policy for contents forbids is told here too
    page.on("console", (message) => {
      if (message.type() === "error") said.push(message.text());
    });
    await use(page);
    const complaints = said.filter((text) => !complains?.test(text));
    if (complaints.length > 0) throw new Error(`The page complains:\n${complaints.join("\n")}`);
  } finally {
    await browser.close();
  }
}

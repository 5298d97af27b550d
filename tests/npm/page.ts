/**
 * The installed package in a page: a bundle made of it, served by the installed proxy, in a real
 * Chromium.
 *
 * @module
 */

import { join } from "node:path";
import * as esbuild from "esbuild";
import { findProgram } from "../runner/programs.ts";
import { launchChromium } from "../web/chromium.ts";
import { PROGRAM } from "./bundlers.ts";

/** Where the page is, of the project's directory. */
const SITE = "site";

async function writeSite(directory: string): Promise<void> {
  const site = join(directory, SITE);
  await esbuild.build({
    absWorkingDir: directory,
    stdin: { contents: PROGRAM, resolveDir: directory },
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    outfile: join(site, "page.js"),
    logLevel: "silent", // it throws them
  });
  const html = `<!doctype html><title>A page</title><script src="page.js"></script>\n`;
  await Deno.writeTextFile(join(site, "index.html"), html);
}

/** The proxy as npm has installed it, with its hosts in memory; it ends with what uses it. */
async function withProxy(directory: string, use: (url: URL) => Promise<void>): Promise<void> {
  const { path } = await findProgram("node");
  const bin = join(directory, "node_modules/.bin/virtwire-proxy");
  const proxy = new Deno.Command(path, {
    args: [bin, "--files", join(directory, SITE), "--demo", "--listen", "127.0.0.1:0"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    let printed = "";
    for await (const text of proxy.stdout.pipeThrough(new TextDecoderStream())) {
      printed += text;
      const url = /^Open (\S+)$/m.exec(printed)?.[1];
      if (url !== undefined) return await use(new URL(url));
    }
    throw new Error(`The proxy has ended: ${printed}`);
  } finally {
    proxy.kill("SIGTERM");
    await proxy.status;
  }
}

/** Connects in a page, and reads there what the host behind the proxy has. */
export async function checkPage(directory: string): Promise<void> {
  await writeSite(directory);
  await withProxy(directory, async ({ origin, host, hash }) => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(origin);
      const said = await page.evaluate(
        async (uris) => {
          const { domainsOf } = globalThis as unknown as {
            domainsOf: (uri: string) => Promise<readonly string[]>;
          };
          return await Promise.all(uris.map((uri) => domainsOf(uri).then(String, String)));
        },
        [`ws://${host}/edge?${hash.slice(1)}`, "test:///default"],
      );
      const [domains, refusal] = said;
      if (domains !== "backup,cache,router") throw new Error(`The page finds ${domains}`);
      if (
        !refusal?.startsWith('UnsupportedError: Cannot connect to "test:///default" over a Web')
      ) {
        throw new Error(`The page is told ${refusal}`);
      }
    } finally {
      await browser.close();
    }
  });
}

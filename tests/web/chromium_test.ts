// Runs on: deno (a browser is a runtime of its own)
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as esbuild from "esbuild";
import type { Page } from "playwright-core";
import { test } from "../harness.ts";
import { root } from "../meta/repository.ts";
import { type Bridge, startBridge } from "./bridge.ts";
import { launchChromium, skipWithoutChromium } from "./chromium.ts";
import type { fail, Found, use } from "./page.ts";

const skip = skipWithoutChromium();

// Its worker stays, so that it must not be a test that starts it.
esbuild.transformSync("");

/** A page's code, with what it imports, as a browser loads it. */
function bundlePage(): string {
  const { outputFiles } = esbuild.buildSync({
    absWorkingDir: root,
    entryPoints: ["tests/web/page.ts"],
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2023",
    write: false,
  });
  return outputFiles![0]!.text;
}

async function withPage(use: (bridge: Bridge, page: Page) => Promise<void>): Promise<void> {
  const code = bundlePage();
  await using bridge = await startBridge({
    page: (path) =>
      path === "/page.js"
        ? { type: "text/javascript", body: code }
        : { type: "text/html", body: `<!doctype html><script src="/page.js"></script>` },
    elsewhere({ socket, path, raw }) {
      if (path === "/policy") socket.close(1008, "not you");
      else if (path === "/text") socket.send("hello");
      else socket.on("message", () => raw.destroy()); // earlier it might overtake the handshake
    },
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const thrown: string[] = [];
    page.on("pageerror", (error) => thrown.push(String(error)));
    await page.goto(bridge.url.replace("ws:", "http:"));
    await use(bridge, page);
    assertEquals(thrown, []);
  } finally {
    await browser.close();
  }
}

for (const make of ["stream", "standard"] as const) {
  test(
    `web: Chromium, ${make}: lists, watches, moves volumes, talks to a console`,
    () =>
      withPage(async (bridge, page) => {
        const found: Found = await page.evaluate(
          ([url, make]) => (globalThis as unknown as { use: typeof use }).use(url, make),
          [bridge.url, make] as const,
        );
        assertEquals(found.domains, ["test"]);
        assertEquals(found.events, ["SUSPENDED", "RESUMED"]);
        assertEquals(found.downloaded, found.uploaded);
        assertEquals(found.slowly, found.uploaded);
        assertEquals(found.echoed, "hello");
        assertEquals(found.closed, "client");
        assert(bridge.tickets().every((ticket) => ticket === "of the page"), `${bridge.tickets()}`);
      }),
    { skip, timeout: 120_000 },
  );

  test(`web: Chromium, ${make}: says what went wrong`, () =>
    withPage(async (bridge, page) => {
      const said: Record<string, string> = await page.evaluate(
        ([url, make]) => (globalThis as unknown as { fail: typeof fail }).fail(url, make),
        [bridge.url, make] as const,
      );
      assertStringIncludes(said["/status/403"]!, "the handshake failed, and it is not told why");
      assertStringIncludes(said["/policy"]!, "the server's policy forbids it (1008): not you");
      assertStringIncludes(said["/text"]!, "the server sent text");
      assertStringIncludes(said["/broken"]!, "it broke off");
      assertStringIncludes(said["/silence"]!, "TimeoutError");
    }), { skip, timeout: 120_000 });
}

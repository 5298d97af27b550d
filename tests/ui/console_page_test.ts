// Runs on: deno (a browser is a runtime of its own)
/** The console page of the examples. */

import { built, pageTest, TOKEN } from "./browser.ts";

const PAGE = built("tests/ui/console_page.ts");

pageTest("example: an xterm.js console page", PAGE, async ({ page, proxy, conn }) => {
  await page.goto(`${proxy.url}#domain=test&token=${TOKEN}`);
  const shown = page.locator(".xterm-accessibility-tree");
  await shown.getByText("Console of test").waitFor();
  await page.keyboard.type("uname -a");
  await shown.getByText("uname -a").waitFor();
  await (await conn.lookupDomainByName("test")).destroy();
  await shown.getByText("The console has ended").waitFor();
}, { proxy: { filter: "operate" } });

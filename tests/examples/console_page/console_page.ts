/**
 * A web page with the serial console of a domain, in xterm.js, through the proxy.
 *
 * The address says which, behind a `#` that never leaves the browser: `#domain=web&token=…`.
 *
 *     npx esbuild --bundle --format=esm --outdir=site console_page.ts style.css && cp index.html site
 *     deno task proxy --target lab=qemu:///system --filter operate --files site
 *
 * @module
 */

import { connectWeb } from "@virtwire/libvirt/web";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";

const wanted = new URLSearchParams(location.hash.slice(1));
const terminal = new Terminal({ cursorBlink: true, screenReaderMode: true });
const fit = new FitAddon();
terminal.loadAddon(fit);
terminal.open(document.getElementById("terminal")!);
fit.fit();
addEventListener("resize", () => fit.fit());

// A console has a connection to itself: a guest that reads nothing holds up what else is on it.
await using conn = await connectWeb(`${location.origin.replace(/^http/, "ws")}/lab`, {
  token: wanted.get("token") ?? "",
});
const domain = await conn.lookupDomainByName(wanted.get("domain") ?? "test");
await using serial = await domain.openConsole();
terminal.writeln(`Console of ${domain.name}`);

const typed = serial.writable.getWriter();
terminal.onData((text) => void typed.write(new TextEncoder().encode(text)));
terminal.focus();
for await (const bytes of serial.readable) {
  // the next bytes are asked for when these are drawn, so that a flood fills no memory
  await new Promise<void>((drawn) => terminal.write(bytes, drawn));
}
terminal.writeln("\r\nThe console has ended");

import { startDaemon } from "../daemons/daemons.ts";
import { startGuest } from "./guest.ts";
import { open } from "./volumes.ts";
import { qemuAgentCommand } from "../../src/qemu.ts";
for (const v of ["9", "12"] as const) {
await using daemon = await startDaemon(v);
await using conn = await open(daemon);
const d = await startGuest(conn);
const c = await d.openConsole();
const dec = new TextDecoder(); let t = "";
for await (const x of c.readable) { t += dec.decode(x); if (t.includes("guest# ")) break; }
console.log(t.slice(-300));
for (let i=0;i<30;i++) { const x = await d.getXmlDesc(); const m = x.match(/<channel[^]*?<\/channel>/g)!; console.log(m.map(s=>/state='\w+'/.exec(s)?.[0]).join()); if (!x.includes("state='disconnected'")) break; await new Promise(r=>setTimeout(r,500)); }
try { console.log(await qemuAgentCommand(d, '{"execute":"guest-ping"}', { timeout: 5 } as any)); } catch (e) { console.log("agent", (e as Error).message); }
try {
const ch = await d.openChannel({ name: "org.example.echo" } as any).catch(() => (d as any).openChannel("org.example.echo"));
const w = ch.writable.getWriter(); await w.write(new TextEncoder().encode("hello\n"));
const r = ch.readable.getReader(); console.log(new TextDecoder().decode((await r.read()).value));
await ch.close();
} catch (e) { console.log("chan", (e as Error).message); }
await d.destroy();
}

// Dials or listens as its arguments say and prints how it went: run by a test.
import { listenUnix } from "../../transports/listen.ts";
import { dialExt } from "../../transports/ext.ts";
import { dialTcp } from "../../transports/tcp.ts";
import { dialUnix } from "../../transports/unix.ts";

const [what, target] = Deno.args as [string, string];
try {
  if (what === "listen") {
    const listener = await listenUnix(target, { mode: 0o600 });
    if ((Deno.lstatSync(target).mode! & 0o777) !== 0o600) throw new Error("wrong mode");
    await listener.close();
  } else if (what === "run") {
    const duplex = await dialExt({ kind: "ext", command: target, args: [] });
    await duplex.writable.close();
  } else {
    const [host, port] = target.split(":");
    const duplex = await (target.startsWith("/")
      ? dialUnix({ kind: "unix", path: target })
      : dialTcp({ kind: "tcp", host: host!, port: Number(port) }));
    await duplex.readable.cancel();
  }
  await Deno.stdout.write(new TextEncoder().encode("done\n"));
} catch (error) {
  await Deno.stdout.write(new TextEncoder().encode(`${(error as Error).message}\n`));
}

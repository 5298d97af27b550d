/**
 * The hypervisor in memory for any libvirt client.
 *
 * @module
 */

import { promises } from "node:fs";
import { hostname } from "node:os";
import { type Listener, listenTcp, listenUnix } from "../../../transports/listen.ts";
import { createTestHypervisor, type TestHypervisor } from "../../testing.ts";
import { UsageError } from "../failures.ts";
import type { Invocation } from "../invocation.ts";

/** Where to listen, as the command line says it. */
function parseListen(text: string, mode: number): () => Promise<Listener> {
  const unix = /^unix:(.+)$/.exec(text);
  if (unix !== null) return () => listenUnix(unix[1]!, { mode });
  const tcp = /^tcp:(\[[^\]]+\]|[^:]+):(\d+)$/.exec(text);
  if (tcp !== null) {
    return () => listenTcp(tcp[1]!.replace(/^\[|\]$/g, ""), Number(tcp[2]));
  }
  throw new UsageError(
    `Cannot listen on "${text}": expected "unix:/path/to/socket" or "tcp:host:port"`,
  );
}

async function serveClients(listener: Listener, hypervisor: TestHypervisor): Promise<void> {
  for await (const duplex of listener) hypervisor.serve(duplex);
}

function labelOf({ endpoint }: Listener): string {
  return endpoint.kind === "unix"
    ? `unix:${endpoint.path}`
    : `tcp:${endpoint.host}:${endpoint.port}`;
}

/** Serves until a signal comes. */
export async function serve(run: Invocation): Promise<void> {
  const addresses = run.texts("listen");
  if (addresses.length === 0) {
    throw new UsageError(
      "Nowhere to listen: expected --listen unix:PATH or --listen tcp:HOST:PORT",
    );
  }
  const mode = run.text("mode") ?? "0700";
  if (!/^[0-7]{3,4}$/.test(mode)) {
    throw new UsageError(`Cannot use the mode "${mode}": expected octal digits, such as 0770`);
  }
  const starts = addresses.map((text) => parseListen(text, Number.parseInt(mode, 8)));
  const config = run.text("config");
  await using hypervisor = createTestHypervisor({
    extras: run.flag("extras"),
    lifetime: run.flag("forget") ? "connections" : "hypervisor",
    hostname: hostname(),
    readTextFile: (path) => promises.readFile(path, "utf8"),
    ...(config === undefined ? {} : { config }),
  });
  const listeners: Listener[] = [];
  try {
    for (const start of starts) listeners.push(await start());
    for (const listener of listeners) {
      run.out.message(`Serving test:///default on ${labelOf(listener)}`);
    }
    const stopped = new Promise<void>((resolve) => {
      run.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    const served = Promise.all(listeners.map((each) => serveClients(each, hypervisor)));
    await Promise.race([stopped, served]);
  } finally {
    await Promise.all(listeners.map((listener) => listener.close()));
  }
}

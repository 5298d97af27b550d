// deno-lint-ignore-file no-console
/**
 * `deno task serve --listen unix:PATH`: the hypervisor in memory for any libvirt client.
 *
 * @module
 */

import { promises } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { type Listener, listenTcp, listenUnix } from "../../transports/listen.ts";
import { createTestHypervisor, type TestHypervisor } from "../testing.ts";
import { explain } from "./explain.ts";

const USAGE =
  `Usage: deno task serve --listen unix:PATH [--listen tcp:HOST:PORT] [--mode 0700] [--extras]

  --listen unix:PATH      a unix socket; it is removed at the end
  --listen tcp:HOST:PORT  a TCP port, without any authentication: keep it on loopback
  --mode MODE             permissions of unix sockets, in octal; 0700, the owner alone, when left out
  --extras                has secrets, network filters, bytes of volumes, consoles that echo, and
                          answers agent and monitor commands, which libvirt's test driver refuses
  --config FILE           a configuration file of libvirt's test driver, in place of its default
                          environment

Connect with, for example: virsh -c 'test+unix:///default?socket=PATH' list --all
`;

/** Where to listen, as the command line says it. */
function parseListen(text: string, mode: number): () => Promise<Listener> {
  const unix = /^unix:(.+)$/.exec(text);
  if (unix !== null) return () => listenUnix(unix[1]!, { mode });
  const tcp = /^tcp:(\[[^\]]+\]|[^:]+):(\d+)$/.exec(text);
  if (tcp !== null) {
    return () => listenTcp(tcp[1]!.replace(/^\[|\]$/g, ""), Number(tcp[2]));
  }
  throw new TypeError(
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

async function main(args: string[]): Promise<number> {
  const listeners: Listener[] = [];
  let hypervisor: TestHypervisor | undefined;
  try {
    const { values } = parseArgs({
      args,
      options: {
        listen: { type: "string", multiple: true, default: [] },
        mode: { type: "string", default: "0700" },
        extras: { type: "boolean", default: false },
        config: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help || values.listen.length === 0) {
      console.log(USAGE);
      return values.help ? 0 : 2;
    }
    const starts = values.listen.map((text) => parseListen(text, Number.parseInt(values.mode, 8)));
    hypervisor = createTestHypervisor({
      extras: values.extras,
      lifetime: "connections",
      hostname: hostname(),
      readTextFile: (path) => promises.readFile(path, "utf8"),
      ...(values.config === undefined ? {} : { config: values.config }),
    });
    for (const start of starts) listeners.push(await start());
    const stopped = new Promise<void>((resolve) => {
      process.once("SIGINT", () => resolve());
      process.once("SIGTERM", () => resolve());
    });
    for (const listener of listeners) {
      console.log(`Serving test:///default on ${labelOf(listener)}`);
    }
    const served = Promise.all(listeners.map((each) => serveClients(each, hypervisor!)));
    await Promise.race([stopped, served]);
    return 0;
  } catch (error) {
    console.error(`Error: ${explain(error)}`);
    return 1;
  } finally {
    await Promise.all(listeners.map((listener) => listener.close()));
    await hypervisor?.close();
  }
}

process.exitCode = await main(process.argv.slice(2));

#!/usr/bin/env node
// deno-lint-ignore-file no-console
/**
 * `deno task proxy --target NAME=URI`, in the npm package `virtwire-proxy`: libvirt for browsers, over WebSockets.
 *
 * @module
 */

import process from "node:process";
import { createProxy, type Proxy } from "../proxy/proxy.ts";
import { explain } from "./explain.ts";
import type { DemoHosts } from "./proxy_demo.ts";
import { readProxyOptions, USAGE, UsageError } from "./proxy_options.ts";
import { nodeTooOld } from "./version.ts";

async function main(args: string[]): Promise<number> {
  const tooOld = nodeTooOld(process.versions);
  if (tooOld !== undefined) {
    console.error(`Error: ${tooOld}`);
    return 1;
  }
  let proxy: Proxy | undefined;
  let demo: DemoHosts | undefined;
  try {
    const read = await readProxyOptions(args);
    if (read === undefined) {
      console.log(USAGE);
      return 0;
    }
    const { options, madeUp } = read;
    demo = read.demo;
    // before anything is served, so that a signal is never lost
    const stopped = firstSignal();
    proxy = await createProxy({ ...options, log: (entry) => console.error(JSON.stringify(entry)) });
    const scheme = options.tls === undefined ? "ws" : "wss";
    const host = options.host ?? "127.0.0.1";
    const address = `${host.includes(":") ? `[${host}]` : host}:${proxy.port}`;
    for (const name of Object.keys(options.targets)) {
      console.log(`Serving ${scheme}://${address}/${name}`);
    }
    if (madeUp !== undefined) console.log(`Token: ${madeUp}`);
    if (options.ui !== undefined) {
      const page = `${scheme.replace("ws", "http")}://${address}/`;
      console.log(`Open ${page}${madeUp === undefined ? "" : `#token=${madeUp}`}`);
    }
    await stopped;
    await proxy.close();
    return 0;
  } catch (error) {
    console.error(`Error: ${explain(error)}`);
    if (error instanceof UsageError) console.error('(see "virtwire-proxy --help")');
    await proxy?.close({ timeout: 0 });
    return error instanceof UsageError ? 2 : 1;
  } finally {
    await demo?.[Symbol.asyncDispose]();
  }
}

/** Resolves at the first signal; a second one ends the process. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0;
    const stop = () => ++signals === 1 ? resolve() : process.exit(1);
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

// the listeners of a second signal would keep the process
process.exit(await main(process.argv.slice(2)));

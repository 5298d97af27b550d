/**
 * What the proxy costs: the same client on plain TCP, and through a proxy to it, by turns.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import process from "node:process";
import { connect, type Connection } from "../../mod.ts";
import { runtime } from "../harness.ts";
import type { BenchOptions } from "./main.ts";
import { Mark, median } from "./mark.ts";
import { report, volume } from "./vol.ts";

const MIB = 1048576;
const TOKEN = "a token of the bench";

/**
 * A `test:` URI: look-ups, `window` of them outstanding. Any other: `size` bytes of volume `bulk` of
 * the pool `peers`, down. The proxy is a process of its own, as is the client; the last line of each
 * kind has the ratio of the medians.
 */
export async function proxy({ uri, reps, number }: BenchOptions): Promise<void> {
  await using server = await startProxy(uri);
  const ways = [["plain", uri], ["proxy", server.url]] as const;
  const isTest = uri.startsWith("test");
  const results = new Map<string, number[]>(ways.map(([way]) => [way, []]));
  for (let rep = 1; rep <= reps; rep++) {
    for (const [way, each] of ways) {
      const rate = isTest
        ? await concurrent(each, way, rep, number("n", 20_000), number("window", 64))
        : await download(each, way, rep, number("size", 1024 * MIB));
      results.get(way)!.push(rate);
    }
  }
  const [plain, proxied] = ways.map(([way]) => median(results.get(way)!));
  // deno-lint-ignore no-console
  console.log(JSON.stringify({
    workload: isTest ? "proxy-concurrent" : "proxy-download",
    plain,
    proxied,
    ratio: Math.round(proxied! / plain! * 1000) / 1000,
  }));
}

async function concurrent(
  uri: string,
  variant: string,
  rep: number,
  n: number,
  window: number,
): Promise<number> {
  await using conn = await connect(uri, { callsInFlight: window, keepalive: false });
  let left = n;
  const work = async () => {
    while (left-- > 0) await conn.lookupDomainByName("test");
  };
  const mark = new Mark();
  await Promise.all(Array.from({ length: window }, work));
  const { seconds } = mark;
  mark.report("proxy-concurrent", rep, n, { way: variant, window }, seconds);
  return n / seconds;
}

async function download(uri: string, way: string, rep: number, size: number): Promise<number> {
  await using conn: Connection = await connect(uri, { keepalive: false });
  const bulk = await volume(conn, "bulk");
  const mark = new Mark();
  let bytes = 0;
  const reader = (await bulk.download({ length: BigInt(size) })).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.length;
  }
  const { seconds } = mark;
  report(mark, `proxy-download-${way}`, rep, bytes);
  return bytes / seconds;
}

const START: Readonly<Record<typeof runtime, readonly string[]>> = {
  deno: ["run", "-A"],
  bun: ["run"],
  node: ["--import", "./tests/std_names.mjs"],
};

async function startProxy(uri: string): Promise<AsyncDisposable & { url: string }> {
  const args = ["--filter", "all", "--listen", "127.0.0.1:0", "--target", `bench=${uri}`];
  const child: ChildProcess = spawn(
    process.execPath,
    [...START[runtime], "src/cli/proxy.ts", ...args],
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, VIRTWIRE_PROXY_TOKEN: TOKEN } },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /^Serving (\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    return {
      url: `${url}?token=${encodeURIComponent(TOKEN)}`,
      async [Symbol.asyncDispose](): Promise<void> {
        child.kill();
        await ended;
      },
    };
  }
  throw new Error("The proxy has not started");
}

/**
 * What keeps a program alive: an open connection, and so whoever waits for something on it, but none
 * of the library's timers. See also `idle_child.ts`.
 */

import { assertEquals } from "@std/assert";
import type { ServerSession } from "../../src/server/server.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { listenUnix } from "../../transports/listen.ts";
import { runtime, test } from "../harness.ts";
import { runChild, withTempDir } from "../transports/host.ts";

const STD_NAMES = new URL("../std_names.mjs", import.meta.url).href;
const SETUP = runtime === "node" ? `export NODE_OPTIONS="--import ${STD_NAMES}"` : "true";
const CHILD = new URL("./awaiting_child.ts", import.meta.url);
// long enough for a program that has nothing to wait for to have ended, pings and all
const SLOW = 1000;

test("alive: a program that awaits a slow call goes on until it is answered", () =>
  withTempDir(async (dir) => {
    await using hypervisor = createTestHypervisor();
    const listener = await listenUnix(`${dir}/sock`);
    const accepted = listener[Symbol.asyncIterator]().next();
    hypervisor.faults.delayNext("connectGetHostname", 1, SLOW);
    const ending = runChild(CHILD, [`${dir}/sock`, "call"], SETUP);
    hypervisor.serve((await accepted).value!);
    const { code, stdout, stderr } = await ending;
    assertEquals([code, stdout], [0, "localhost\n"], stderr);
    await listener.close();
  }));

test("alive: a program with an open connection goes on until that is over", () =>
  withTempDir(async (dir) => {
    await using hypervisor = createTestHypervisor();
    const listener = await listenUnix(`${dir}/sock`);
    const accepted = listener[Symbol.asyncIterator]().next();
    const ending = runChild(CHILD, [`${dir}/sock`, "nothing"], SETUP);
    const server: ServerSession = hypervisor.serve((await accepted).value!);
    let hasEnded = false;
    ending.then(() => hasEnded = true);
    await new Promise((resolve) => setTimeout(resolve, SLOW)); // that nothing happens is the point
    assertEquals(hasEnded, false);
    await server.close();
    const { code, stdout, stderr } = await ending;
    assertEquals([code, stdout], [0, "connected\nclosed by eof\n"], stderr);
    await listener.close();
  }));

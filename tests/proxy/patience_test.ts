import { assertEquals, assertStringIncludes } from "@std/assert";
import { connect } from "../../mod.ts";
import { test } from "../harness.ts";
import { openRaw, withProxy } from "./proxies.ts";

test("proxy: a connection on which nothing passes is closed, one that pings is not", () =>
  withProxy({ limits: { idleTimeout: 1500 } }, async ({ uri, logged }) => {
    await using lively = await connect(uri("demo"), { keepalive: { interval: 300, count: 5 } });
    const quiet = await connect(uri("demo"), { keepalive: false });
    const reason = await quiet.closed;
    assertEquals(reason, "error");
    const closed = await logged(({ event }) => event === "closed");
    assertEquals([closed.connection, closed.code], [2, 1008]);
    assertStringIncludes(closed.reason!, "nothing was sent");
    assertEquals(await lively.getHostname(), "localhost");
    await quiet.close();
  }));

test("proxy: a client that answers no ping is given up, one that does is kept", () =>
  withProxy({ limits: { pingInterval: 500 } }, async ({ proxy, uri, logged }) => {
    await using there = await connect(uri("demo"), { keepalive: false });
    const gone = await openRaw(proxy.port); // which knows no ping
    const closed = await logged(({ event }) => event === "closed");
    assertEquals([closed.connection, closed.code], [2, 1001]);
    assertStringIncludes(closed.reason!, "no sign");
    assertEquals(await there.getHostname(), "localhost");
    await gone.close();
  }));

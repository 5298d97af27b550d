import { assert, assertEquals } from "@std/assert";
import { connect } from "../../mod.ts";
import { test } from "../harness.ts";
import { call, packet, streamData } from "../rpc/frames.ts";
import { frame, openRaw, RawClient, type TestProxy, upgradeRequest, withProxy } from "./proxies.ts";

const GIB = 1024 * 1024 * 1024;

/** Another client is served while `use` goes on, and after it. */
async function withWitness(test: TestProxy, use: () => Promise<void>): Promise<void> {
  await using witness = await connect(test.uri("demo"));
  await witness.getHostname();
  await use();
  assertEquals(await witness.getHostname(), "localhost");
  await using another = await connect(test.uri("demo"));
  assertEquals(await another.getHostname(), "localhost");
}

const HANDSHAKE = 400;
const IMPATIENT = { limits: { handshakeTimeout: HANDSHAKE } };

test("proxy, hostile: bytes that are no HTTP end their connection", () =>
  withProxy({}, (proxy) =>
    withWitness(proxy, async () => {
      const garbage = [
        call(1, 1, new Uint8Array(12)),
        crypto.getRandomValues(new Uint8Array(4096)),
        new TextEncoder().encode("GET / HTTP/1.1\r\nHost: " + "a".repeat(100_000)),
        new TextEncoder().encode("\r\n\r\n\r\n"),
        new TextEncoder().encode("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
      ];
      for (const bytes of garbage) {
        const client = new RawClient(proxy.proxy.port);
        client.send(bytes);
        client.socket.end();
        await client.closed;
      }
    })));

test("proxy, hostile: a request that does not end is given up", () =>
  withProxy(IMPATIENT, (proxy) =>
    withWitness(proxy, async () => {
      const slow = [
        "",
        "GET /demo HTTP/1.1\r\nHo",
        "POST /ticket HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n",
        upgradeRequest("/demo").slice(0, -2),
      ];
      const clients = slow.map((text) => {
        const client = new RawClient(proxy.proxy.port);
        client.send(text);
        return client;
      });
      // a byte now and then does not help
      const drip = setInterval(() => clients[1]!.send("x"), HANDSHAKE / 8);
      await Promise.all([clients[0]!.closed, clients[1]!.closed, clients[3]!.closed]);
      clearInterval(drip);
      await clients[2]!.until(({ text }) => text.includes("401") || text.includes("500"));
      await clients[2]!.close();
    })));

test("proxy, hostile: faulty WebSocket frames end their connection", () =>
  withProxy({}, (proxy) =>
    withWitness(proxy, async () => {
      const huge = 33554437;
      const frames = [
        new Uint8Array([0x82, 0x05, 1, 2, 3, 4, 5]), // without a mask
        frame(new Uint8Array(4), { length: huge }),
        frame(new Uint8Array(4), { length: 2 ** 52 }),
        frame(new Uint8Array(4), { opcode: 3 }),
        frame(new TextEncoder().encode("pause"), { opcode: 1 }),
        frame(new Uint8Array([0xff, 0xfe]), { opcode: 1 }),
        frame(new Uint8Array(126), { opcode: 9 }), // a ping may have 125
        frame(new Uint8Array(4), { opcode: 0 }), // the rest of nothing
        crypto.getRandomValues(new Uint8Array(4096)).fill(0xff, 0, 2),
      ];
      for (const [i, bytes] of frames.entries()) {
        const client = await openRaw(proxy.proxy.port);
        client.send(bytes);
        const { code } = await proxy.logged(({ event, connection }) =>
          event === "closed" && connection === i + 2
        );
        assert(code !== 1000, `${i}: ${code}`);
        assert(!proxy.log.some(({ event }) => event === "failed"), `${i} counts as the target's`);
        await client.closed;
      }
    })));

test("proxy, hostile: faulty packets end their connection, and none reaches the target", () =>
  withProxy({}, (proxy) =>
    withWitness(proxy, async () => {
      const packets = [
        packet({ length: 27 }),
        packet({ length: 0xffffffff }),
        new TextEncoder().encode("GET / HTTP/1.1\r\nHost: example\r\n\r\n"),
        packet({ type: 1 }),
        packet({ type: 99 }),
        packet({ type: 4, body: new Uint8Array(4).fill(255) }),
        call(1, 1, new Uint8Array(4).fill(255)),
        packet({ procedure: 1, length: 33554436 }),
      ];
      for (const [i, bytes] of packets.entries()) {
        const client = await openRaw(proxy.proxy.port);
        client.send(frame(bytes));
        const { code, reason, calls } = await proxy.logged(({ event, connection }) =>
          event === "closed" && connection === i + 2
        );
        assertEquals([code, calls], [1008, 0], `${i}: ${reason}`);
        await client.close();
      }
    })));

test("proxy, hostile: a client that opens nothing, or sends half a packet, is given up", () =>
  withProxy(
    { limits: { handshakeTimeout: 200, targetTimeout: 200, idleTimeout: 1000 } },
    async ({ proxy, logged }) => {
      const silent = await openRaw(proxy.port);
      const half = await openRaw(proxy.port);
      half.send(frame(call(1, 1, new Uint8Array(100)).subarray(0, 60)));
      const unasked = await openRaw(proxy.port);
      unasked.send(frame(streamData(209, 1, new Uint8Array(100))));
      for (const connection of [1, 2, 3]) {
        const closed = await logged((entry) =>
          entry.event === "closed" && entry.connection === connection
        );
        assertEquals(closed.code, 1008);
      }
      for (const client of [silent, half, unasked]) await client.close();
    },
  ));

test("proxy, hostile: a thousand connections that ask for nothing leave room for who does", () =>
  withProxy({ limits: { handshakeTimeout: 5000, connections: 100 } }, async (proxy) => {
    const held = await openRaw(proxy.proxy.port);
    const clients = Array.from({ length: 1000 }, () => new RawClient(proxy.proxy.port));
    // the first to go, when there are more than 264
    await clients[0]!.closed;
    {
      await using conn = await connect(proxy.uri("demo"), { timeout: 4000 });
      await conn.getHostname();
      assertEquals(proxy.proxy.connections, 2);
    }
    // and the rest when they have not asked in time
    await Promise.all(clients.map(({ closed }) => closed));
    assertEquals(proxy.proxy.connections, 1);
    await held.close();
  }));

test("proxy, hostile: a client that never reads fills no memory with refusals", () =>
  withProxy({ filter: "monitor" }, async (proxy) => {
    const client = await openRaw(proxy.proxy.port);
    client.socket.pause();
    const calls = new Uint8Array(28 * 8192);
    for (let i = 0; i < 8192; i++) calls.set(call(12, i + 1), 28 * i);
    const bytes = frame(calls);
    // twenty million calls would be as many answers of two hundred bytes
    let sent = 0;
    for (; sent < 600; sent++) {
      if (client.send(bytes)) continue;
      const drained = new Promise<boolean>((resolve) =>
        client.socket.once("drain", () => resolve(true))
      );
      const stuck = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 500));
      if (!await Promise.race([drained, stuck])) break;
    }
    const taken = sent * bytes.length;
    assert(taken < 64 * 1024 * 1024, `${taken} bytes of calls were read`);
    await using conn = await connect(proxy.uri("demo"));
    await conn.getHostname();
    await client.close();
  }));

test("proxy, hostile: a client that pings and never reads fills no memory with answers", () =>
  withProxy({}, async (proxy) => {
    const { process } = globalThis as unknown as {
      process: { memoryUsage(): { rss: number } };
    };
    const client = await openRaw(proxy.proxy.port);
    client.socket.pause();
    const ping = frame(new Uint8Array(125), { opcode: 9 });
    const pings = new Uint8Array(ping.length * 2000);
    for (let i = 0; i < 2000; i++) pings.set(ping, ping.length * i);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) {
      if (client.send(pings)) continue;
      await new Promise((resolve) => client.socket.once("drain", () => resolve(undefined)));
    }
    await using conn = await connect(proxy.uri("demo"));
    await conn.getHostname();
    const grown = process.memoryUsage().rss - before;
    assert(grown < GIB / 8, `${grown} bytes`);
    await client.close();
  }));

test("proxy, hostile: lengths that are announced cost nothing before they come", () =>
  withProxy({ limits: { connectionsPerClient: 200 } }, async (proxy) => {
    const { process } = globalThis as unknown as {
      process: { memoryUsage(): { rss: number } };
    };
    const before = process.memoryUsage().rss;
    const clients: RawClient[] = [];
    for (let i = 0; i < 100; i++) {
      const client = await openRaw(proxy.proxy.port);
      // 32 MiB of frame, and in it a packet of 32 MiB
      const start = packet({ procedure: 16, length: 33554436 });
      client.send(frame(start, { length: 33554436 }));
      clients.push(client);
    }
    await using conn = await connect(proxy.uri("demo"));
    await conn.getHostname();
    const grown = process.memoryUsage().rss - before;
    assert(grown < GIB / 2, `${grown} bytes`);
    for (const client of clients) await client.close();
  }));

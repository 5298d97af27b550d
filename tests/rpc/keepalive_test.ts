import { assert, assertEquals } from "@std/assert";
import type { RpcEngine } from "../../src/rpc/engine.ts";
import { Keepalive, type KeepaliveOptions } from "../../src/rpc/keepalive.ts";
import { line, newClient, newServer, output, rawProcedure } from "./engines.ts";
import { test } from "../harness.ts";
import { packet, ping, pong, streamData } from "./frames.ts";

const OPTIONS = { interval: 100, count: 3 };

/** Ticks at every millisecond; answers when each ping went out and when the peer was given up. */
function run(
  keepalive: Keepalive,
  from: number,
  to: number,
  heardAt: readonly number[] = [],
): { pings: number[]; dead: number | undefined } {
  const pings: number[] = [];
  for (let now = from; now <= to; now++) {
    if (heardAt.includes(now)) keepalive.heard(now);
    const verdict = keepalive.tick(now);
    if (verdict === "ping") pings.push(now);
    if (verdict === "dead") return { pings, dead: now };
  }
  return { pings, dead: undefined };
}

test("keepalive: a silent peer is pinged count times and given up after interval * (count + 1)", () => {
  assertEquals(run(new Keepalive(OPTIONS, 1000), 1000, 5000), {
    pings: [1100, 1200, 1300],
    dead: 1400,
  });
  assertEquals(run(new Keepalive({ interval: 5000, count: 6 }, 0), 0, 99999), {
    pings: [5000, 10000, 15000, 20000, 25000, 30000],
    dead: 35000,
  });
});

test("keepalive: count 0 gives up after one interval without a ping", () => {
  assertEquals(run(new Keepalive({ interval: 100, count: 0 }, 0), 0, 999), {
    pings: [],
    dead: 100,
  });
});

test("keepalive: whatever is heard starts the count again, from when it was heard", () => {
  const heardAt = [50, 349, 649];
  assertEquals(run(new Keepalive(OPTIONS, 0), 0, 5000, heardAt), {
    pings: [150, 250, 449, 549, 749, 849, 949],
    dead: 1049,
  });
});

test("keepalive: the deadline is when something happens, and tells of nothing before", () => {
  const keepalive = new Keepalive(OPTIONS, 0);
  assertEquals(keepalive.deadline, 100);
  assertEquals(keepalive.tick(99.9), "wait");
  assertEquals(keepalive.deadline, 100);
  assertEquals(keepalive.tick(100), "ping");
  assertEquals(keepalive.deadline, 200);
  keepalive.heard(130);
  assertEquals(keepalive.deadline, 230);
});

test("keepalive: a clock that jumps gives the peer its pings all the same", () => {
  const keepalive = new Keepalive(OPTIONS, 0);
  assertEquals(keepalive.tick(1_000_000), "ping"); // this host was suspended, not the peer dead
  assertEquals(keepalive.deadline, 1_000_100);
});

test("engine: a client without keepalive has no deadline and never gives up", () => {
  const client = newClient();
  assertEquals(client.deadline(), undefined);
  assertEquals(client.tick(1e9), []);
  assertEquals(client.hasOutput, false);
});

test("engine: pings of its own until the peer counts as dead, in both roles", () => {
  for (const engine of [newClient(), newServer()]) {
    engine.startKeepalive(OPTIONS, 0);
    for (const now of [100, 200, 300]) {
      assertEquals(engine.deadline(), now);
      assertEquals(engine.tick(now - 1), []);
      assertEquals(engine.hasOutput, false);
      assertEquals(engine.tick(now), []);
      assertEquals(output(engine), ping());
    }
    assertEquals(engine.tick(400).map(line), ["dead"]);
    assertEquals(engine.hasOutput, false);
    assertEquals(engine.deadline(), undefined);
    assertEquals(engine.tick(500), []);
  }
});

test("engine: any packet counts as a sign of life, and much of one, from the moment it came", () => {
  const large = streamData(1, 1, new Uint8Array(5000));
  const signs = [pong(), ping(), large.slice(0, 1024), packet({ type: 2 }), streamData(1, 1)];
  for (const sign of signs) {
    const client = newClient();
    client.startKeepalive(OPTIONS, 0);
    for (const now of [100, 200, 300]) client.tick(now);
    client.receive(sign, 399);
    output(client);
    assertEquals(client.deadline(), 499);
    assertEquals(client.tick(400), []);
    assertEquals([499, 599, 699, 799].flatMap((now) => client.tick(now)).map(line), ["dead"]);
    assertEquals(output(client).length, 3 * 28);
  }
});

test("engine: a peer that dies right after it was heard is given up in time", () => {
  const client = newClient();
  client.startKeepalive(OPTIONS, 0);
  client.receive(pong(), 1);
  for (let now = 0; now <= 401; now++) {
    const events = client.tick(now);
    assert(events.length === 0 || now === 401, `dead at ${now}`);
    if (now === 401) assertEquals(events.map(line), ["dead"]);
  }
});

test("engine: a packet that grows by little at a time is no sign of life, and then it is", () => {
  const client = newClient();
  client.startKeepalive(OPTIONS, 0);
  const endless = packet({ length: 33554436, type: 1 });
  client.receive(endless.slice(0, 20), 50);
  for (let now = 60; now < 90; now++) client.receive(pong(), now); // swallowed: 860 bytes
  assertEquals(client.deadline(), 100);
  for (let n = 0; n < 6; n++) client.receive(pong(), 99);
  assertEquals(client.deadline(), 199, "1024 bytes");
  client.receive(new Uint8Array(1000), 150);
  assertEquals(client.deadline(), 199);
  client.receive(new Uint8Array(2000), 160);
  assertEquals(client.deadline(), 260);
});

test("engine: no bytes are no sign of life", () => {
  const client = newClient();
  client.startKeepalive(OPTIONS, 0);
  client.receive(new Uint8Array(0), 50);
  assertEquals(client.deadline(), 100);
});

test("engine: whoever leaves the time out has it taken from the next tick", () => {
  const client = newClient();
  client.startKeepalive(OPTIONS, 0);
  client.tick(100);
  client.receive(pong());
  assertEquals(client.tick(200), []);
  assertEquals(client.deadline(), 300);
});

test("engine: keepalive starts again with other values, and stops", () => {
  const client = newClient();
  client.startKeepalive(OPTIONS, 0);
  client.tick(100);
  output(client);
  client.startKeepalive({ interval: 10, count: 1 }, 150);
  assertEquals(client.deadline(), 160);
  assertEquals(client.tick(160), []);
  assertEquals(output(client), ping());
  client.stopKeepalive();
  assertEquals(client.deadline(), undefined);
  assertEquals(client.tick(1e6), []);
  assertEquals(client.hasOutput, false);
  client.receive(ping());
  assertEquals(output(client), pong(), "the peer's pings are answered all the same");
});

/** A client that has sent all the stream packets that a daemon reads. */
function stalled(options: KeepaliveOptions): RpcEngine {
  const client = newClient();
  client.startKeepalive(options, 0);
  const { serial } = client.sendCall(rawProcedure(209), new Uint8Array(0), undefined, true);
  for (let n = 0; n < 5; n++) client.sendData(client.stream(serial)!, new Uint8Array(4));
  return client;
}

function deathOf(client: RpcEngine): number {
  for (;;) {
    const now = client.deadline()!;
    if (client.tick(now).some(({ type }) => type === "dead")) return now;
  }
}

test("engine: a daemon that may be unable to read is given up too, five times as late", () => {
  assertEquals(deathOf(stalled(OPTIONS)), 5 * 400);
});

test("engine: a daemon that pings by itself is given up in time, whatever it reads", () => {
  const client = stalled({ interval: 5000, count: 6 });
  client.receive(ping(), 100);
  for (let n = 0; n < 5; n++) client.sendData(client.stream(1)!, new Uint8Array(4));
  assertEquals(deathOf(client), 100 + 35_000);
  // pings that come more rarely than that say nothing
  const hasty = stalled(OPTIONS);
  hasty.receive(ping(), 50);
  for (let n = 0; n < 5; n++) hasty.sendData(hasty.stream(1)!, new Uint8Array(4));
  assertEquals(deathOf(hasty), 50 + 5 * 400);
});

test("engine: a broken protocol ends keepalive", () => {
  const client = newClient();
  client.startKeepalive(OPTIONS, 0);
  client.receive(new Uint8Array(4));
  assertEquals(client.deadline(), undefined);
  assertEquals(client.tick(1e6), []);
  assertEquals(client.hasOutput, false);
});

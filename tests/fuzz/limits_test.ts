/**
 * A daemon that attacks its client, limit by limit: memory stays bounded, and only that connection
 * ends.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectGetHostname } from "../../gen/remote/connect.ts";
import { ConnectionError, ProtocolError } from "../../src/errors.ts";
import { EventOverflowError } from "../../src/events.ts";
import { Session } from "../../src/session/session.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { XdrError } from "../../src/xdr/errors.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import { decodeConnectGetAllDomainStatsRet } from "../../gen/remote/connect.ts";
import { memoryPair } from "../../transports/memory.ts";
import { TurnClock } from "../faults/turn_clock.ts";
import { test } from "../harness.ts";
import { memoryInUse } from "../soak/memory.ts";
import { concat, message, packet, ping, reply, streamData, text, words } from "../rpc/frames.ts";
import { echo, echoed } from "../session/calls.ts";
import { withPeer } from "../session/peer.ts";
import { lifecycle, lifecycleEvents, registered } from "../session/sources.ts";

const MIB = 1024 * 1024;
const LARGEST = 33_554_436;

/** Waits until no more memory is used than before and so much. */
async function assertBounded(before: number, limit: number): Promise<void> {
  const clock = new TurnClock();
  let grown = memoryInUse() - before;
  for (let round = 0; grown >= limit && round < 20; round++) {
    await clock.sleep(1); // what is finished within some turns may go then
    grown = memoryInUse() - before;
  }
  assert(grown < limit, `${grown} bytes more than before`);
}

/** A daemon that only writes, and a session with it. */
class Attack {
  readonly session: Session;
  readonly #far: ByteDuplex;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor() {
    const [near, far] = memoryPair("the attacker");
    this.#far = far;
    this.session = new Session(near);
    this.#writer = far.writable.getWriter();
    this.#writer.closed.catch(() => {});
  }

  async send(...packets: readonly Uint8Array[]): Promise<void> {
    for (const one of packets) await this.#writer.write(one).catch(() => {});
  }

  async end(): Promise<void> {
    this.session.abort(new Error("The test is over"));
    await this.session.closed;
    await this.#writer.abort().catch(() => {});
    await this.#far.readable.cancel().catch(() => {});
  }
}

test("limits: the largest packet, announced a hundred times, takes 256 KiB each and not 32 MiB", async () => {
  const before = memoryInUse();
  const attacks = Array.from({ length: 100 }, () => new Attack());
  for (const attack of attacks) await attack.send(words(LARGEST, 0x20008086, 1, 59));
  await assertBounded(before, 40 * MIB);
  for (const attack of attacks) {
    assert(attack.session.isOpen);
    await attack.end();
  }
});

test("limits: a packet that would be larger, or none at all, ends its connection and no other", () =>
  withPeer(async ({ session, peer }) => {
    peer.answerAll(echoed);
    for (const length of [LARGEST + 1, 0x7fffffff, 0xffffffff, 27, 0]) {
      const attack = new Attack();
      const call = assertRejects(() => attack.session.call(echo, "x"), ProtocolError);
      await attack.send(words(length, 0x20008086, 1, 14));
      assertEquals(await attack.session.closed, "error");
      await call;
      await attack.end();
      assertEquals(await session.call(echo, "beside it"), "beside it");
    }
  }));

test("limits: counts within counts are refused before anything is made for them", async () => {
  const name = text("vm");
  const domain = concat(name, new Uint8Array(16), words(1));
  const bombs = [
    words(0xffffffff),
    words(262_145), // REMOTE_CONNECT_GET_ALL_DOMAIN_STATS_MAX is 4096
    words(4096), // no room for as many
    concat(words(1), domain, words(0xffffffff)),
    concat(words(1), domain, words(4096)),
    concat(words(2), domain, words(1), text("field"), words(7, 0xffffffff)),
    concat(words(1), domain, words(1), text("field"), words(7, 4_194_304)),
  ];
  const before = memoryInUse();
  for (let n = 0; n < 2000; n++) {
    for (const bomb of bombs) {
      let error: unknown;
      try {
        decodeConnectGetAllDomainStatsRet(new XdrReader(bomb));
      } catch (reason) {
        error = reason;
      }
      assert(error instanceof XdrError, String(error));
    }
  }
  await assertBounded(before, 64 * MIB);
});

test("limits: a million replies to calls that nobody made end with the first", async () => {
  const attack = new Attack();
  const batch = concat(...Array.from({ length: 1000 }, (_, n) => reply(59, n + 10)));
  for (let n = 0; n < 1000 && attack.session.isOpen; n++) await attack.send(batch);
  assertEquals(await attack.session.closed, "error");
  const error = await assertRejects(
    () => attack.session.call(connectGetHostname, undefined),
    ProtocolError,
  );
  assert(error.message.includes("which nobody made"), error.message);
  await attack.end();
});

test("limits: a million answers to one call are one too many", async () => {
  const attack = new Attack();
  const call = attack.session.call(echo, "once");
  await attack.send(reply(14, 1, text("once")), ...Array(1000).fill(reply(14, 1, text("again"))));
  assertEquals(await call, "once");
  assertEquals(await attack.session.closed, "error");
  await attack.end();
});

test("limits: endless events that nobody asked for are dropped as they come", async () => {
  const attack = new Attack();
  const batch = concat(...Array.from({ length: 1000 }, (_, n) => lifecycle(n, 1)));
  await attack.send(batch);
  const before = memoryInUse();
  for (let n = 0; n < 300; n++) await attack.send(batch); // 25 MB
  await assertBounded(before, 24 * MIB);
  assert(attack.session.isOpen);
  await attack.end();
});

test("limits: endless events fill one queue, and the rest is counted", () =>
  withPeer(async ({ session, peer }) => {
    const events = lifecycleEvents(session, { overflow: "drop-oldest" });
    const strict = lifecycleEvents(session);
    const register = await peer.next();
    peer.send(registered(register, 5));
    await Promise.all([events.ready, strict.ready]);
    const batch = concat(...Array.from({ length: 1000 }, () => lifecycle(5, 1)));
    const before = memoryInUse();
    for (let n = 0; n < 200; n++) peer.send(batch);
    const answer = session.call(echo, "behind them");
    peer.send(echoed(await peer.next()));
    assertEquals(await answer, "behind them");
    assertEquals([events.queued, events.dropped], [1024, 200_000 - 1024]);
    await assertBounded(before, 48 * MIB);
    let got = 0;
    const error = await assertRejects(async () => {
      for await (const _ of strict) got++;
    }, EventOverflowError);
    assertEquals([got, error.queued], [1024, 1024]);
  }));

test("limits: stream packets for serials that nobody knows are dropped", async () => {
  const attack = new Attack();
  const data = new Uint8Array(60_000);
  await attack.send(streamData(209, 7, data));
  const before = memoryInUse();
  for (let n = 0; n < 2000; n++) await attack.send(streamData(209, n, data)); // 120 MB
  await assertBounded(before, 24 * MIB);
  assert(attack.session.isOpen);
  await attack.end();
});

test("limits: pings without end of a daemon that reads nothing are not answered without end", async () => {
  const attack = new Attack();
  const batch = concat(...Array.from({ length: 2000 }, () => ping()));
  await attack.send(batch);
  const before = memoryInUse();
  for (let n = 0; n < 1000; n++) await attack.send(batch); // 56 MB
  await assertBounded(before, 16 * MIB);
  assert(attack.session.isOpen);
  await attack.end();
});

test("limits: a packet that drips in is no sign of life, and its connection ends alone", () =>
  withPeer(async ({ session, peer }) => {
    peer.answerAll(echoed);
    const attack = new Attack();
    const call = assertRejects(() => attack.session.call(echo, "x"), ConnectionError);
    attack.session.startKeepalive({ interval: 30, count: 1 });
    const endless = packet({ length: LARGEST, procedure: 14, type: 1, body: new Uint8Array(1000) });
    const clock = new TurnClock();
    const awake = setInterval(() => {}, 1000);
    for (let at = 0; at < endless.length && attack.session.isOpen; at++) {
      await attack.send(endless.subarray(at, at + 1));
      await clock.sleep(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assertEquals(await attack.session.closed, "keepalive");
    clearInterval(awake);
    assertEquals((await call).reason, "keepalive");
    await attack.end();
    assertEquals(await session.call(echo, "beside it"), "beside it");
  }));

test("limits: messages of unknown procedures are nothing to anybody", async () => {
  const attack = new Attack();
  for (let n = 0; n < 2000; n++) await attack.send(message(9000 + n, new Uint8Array(64)));
  assert(attack.session.isOpen);
  await attack.end();
});

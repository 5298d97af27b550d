import { assert, assertEquals, assertRejects } from "@std/assert";
import { storageVolUpload } from "../../gen/remote/storage_vol.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import { DAEMON_READS, STREAM_CAP, STREAM_MARK } from "../../src/rpc/limits.ts";
import type { StreamState } from "../../src/rpc/stream_state.ts";
import { ReadGate } from "../../src/session/read_gate.ts";
import { Streams } from "../../src/session/streams.ts";
import { StreamOverflowError } from "../../src/streams.ts";
import { test } from "../harness.ts";
import { bytes, Peer, receivedCall, VOLUME } from "./peer.ts";

const PACKET = 262120;
// what a transport and the packets on their way may hold beside the stream
const ON_THE_WAY = 2 * 1024 * 1024;

/** Sends packets for as long as it is let. */
class Flood {
  sent = 0;
  #going = true;
  readonly #done: Promise<void>;

  constructor(peer: Peer, stream: StreamState) {
    this.#done = this.#send(peer, stream);
  }

  /** Resolves with what was sent once no more gets through. */
  async stalled(): Promise<number> {
    for (let before = -1; before !== this.sent;) {
      before = this.sent;
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return this.sent * PACKET;
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#done;
  }

  async #send(peer: Peer, stream: StreamState): Promise<void> {
    while (this.#going) {
      await peer.send(stream, bytes(PACKET, this.sent));
      this.sent++;
    }
  }
}

test("a reader that stands still holds the daemon back, and calls are answered", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  const stream = await peer.accept();
  const reader = (await opening).getReader();
  const flood = new Flood(peer, stream);
  const atRest = await flood.stalled();
  assert(atRest < STREAM_MARK + ON_THE_WAY, `${atRest} bytes were read for nobody`);
  for (let i = 0; i < 10; i++) {
    const deleting = peer.volume.delete();
    await peer.reply(await peer.call());
    await deleting;
  }
  const after = await flood.stalled();
  assert(after < atRest + 10 * 3 * 1024 * 1024, `ten calls made ${after - atRest} bytes be read`);
  const stopped = flood.stop();
  let at = 0;
  for (; at * PACKET < after; at++) assertEquals((await reader.read()).value, bytes(PACKET, at));
  await stopped;
  for (; at < flood.sent; at++) assertEquals((await reader.read()).value, bytes(PACKET, at));
  await peer.send(stream);
  await peer.expect("finish");
  await peer.finish(stream);
  assertEquals((await reader.read()).done, true);
});

test("one stream that stands still does not keep another from its end", async () => {
  await using peer = new Peer();
  const [slow, fast] = [peer.volume.download(), peer.volume.download()];
  const [first, second] = [await peer.accept(), await peer.accept()];
  const flood = new Flood(peer, first);
  await slow;
  await flood.stalled();
  const sending = (async () => {
    for (let i = 0; i < 20; i++) await peer.send(second, bytes(PACKET, i));
    await peer.send(second);
    for (;;) if ((await peer.next()).type === "finish") break;
    await peer.finish(second);
  })();
  const chunks = await Array.fromAsync(await fast);
  assertEquals(chunks, Array.from({ length: 20 }, (_, i) => bytes(PACKET, i)));
  await sending;
  const cancelled = (await slow).cancel();
  await peer.expect("abort");
  await flood.stop();
  await peer.confirmAbort(first);
  await cancelled;
});

test("a stream is given up before it takes all memory", async () => {
  const engine = new RpcEngine({ role: "client", programs: [remoteProgram] });
  const streams = new Streams({
    engine,
    waitingCalls: 1,
    schedule: () => {},
    written: () => Promise.resolve(),
  });
  const slot = streams.create(storageVolUpload);
  const args = { vol: VOLUME, offset: 0n, length: 0n, flags: 0 };
  streams.opening(slot, engine.sendCall(storageVolUpload, args, undefined, true).serial);
  const packet = new Uint8Array(1024 * 1024);
  for (let n = 0; n < STREAM_CAP; n += packet.length) slot.received(packet);
  assertEquals(slot.hasFailed, false);
  slot.received(packet);
  await assertRejects(async () => await Promise.reject(slot.error), StreamOverflowError, "32 MiB");
  assertEquals([slot.isEmpty, engine.stream(1)?.phase], [true, "ending"]);
  slot.confirmed();
  assertEquals(slot.isOver, true);
});

test("the gate is shut while a stream is full and nobody waits", async () => {
  const standing: boolean[] = [];
  const gate = new ReadGate({
    needed: () => false,
    standing: (value) => standing.push(value),
    signOfLife: () => {},
  });
  assertEquals(gate.hold(), undefined);
  gate.mark("a", true);
  gate.mark("b", true);
  const held = gate.hold();
  assert(held !== undefined, "a full stream does not hold reading back");
  gate.mark("a", false);
  assertEquals(gate.standing, true);
  gate.mark("b", false);
  await held;
  assertEquals([gate.hold(), gate.standing], [undefined, false]);
  assertEquals(standing, [true, false]);
});

test("while somebody waits the gate lets bursts through, ever more rarely", async () => {
  let needed = false;
  const gate = new ReadGate({ needed: () => needed, standing: () => {}, signOfLife: () => {} });
  gate.mark("a", true);
  const shut = gate.hold();
  needed = true;
  gate.wake();
  await shut;
  const pauses: number[] = [];
  let passed = 0;
  for (const start = performance.now(); performance.now() - start < 300;) {
    const before = performance.now();
    const held = gate.hold();
    if (held !== undefined) {
      await held;
      pauses.push(performance.now() - before);
    } else {
      gate.passed(65536);
      passed += 65536;
    }
  }
  assert(pauses.length >= 4 && pauses.at(-1)! > pauses[0]!, `pauses of ${pauses} ms`);
  const most = 10 * 1024 * 1024 + pauses.length * 600_000;
  assert(passed > 8 * 1024 * 1024 && passed <= most, `${passed} bytes in ${pauses.length}`);
  gate.close();
  assertEquals(gate.hold(), undefined);
});

test("a side that does not read does not count its peer as dead", () => {
  const engine = new RpcEngine({ role: "client", programs: [remoteProgram] });
  engine.startKeepalive({ interval: 1000, count: 1 }, 0);
  engine.standing = true;
  for (let now = 1000; now < 60_000; now += 500) assertEquals(engine.tick(now), []);
  engine.standing = false;
  assertEquals(deaths(engine, 60_000, 65_000), 1);
});

test("a stalled upload is no death for a while, a few packets are no stall", () => {
  for (const [packets, expected] of [[0, 1], [1, 1], [DAEMON_READS, 0]] as const) {
    const engine = new RpcEngine({ role: "client", programs: [remoteProgram] });
    engine.startKeepalive({ interval: 1000, count: 1 }, 0);
    const args = { vol: VOLUME, offset: 0n, length: 0n, flags: 0 };
    const call = engine.sendCall(storageVolUpload, args, undefined, true);
    const server = new RpcEngine({ role: "server", programs: [remoteProgram] });
    server.sendReply(receivedCall(engine, server), () => {}, undefined);
    for (const chunk of server.takeOutput()) engine.receive(chunk, 1);
    for (let i = 0; i < packets; i++) engine.sendData(engine.stream(call.serial)!, bytes(10));
    assertEquals(deaths(engine, 1000, 7_000), expected, `${packets} packets`);
    assertEquals(deaths(engine, 7_000, 30_000), 1 - expected, `${packets} packets, in the end`);
  }
});

function deaths(engine: RpcEngine, from: number, to: number): number {
  let count = 0;
  for (let now = from; now < to; now += 100) count += engine.tick(now).length;
  return count;
}

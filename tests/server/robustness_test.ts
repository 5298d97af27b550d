import { assert, assertEquals } from "@std/assert";
import {
  connectDomainEventRegisterAny,
  connectGetCapabilities,
  connectGetLibVersion,
  connectGetType,
  connectOpen,
} from "../../gen/remote/connect.ts";
import { DomainEventId } from "../../gen/enums/domain.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import { Session } from "../../src/session/session.ts";
import type { ServerSession } from "../../src/server/server.ts";
import { createTestHypervisor, type TestHypervisor } from "../../src/testing.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { dialDefault } from "../../transports/default.ts";
import { listenUnix } from "../../transports/listen.ts";
import { memoryPair } from "../../transports/memory.ts";
import { test } from "../harness.ts";
import { call, concat, optional, packet, ping, text, words } from "../rpc/frames.ts";
import { withTempDir } from "../transports/host.ts";
import { refused } from "./connected.ts";

const OPEN = { name: "test:///default", flags: 0 };
const KIB = 1024;

/** A client by hand, which writes what it likes and reads when it is told to. */
class Rude {
  readonly server: ServerSession;
  readonly #near: ByteDuplex;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Bytes that the server's side has taken. */
  taken = 0;

  constructor(hypervisor: TestHypervisor) {
    const [near, far] = memoryPair();
    this.#near = near;
    this.#writer = near.writable.getWriter();
    this.#writer.closed.catch(() => {});
    this.server = hypervisor.serve(far);
  }

  /** Writes without waiting for more than the connection itself. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#writer.write(bytes).then(() => {
      this.taken += bytes.length;
    }, () => {});
  }

  /** Reads until every call is answered. */
  async read(engine: RpcEngine): Promise<void> {
    const reader = this.#near.readable.getReader();
    while (engine.pendingCalls > 0) {
      const { value } = await reader.read();
      for (const { type } of engine.receive(value!)) assertEquals(type, "reply");
    }
    reader.releaseLock();
  }

  async leave(): Promise<void> {
    await this.#near.readable.cancel();
    await this.#writer.abort().catch(() => {});
    await this.server.closed;
  }
}

async function clientOf(hypervisor: TestHypervisor): Promise<Session> {
  const [near, far] = memoryPair();
  hypervisor.serve(far);
  const session = new Session(near, { strict: true, callsInFlight: 10_000 });
  await session.call(connectOpen, OPEN);
  return session;
}

function assertAnswers(session: Session): Promise<void> {
  return session.call(connectGetType, undefined).then(({ type }) => assertEquals(type, "TEST"));
}

function openFrame(serial = 1): Uint8Array {
  return call(connectOpen.number, serial, concat(optional(OPEN.name, text), words(0)));
}

test("robustness: garbage of many kinds ends the connection that it came on", async () => {
  await using hypervisor = createTestHypervisor();
  const witness = await clientOf(hypervisor);
  const noise = new Uint8Array(4096);
  let state = 1;
  for (let n = 0; n < noise.length; n++) noise[n] = (state = (state * 48271) % 2147483647) & 0xff;
  const kinds = [
    noise,
    new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    words(0, 0, 0, 0, 0, 0, 0),
    words(0xffffffff),
    packet({ procedure: 1, serial: 1, type: 1 }), // a reply
    packet({ procedure: 1, serial: 1, type: 99 }),
    packet({ program: 0x12345678, procedure: 1, serial: 1, type: 2 }),
  ];
  for (const garbage of kinds) {
    const rude = new Rude(hypervisor);
    await rude.write(openFrame());
    await rude.write(garbage);
    assertEquals(await rude.server.closed, "error");
    await rude.leave();
    await assertAnswers(witness);
  }
  await witness.close();
});

test("robustness: half a frame holds nobody up, and its sender may go", async () => {
  await using hypervisor = createTestHypervisor();
  const witness = await clientOf(hypervisor);
  const whole = call(connectGetCapabilities.number, 2);
  const rudes: Rude[] = [];
  for (let cut = 1; cut < whole.length; cut += 3) {
    const rude = new Rude(hypervisor);
    rudes.push(rude);
    await rude.write(concat(openFrame(), whole.subarray(0, cut)));
  }
  // the largest that may be announced, of which next to nothing comes
  const boaster = new Rude(hypervisor);
  rudes.push(boaster);
  await boaster.write(words(32 * KIB * KIB, 0x20008086, 1));
  await assertAnswers(witness);
  for (const rude of rudes) await rude.leave();
  await assertAnswers(witness);
  await witness.close();
});

test("robustness: a call whose status is not OK is refused, and the next is answered", async () => {
  await using hypervisor = createTestHypervisor();
  const [near, far] = memoryPair();
  hypervisor.serve(far);
  const engine = new RpcEngine({ role: "client", programs: [remoteProgram] });
  const writer = near.writable.getWriter();
  const reader = near.readable.getReader();
  async function exchange(status: number): Promise<string> {
    engine.sendCall(connectOpen, OPEN, undefined);
    const [frame] = engine.takeOutput();
    new DataView(frame!.buffer, frame!.byteOffset).setUint32(24, status);
    await writer.write(frame!);
    const { value } = await reader.read();
    const [event] = engine.receive(value!);
    return event!.type === "error" ? `${event!.error.code} ${event!.error.message}` : event!.type;
  }
  assertEquals(await exchange(1), "39 Unexpected message status 1");
  assertEquals(await exchange(0xffffffff), "39 Unexpected message status 4294967295");
  assertEquals(await exchange(0), "reply");
  await writer.close();
  await reader.cancel();
});

test("robustness: of a client that reads no replies only so much is read", async () => {
  await using hypervisor = createTestHypervisor();
  const witness = await clientOf(hypervisor);
  const rude = new Rude(hypervisor);
  await rude.write(openFrame());
  const batch = concat(
    ...Array.from({ length: 1000 }, (_, n) => call(connectGetCapabilities.number, n + 2)),
  );
  const writes = Array.from({ length: 40 }, () => rude.write(batch));
  for (let n = 0; n < 50; n++) await assertAnswers(witness);
  const sent = 40 * batch.length;
  assert(rude.taken < 700 * KIB, `the server took ${rude.taken} of ${sent} bytes`);
  assert(rude.server.backlog < 1024 * KIB, `${rude.server.backlog} bytes wait`);
  await rude.leave();
  await Promise.all(writes);
  await assertAnswers(witness);
  await witness.close();
});

test("robustness: replies that waited are all there when the client reads again", async () => {
  await using hypervisor = createTestHypervisor();
  const rude = new Rude(hypervisor);
  const engine = new RpcEngine({ role: "client", programs: [remoteProgram] });
  engine.sendCall(connectOpen, OPEN, undefined);
  for (let n = 1; n < 2000; n++) engine.sendCall(connectGetCapabilities, undefined, undefined);
  const written = rude.write(concat(...engine.takeOutput()));
  const witness = await clientOf(hypervisor);
  for (let n = 0; n < 20; n++) await assertAnswers(witness);
  assert(rude.server.backlog < 1024 * KIB, `${rude.server.backlog} bytes wait`);
  assert(engine.pendingCalls === 2000);
  await rude.read(engine);
  assertEquals(engine.pendingCalls, 0);
  await written;
  await rude.leave();
  await witness.close();
});

test("robustness: pings whose pongs nobody reads are read no further", async () => {
  await using hypervisor = createTestHypervisor();
  const witness = await clientOf(hypervisor);
  const rude = new Rude(hypervisor);
  const batch = concat(...Array.from({ length: 2000 }, () => ping()));
  const writes = Array.from({ length: 200 }, () => rude.write(batch));
  for (let n = 0; n < 500; n++) await assertAnswers(witness);
  assert(rude.server.backlog < 1400 * KIB, `${rude.server.backlog} bytes wait`);
  assert(rude.taken < 200 * batch.length / 2, `the server took ${rude.taken} bytes`);
  await rude.leave();
  await Promise.all(writes);
  await witness.close();
});

test("robustness: a client that reads no events is let go of, and no other", async () => {
  await using hypervisor = createTestHypervisor();
  const register = words(DomainEventId.LIFECYCLE);
  const rude = new Rude(hypervisor);
  await rude.write(concat(openFrame(), call(connectDomainEventRegisterAny.number, 2, register)));
  const witness = await clientOf(hypervisor);
  await assertAnswers(witness);
  let most = 0;
  let rounds = 0;
  let gone = false;
  rude.server.closed.then(() => gone = true);
  for (; !gone && rounds < 100; rounds++) {
    hypervisor.burst(10_000);
    await assertAnswers(witness);
    if (!gone) most = Math.max(most, rude.server.backlog);
  }
  assertEquals(await rude.server.closed, "error");
  assert(most <= 33 * KIB * KIB, `${most} bytes waited`);
  await rude.leave();
  await assertAnswers(witness);
  await witness.close();
});

test("robustness: a client that pipelines ten thousand calls delays others by a few", async () => {
  await using hypervisor = createTestHypervisor();
  const greedy = await clientOf(hypervisor);
  const witness = await clientOf(hypervisor);
  let answered = 0;
  const calls = Array.from({ length: 10_000 }, async () => {
    await greedy.call(connectGetLibVersion, undefined);
    answered++;
  });
  await assertAnswers(witness);
  assert(answered < 10_000, "the witness was answered last of all");
  await Promise.all(calls);
  assertEquals(answered, 10_000);
  await greedy.close();
  await witness.close();
});

test("robustness: a thousand clients at once, each answered", async () => {
  await using hypervisor = createTestHypervisor();
  const sessions = await Promise.all(Array.from({ length: 1000 }, () => clientOf(hypervisor)));
  await Promise.all(sessions.map(assertAnswers));
  await Promise.all(sessions.map((session) => session.close()));
});

test("robustness: three hundred clients over a unix socket, and more that are rude", () =>
  withTempDir(async (dir) => {
    const path = `${dir}/sock`;
    const hypervisor = createTestHypervisor();
    const listener = await listenUnix(path);
    const served = (async () => {
      for await (const duplex of listener) hypervisor.serve(duplex);
    })();
    const endpoint = { kind: "unix", path } as const;
    const rude = await Promise.all(Array.from({ length: 20 }, async () => {
      const duplex = await dialDefault(endpoint);
      const writer = duplex.writable.getWriter();
      await writer.write(call(connectGetCapabilities.number, 1).subarray(0, 15));
      return { duplex, writer };
    }));
    const sessions = await Promise.all(Array.from({ length: 300 }, async () => {
      const session = new Session(await dialDefault(endpoint), { strict: true });
      await session.call(connectOpen, OPEN);
      return session;
    }));
    await Promise.all(sessions.map(assertAnswers));
    for (const { duplex, writer } of rude) {
      await writer.abort().catch(() => {});
      await duplex.readable.cancel().catch(() => {});
    }
    await Promise.all(sessions.map(assertAnswers));
    await Promise.all(sessions.map((session) => session.close()));
    await listener.close();
    await served;
    await hypervisor.close();
  }));

test("robustness: a stalled client may leave, and its connection is closed", async () => {
  await using hypervisor = createTestHypervisor();
  const session = await clientOf(hypervisor);
  hypervisor.faults.stallNext("connectGetType", 5);
  const calls = Array.from({ length: 8 }, () => refused(session.call(connectGetType, undefined)));
  const witness = await clientOf(hypervisor);
  await assertAnswers(witness);
  await session.close();
  for (const error of await Promise.all(calls)) assertEquals(error.name, "ConnectionError");
  await witness.close();
});

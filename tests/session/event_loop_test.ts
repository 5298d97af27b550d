import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError, LibvirtError } from "../../src/errors.ts";
import { EventOverflowError, type EventStream } from "../../src/events.ts";
import { test } from "../harness.ts";
import { reply, words } from "../rpc/frames.ts";
import { CountedController, echo, echoed } from "./calls.ts";
import { type Ends, type PeerCall, withPeer } from "./peer.ts";
import { DEREGISTER, lifecycle, lifecycleEvents, REGISTER, registered } from "./sources.ts";

/** Answers registrations with ids from 1 up, deregistrations, and echoes. */
function daemon(): (call: PeerCall) => Uint8Array {
  let callbackId = 0;
  return (call) => {
    if (call.procedure === REGISTER) return registered(call, ++callbackId);
    if (call.procedure === DEREGISTER) return reply(call.procedure, call.serial);
    return echoed(call);
  };
}

/** A daemon that notes which ids were deregistered. */
function noting(ids: number[]): (call: PeerCall) => Uint8Array {
  const answer = daemon();
  return (call) => {
    if (call.procedure === DEREGISTER) ids.push(call.body[3]!);
    return answer(call);
  };
}

async function roundTrip({ session }: Ends): Promise<void> {
  await session.call(echo, "round trip");
}

async function collect(stream: EventStream<number>, upTo: number): Promise<number[]> {
  const found: number[] = [];
  for await (const detail of stream) {
    found.push(detail);
    if (detail === upTo) break;
  }
  return found;
}

test("events: a loop gets what happens, and break deregisters", () =>
  withPeer(async ({ session, peer }) => {
    const left: number[] = [];
    peer.answerAll(noting(left));
    const stream = lifecycleEvents(session);
    await stream.ready;
    peer.send(lifecycle(1, 1), lifecycle(1, 2), lifecycle(1, 3), lifecycle(1, 4));
    assertEquals(await collect(stream, 3), [1, 2, 3]);
    assertEquals(left, [1], "break has waited for the deregistration");
  }));

test("events: a throw inside the loop deregisters as well", () =>
  withPeer(async ({ session, peer }) => {
    const left: number[] = [];
    peer.answerAll(noting(left));
    const stream = lifecycleEvents(session);
    await stream.ready;
    peer.send(lifecycle(1, 1));
    await assertRejects(
      async () => {
        for await (const _ of stream) throw new RangeError("of the consumer");
      },
      RangeError,
      "of the consumer",
    );
    assertEquals(left, [1]);
  }));

test("events: two loops share a registration; the one that stays goes on", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const left: number[] = [];
    peer.answerAll(noting(left));
    const [first, second] = [lifecycleEvents(session), lifecycleEvents(session)];
    await Promise.all([first.ready, second.ready]);
    peer.send(lifecycle(1, 1), lifecycle(1, 2));
    assertEquals(await collect(first, 1), [1]);
    assertEquals(left, []);
    peer.send(lifecycle(1, 3));
    await roundTrip(ends);
    assertEquals(await collect(second, 3), [1, 2, 3]);
    assertEquals(left, [1]);
  }));

test("events: calls work inside the loop", () =>
  withPeer(async ({ session, peer }) => {
    peer.answerAll(daemon());
    const stream = lifecycleEvents(session);
    await stream.ready;
    peer.send(lifecycle(1, 1), lifecycle(1, 2), lifecycle(1, 3));
    const found: string[] = [];
    for await (const detail of stream) {
      found.push(await session.call(echo, `event ${detail}`));
      if (found.length === 3) break;
    }
    assertEquals(found, ["event 1", "event 2", "event 3"]);
  }));

test("events: many loops that each call for each event", () =>
  withPeer(async ({ session, peer }) => {
    peer.answerAll(daemon());
    const streams = Array.from({ length: 8 }, () => lifecycleEvents(session));
    await Promise.all(streams.map(({ ready }) => ready));
    const sums = streams.map(async (stream) => {
      let sum = 0;
      for await (const detail of stream) {
        sum += Number(await session.call(echo, `${detail}`));
        if (detail === 50) break;
      }
      return sum;
    });
    for (let i = 1; i <= 50; i++) peer.send(lifecycle(1, i));
    assertEquals(await Promise.all(sums), Array(8).fill(1275));
  }));

test("events: a consumer that never reads blocks neither calls nor others", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    peer.answerAll(daemon());
    const idle = lifecycleEvents(session, { overflow: "drop-oldest", queue: 10 });
    const busy = lifecycleEvents(session, { queue: 6000 });
    await Promise.all([idle.ready, busy.ready]);
    for (let i = 1; i <= 5000; i++) peer.send(lifecycle(1, i));
    await roundTrip(ends);
    const found = await collect(busy, 5000);
    assertEquals(found.length, 5000);
    assertEquals([idle.queued, idle.dropped], [10, 4990]);
    assertEquals(await collect(idle, 5000), found.slice(-10));
  }));

test("events: a consumer that is too slow gets what fits, then an error, and is deregistered", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const left: number[] = [];
    peer.answerAll(noting(left));
    const slow = lifecycleEvents(session);
    await slow.ready;
    for (let i = 1; i <= 1025; i++) peer.send(lifecycle(1, i));
    await roundTrip(ends);
    const found: number[] = [];
    const error = await assertRejects(async () => {
      for await (const detail of slow) found.push(detail);
    }, EventOverflowError);
    assertEquals(error.queued, 1024);
    assertEquals([found.length, found[0], found.at(-1)], [1024, 1, 1024]);
    await roundTrip(ends);
    assertEquals(left, [1]);
  }));

test("events: ready tells that the daemon sends them, or why it does not", () =>
  withPeer(async ({ session, peer }) => {
    const stream = lifecycleEvents(session);
    let isReady = false;
    const ready = stream.ready.then(() => isReady = true);
    const call = await peer.next();
    assertEquals(isReady, false);
    peer.send(registered(call, 1));
    await ready;

    const refused = lifecycleEvents(session, {}, "refused");
    const loop = assertRejects(() => collect(refused, 0), LibvirtError, "not here");
    peer.refuse(await peer.next(), { code: 3, message: "not here" });
    await assertRejects(() => refused.ready, LibvirtError, "not here");
    await loop;
  }));

test("events: a refusal that nobody waits for bothers nobody", () =>
  withPeer(async (ends) => {
    lifecycleEvents(ends.session);
    ends.peer.refuse(await ends.peer.next(), { code: 3, message: "not here" });
    ends.peer.answerAll(daemon());
    await roundTrip(ends);
  }));

test("events: a signal ends the loop with its reason and deregisters", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const left: number[] = [];
    peer.answerAll(noting(left));
    const controller = new CountedController();
    const stream = lifecycleEvents(session, { signal: controller.signal });
    await stream.ready;
    peer.send(lifecycle(1, 1));
    const reason = new Error("seen enough");
    const error = await assertRejects(async () => {
      for await (const _ of stream) controller.abort(reason);
    });
    assertEquals(error, reason);
    await roundTrip(ends);
    assertEquals(left, [1]);
    assertEquals(controller.listeners, 0);
  }));

test("events: a signal while the registration is pending has it undone", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new CountedController();
    const stream = lifecycleEvents(session, { signal: controller.signal });
    const loop = assertRejects(() => collect(stream, 0), Error, "seen enough");
    const call = await peer.next();
    controller.abort(new Error("seen enough"));
    await loop;
    await assertRejects(() => stream.ready, Error, "seen enough");
    peer.send(registered(call, 6), lifecycle(6, 1));
    const deregister = await peer.next();
    assertEquals([deregister.procedure, [...deregister.body]], [DEREGISTER, [...words(6)]]);
    peer.reply(deregister);
    assertEquals(controller.listeners, 0);
  }));

test("events: a signal that is aborted already registers nothing", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const stream = lifecycleEvents(session, { signal: AbortSignal.abort(new Error("no need")) });
    await assertRejects(() => collect(stream, 0), Error, "no need");
    peer.answerAll(daemon());
    await roundTrip(ends);
    assertEquals(peer.chunks.length, 1);
  }));

test("events: closing the connection ends the loops, after what has come", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    peer.answerAll(daemon());
    const streams = [lifecycleEvents(session), lifecycleEvents(session, {}, "other")];
    await Promise.all(streams.map(({ ready }) => ready));
    peer.send(lifecycle(1, 1), lifecycle(2, 2), lifecycle(1, 3));
    await roundTrip(ends);
    const loops = Promise.all(streams.map((stream) => collect(stream, -1)));
    await session.close();
    assertEquals(await loops, [[1, 3], [2]]);
  }));

test("events: losing the connection ends the loops with the error, after what has come", () =>
  withPeer(async ({ session, peer }) => {
    peer.answerAll(daemon());
    const stream = lifecycleEvents(session);
    await stream.ready;
    peer.send(lifecycle(1, 1), lifecycle(1, 2));
    await peer.close();
    await session.closed;
    const found: number[] = [];
    const error = await assertRejects(async () => {
      for await (const detail of stream) found.push(detail);
    }, ConnectionError);
    assertEquals(found, [1, 2]);
    assertEquals(error.reason, "eof");
    assertEquals(await stream.next(), { done: true, value: undefined });
  }));

test("events: the connection is lost while the registration is pending", () =>
  withPeer(async ({ session, peer }) => {
    const stream = lifecycleEvents(session);
    const ready = assertRejects(() => stream.ready, ConnectionError);
    const loop = assertRejects(() => collect(stream, 0), ConnectionError);
    await peer.next();
    await peer.close();
    assertEquals([(await ready).reason, (await loop).reason], ["eof", "eof"]);
  }));

test("events: the connection is closed while the registration is pending", () =>
  withPeer(async ({ session, peer }) => {
    const stream = lifecycleEvents(session);
    const loop = Promise.allSettled([stream.ready, collect(stream, 0)]);
    await peer.next();
    await session.close();
    for (const result of await loop) {
      if (result.status === "fulfilled") assertEquals(result.value ?? [], []);
      else assertEquals((result.reason as ConnectionError).reason, "client");
    }
  }));

test("events: await using ends the subscription", () =>
  withPeer(async ({ session, peer }) => {
    const left: number[] = [];
    peer.answerAll(noting(left));
    {
      await using stream = lifecycleEvents(session);
      await stream.ready;
    }
    assertEquals(left, [1]);
  }));

test("events: leaving the loop after the connection is gone is no error", () =>
  withPeer(async ({ session, peer }) => {
    peer.answerAll(daemon());
    const stream = lifecycleEvents(session);
    await stream.ready;
    peer.send(lifecycle(1, 1), lifecycle(1, 2));
    await roundTrip({ session, peer });
    for await (const detail of stream) {
      assertEquals(detail, 1);
      await peer.close();
      await session.closed;
      break;
    }
  }));

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import { test } from "../harness.ts";
import { concat, errorBody, errorReply, message, words } from "../rpc/frames.ts";
import { CountedController, echo, echoed, quickEcho, textOf } from "./calls.ts";
import { lifecycleSource, RecordingSink, registered } from "./sources.ts";
import { isSettled, settle, withPeer } from "./peer.ts";

test("abort: a signal that is aborted already sends nothing", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new CountedController();
    const reason = new Error("no need");
    controller.abort(reason);
    const { signal } = controller;
    assertStrictEquals(await rejection(session.call(echo, "x", { signal })), reason);
    assertEquals(controller.listeners, 0);
    peer.answerAll(echoed);
    await session.call(echo, "y");
    assertEquals(peer.chunks.length, 1);
  }));

test("abort: while the call waits for its place it is withdrawn, and never sent", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new CountedController();
    const { signal } = controller;
    const first = Array.from({ length: 4 }, (_, i) => session.call(echo, `${i}`));
    const withdrawn = session.call(echo, "withdrawn", { signal });
    const sixth = session.call(echo, "sixth");
    const wire = await peer.take(4);
    assertEquals(controller.listeners, 1);
    controller.abort("changed my mind");
    assertEquals(await rejection(withdrawn), "changed my mind");
    assertEquals(controller.listeners, 0);
    for (const call of wire) peer.send(echoed(call));
    const next = await peer.next();
    assertEquals(textOf(next), "sixth");
    peer.send(echoed(next));
    await Promise.all([...first, sixth]);
  }));

test("abort: a call that is sent rejects at once, its late reply is dropped", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new CountedController();
    const { signal } = controller;
    const aborted = session.call(echo, "slow", { signal });
    const other = session.call(echo, "other");
    const [slow, second] = await peer.take(2);
    const reason = { not: "even an error" };
    controller.abort(reason);
    assertStrictEquals(await rejection(aborted), reason);
    assertEquals(controller.listeners, 0);
    peer.send(echoed(second!), echoed(slow!));
    assertEquals(await other, "other");
    peer.answerAll(echoed);
    assertEquals(await session.call(echo, "after"), "after");
    assertEquals(session.isOpen, true);
  }));

test("abort: a late error is dropped as well", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new AbortController();
    const aborted = session.call(echo, "slow", { signal: controller.signal });
    const slow = await peer.next();
    controller.abort();
    const reason = await rejection(aborted);
    assert(reason instanceof DOMException);
    assertEquals(reason.name, "AbortError");
    peer.send(errorReply(slow.procedure, slow.serial, errorBody({ code: 38 })));
    peer.answerAll(echoed);
    assertEquals(await session.call(echo, "after"), "after");
  }));

test("abort: the place of a call is free only when its late reply comes", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new CountedController();
    const { signal } = controller;
    const aborted = Array.from({ length: 4 }, (_, i) => session.call(echo, `${i}`, { signal }));
    const wire = await peer.take(4);
    controller.abort("enough");
    for (const call of aborted) assertEquals(await rejection(call), "enough");
    assertEquals(controller.listeners, 0);

    const next = session.call(echo, "next");
    const quick = session.call(quickEcho, "quick"); // would come behind "next", were that sent
    const passed = await peer.next();
    assertEquals(textOf(passed), "quick");
    peer.send(echoed(passed));
    assertEquals(await quick, "quick");
    assertEquals(await isSettled(next), false);

    peer.send(echoed(wire[3]!)); // one late reply makes one place
    const sent = await peer.next();
    assertEquals(textOf(sent), "next");
    peer.send(echoed(sent));
    assertEquals(await next, "next");
  }));

test("abort: after the reply it changes nothing", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new CountedController();
    peer.answerAll(echoed);
    assertEquals(await session.call(echo, "x", { signal: controller.signal }), "x");
    assertEquals(controller.listeners, 0);
    controller.abort();
    assertEquals(await session.call(echo, "y"), "y");
  }));

test("abort: between the reply and its caller it is too late, nothing is half done", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new AbortController();
    const done: string[] = [];
    const answer = session.call(echo, "x", {
      signal: controller.signal,
      onReply: (value) => done.push(`onReply ${value}`),
      onLate: (value) => done.push(`onLate ${value}`),
    });
    // the second reply, in the same bytes, aborts the call that the first has answered
    const second = session.call(echo, "y", { onReply: () => controller.abort("too late") });
    peer.send(...(await peer.take(2)).map(echoed));
    assertEquals(await answer, "x");
    assertEquals(await second, "y");
    assertEquals(done, ["onReply x"]);
  }));

test("abort: what a late success has left behind is undone", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new AbortController();
    const done: string[] = [];
    const aborted = session.call(echo, "left behind", {
      signal: controller.signal,
      onReply: (value) => done.push(`onReply ${value}`),
      onLate: (value) => done.push(`onLate ${value}`),
    });
    const call = await peer.next();
    controller.abort("enough");
    assertEquals(await rejection(aborted), "enough");
    assertEquals(done, []);
    peer.send(echoed(call));
    peer.answerAll(echoed);
    await session.call(echo, "a round trip");
    assertEquals(done, ["onLate left behind"]);
  }));

test("abort: a late success of a registration is deregistered", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new CountedController();
    const sink = new RecordingSink();
    const { signal } = controller;
    const aborted = session.subscribe(lifecycleSource(), sink, { signal });
    const register = await peer.next();
    controller.abort("enough");
    assertEquals(await rejection(aborted), "enough");
    assertEquals(controller.listeners, 0);
    peer.send(registered(register, 77), message(318, words(77)));
    const deregister = await peer.next();
    assertEquals([deregister.procedure, [...deregister.body]], [317, [...words(77)]]);
    peer.reply(deregister);
    assertEquals(sink.log, []);
  }));

test("abort: a subscription with a signal that is aborted already sends nothing", () =>
  withPeer(async ({ session, peer }) => {
    const signal = AbortSignal.abort("no need");
    const sink = new RecordingSink();
    assertEquals(
      await rejection(session.subscribe(lifecycleSource(), sink, { signal })),
      "no need",
    );
    peer.answerAll(echoed);
    await session.call(echo, "y");
    assertEquals(peer.chunks.length, 1);
  }));

test("abort: one of two who wait for a registration leaves, the other gets it", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new AbortController();
    const [left, stays] = [new RecordingSink(), new RecordingSink()];
    const aborted = session.subscribe(lifecycleSource(), left, { signal: controller.signal });
    const standing = session.subscribe(lifecycleSource(), stays);
    const register = await peer.next();
    controller.abort("enough");
    assertEquals(await rejection(aborted), "enough");
    peer.send(registered(register, 5));
    const leave = await standing;
    assertEquals(peer.waiting, 0);
    const leaving = leave();
    peer.reply(await peer.next());
    await leaving;
    assertEquals(left.log, []);
  }));

test("timeout: a call that gets no answer in time rejects with a TimeoutError", () =>
  withPeer(async ({ session, peer }) => {
    const slow = rejection(session.call(echo, "slow", { timeout: 10 }));
    const received = await peer.next();
    const error = await slow;
    assert(error instanceof DOMException);
    assertEquals(error.name, "TimeoutError");
    assertEquals(error.message, '"echo" got no answer within 10 ms');
    peer.send(echoed(received));
    peer.answerAll(echoed);
    assertEquals(await session.call(echo, "after"), "after");
  }));

test("timeout: a call that waits for its place is withdrawn in time", () =>
  withPeer(async ({ session, peer }) => {
    const first = Array.from({ length: 4 }, (_, i) => session.call(echo, `${i}`));
    const late = await rejection(session.call(echo, "late", { timeout: 5 }));
    assertEquals((late as DOMException).name, "TimeoutError");
    const last = session.call(echo, "last");
    peer.answerAll(echoed);
    await Promise.all([...first, last]);
    const sent = concat(...peer.chunks);
    assert(!new TextDecoder().decode(sent).includes("late"));
  }));

test("timeout: whatever comes first ends the call, and takes the other along", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new CountedController();
    const { signal } = controller;
    // Deno's test runner finds a timer that is left, the counter a listener
    const byTimer = await rejection(session.call(echo, "1", { signal, timeout: 5 }));
    assertEquals((byTimer as DOMException).name, "TimeoutError");
    assertEquals(controller.listeners, 0);
    const bySignal = session.call(echo, "2", { signal, timeout: 100_000 });
    await peer.take(2);
    controller.abort("enough");
    assertEquals(await rejection(bySignal), "enough");
    assertEquals(controller.listeners, 0);
    const closed = session.call(echo, "3", { signal: new AbortController().signal, timeout: 1e6 });
    await peer.next();
    await peer.close();
    await assertRejects(() => closed, ConnectionError);
  }));

test("timeout: of a subscription, which leaves nothing behind", () =>
  withPeer(async ({ session, peer }) => {
    const sink = new RecordingSink();
    const late = await rejection(session.subscribe(lifecycleSource(), sink, { timeout: 5 }));
    assertEquals((late as DOMException).name, "TimeoutError");
    peer.send(registered(await peer.next(), 9));
    const deregister = await peer.next();
    assertEquals([deregister.procedure, [...deregister.body]], [317, [...words(9)]]);
    peer.reply(deregister);
  }));

test("abort: of a thousand calls, leaves no listener", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new CountedController();
    const { signal } = controller;
    const calls = Array.from({ length: 1000 }, (_, i) => session.call(echo, `${i}`, { signal }));
    const settled = Promise.allSettled(calls);
    await peer.take(4);
    controller.abort("enough");
    const results = await settled;
    assert(results.every((r) => r.status === "rejected" && r.reason === "enough"));
    assertEquals(controller.listeners, 0);
    await settle();
    assertEquals(peer.waiting, 0, "none of those that waited was sent");
  }));

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection");
}

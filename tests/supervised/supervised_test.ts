import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { authFailed, ConnectionError, LibvirtError, UnsupportedError } from "../../src/errors.ts";
import { DomainState } from "../../gen/enums/domain.ts";
import { EventOverflowError } from "../../src/events.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import type { DomainLifecycleEvent } from "../../src/objects/domain_event_state.ts";
import { Backoff } from "../../src/supervised/backoff.ts";
import { superviseWith } from "../../src/supervised/connection.ts";
import type { SupervisedEvents } from "../../src/supervised/watch.ts";
import { Resync } from "../../src/supervised_state.ts";
import { CountedController } from "../session/calls.ts";
import { test } from "../harness.ts";
import { MortalDaemon } from "./clients.ts";

/** What a loop over lifecycle events sees, in words. */
async function take(
  events: AsyncIterator<{ readonly eventName: string | undefined } | Resync>,
  count: number,
): Promise<string[]> {
  const seen: string[] = [];
  for (let n = 0; n < count; n++) {
    const { done, value } = await events.next();
    seen.push(done ? "end" : value instanceof Resync ? "resync" : value.eventName!);
  }
  return seen;
}

test("supervised: waits double up to the longest, less what is left to chance", () => {
  const chances = [0, 0.5, 1, 0, 0, 0, 0, 0];
  const backoff = new Backoff({ delay: 100, longest: 1000, jitter: 0.5 }, () => chances.shift()!);
  assertEquals(Array.from({ length: 6 }, () => backoff.next()), [100, 150, 200, 800, 1000, 1000]);
  backoff.lasted(1000); // no longer than the last wait
  assertEquals(backoff.next(), 1000);
  backoff.lasted(1001);
  assertEquals(backoff.next(), 100);
});

test("supervised: options that make no sense are refused before anything is opened", async () => {
  for (
    const reconnect of [{ delay: -1 }, { jitter: 2 }, { attempts: 0 }, { delay: 5, longest: 4 }]
  ) {
    assertThrows(() => new Backoff(reconnect), RangeError, "Cannot");
    let opened = false;
    const open = () => {
      opened = true;
      return Promise.reject(new Error("opened"));
    };
    await assertRejects(() => superviseWith(open, { reconnect }), RangeError);
    assert(!opened);
  }
});

test("supervised: the first connection is made once, and its error is the caller's", async () => {
  await using daemon = new MortalDaemon();
  daemon.down = true;
  await assertRejects(() => daemon.supervise(), ConnectionError, "Nobody answers");
  assertEquals(daemon.clock.slept, []);
});

test("supervised: objects outlive their connection, and states tell what happens", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise({ reconnect: { delay: 100 } });
  const states = conn.states();
  const domain = await conn.lookupDomainByName("test");
  const session = conn.session;
  daemon.refusals.push(new ConnectionError("Nobody answers"), new Error("still nobody"));
  await daemon.die();
  await conn.connected();
  // the loss itself may not have been noticed yet
  while (conn.session === session) await states.next().then(() => conn.connected());
  assertEquals((await domain.getState()).state, DomainState.RUNNING);
  assert(conn.isAlive);
  assertEquals(daemon.clock.slept, [100, 200, 400]);
  assertEquals(conn.state, { state: "connected", connections: 2 });
  await conn.close();
  assertEquals(await conn.closed, "client");
  assertEquals([conn.isAlive, conn.closeError, conn.state.state], [false, undefined, "closed"]);
  await assertRejects(() => domain.getState(), ConnectionError);
});

test("supervised: states in their order", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise({ reconnect: { delay: 8, jitter: 0 } });
  const seen: string[] = [];
  const listening = (async () => {
    for await (const state of conn.states()) {
      seen.push(state.state);
      if (state.state === "waiting") seen.push(`${state.attempt} ${state.delay} ${state.reason}`);
      if (state.state === "connected") break;
    }
  })();
  daemon.refusals.push(new Error("starting"));
  await daemon.die();
  await listening;
  assertEquals(seen, [
    ...["waiting", "1 8 eof", "connecting"],
    ...["waiting", "2 16 eof", "connecting", "connected"],
  ]);
});

test("supervised: calls under way fail, and none is made again", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const domain = await conn.lookupDomainByName("test");
  daemon.hypervisor.faults.stallNext("domainSuspend", 2);
  async function callOfTheTest(): Promise<void> {
    await domain.suspend();
  }
  const calls = [callOfTheTest(), callOfTheTest()];
  await conn.getType();
  const before = daemon.called.length;
  await daemon.die();
  for (const call of calls) {
    const error = await assertRejects(() => call, ConnectionError);
    assertEquals(error.reason, "eof");
    assert(error.stack!.includes("callOfTheTest"), error.stack);
  }
  await conn.connected();
  while (!conn.isAlive) await conn.connected();
  await conn.getType();
  const since = daemon.called.slice(before);
  assert(since.includes("connectOpen") && !since.includes("domainSuspend"), since.join());
});

test("supervised: a loop goes on behind a mark, which comes before what follows", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const events = conn.watch(DomainEvent.LIFECYCLE);
  await events.ready;
  const domain = await conn.lookupDomainByName("test");
  await domain.suspend();
  assertEquals(await take(events, 1), ["SUSPENDED"]);
  for (let n = 0; n < 3; n++) {
    await daemon.die();
    const marked = await take(events, 1);
    assertEquals(marked, ["resync"]);
    // what happens from the mark on is not missed
    await domain.resume();
    await domain.suspend();
    assertEquals(await take(events, 2), ["RESUMED", "SUSPENDED"]);
  }
  await events.close();
  assertEquals(await take(events, 1), ["end"]);
});

test("supervised: a mark says which connection it is, and comes first where it is asked for", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const events = conn.watch(DomainEvent.LIFECYCLE, { resyncAtStart: true });
  const first = (await events.next()).value as Resync;
  assertEquals([first.connections, first.reason, first.outage], [1, undefined, 0]);
  await daemon.die();
  const second = (await events.next()).value as Resync;
  assertEquals([second.connections, second.reason, second.outage >= 0], [2, "eof", true]);
});

test("supervised: events that had come before the loss are delivered before the mark", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const events = conn.watch(DomainEvent.LIFECYCLE);
  await events.ready;
  const domain = await conn.lookupDomainByName("test");
  await domain.suspend();
  await domain.resume();
  await conn.getType();
  await daemon.die();
  assertEquals(await take(events, 3), ["SUSPENDED", "RESUMED", "resync"]);
});

test("supervised: of connections that came and went meanwhile the last alone is marked", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const events = conn.watch(DomainEvent.LIFECYCLE);
  await events.ready;
  const domain = await conn.lookupDomainByName("test");
  await domain.suspend();
  await conn.getType();
  for (let n = 2; n < 6; n++) {
    await daemon.die();
    while (!conn.isAlive || conn.state.state !== "connected" || conn.state.connections !== n) {
      await conn.connected();
      await Promise.resolve();
    }
  }
  assertEquals(await take(events, 1), ["SUSPENDED"]);
  const { value } = await events.next();
  assert(value instanceof Resync && value.connections === 5, JSON.stringify(value));
  await domain.resume();
  assertEquals(await take(events, 1), ["RESUMED"]);
});

test("supervised: while it is lost calls fail at once, or wait where that was asked for", async () => {
  await using daemon = new MortalDaemon();
  const failing = await daemon.supervise();
  const waiting = await daemon.supervise({ whileLost: "wait" });
  daemon.clock.held = true;
  daemon.down = true;
  await daemon.die();
  while (failing.isAlive || waiting.isAlive) await Promise.resolve();
  while (failing.state.state !== "waiting" || waiting.state.state !== "waiting") {
    await Promise.resolve();
  }
  const error = await assertRejects(() => failing.getType(), ConnectionError, "was lost");
  assertEquals(error.reason, "eof");
  const late = await waiting.getType({ timeout: 20 }).catch((reason) => reason);
  assertEquals(late.name, "TimeoutError");
  const controller = new CountedController();
  const aborted = assertRejects(() => waiting.getType({ signal: controller.signal }), Error, "no");
  controller.abort(new Error("no"));
  await aborted;
  assertEquals(controller.listeners, 0);
  const answer = waiting.getType();
  daemon.down = false;
  daemon.clock.wake();
  assertEquals(await answer, "TEST");
});

test("supervised: it is given up after so many attempts, and all learn of it", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise({ reconnect: { attempts: 3 }, whileLost: "wait" });
  async function whoseLoop(
    use: (events: SupervisedEvents<DomainLifecycleEvent>) => void,
  ): Promise<void> {
    const events = conn.watch(DomainEvent.LIFECYCLE);
    use(events);
    await events.ready;
  }
  let events!: SupervisedEvents<DomainLifecycleEvent>;
  await whoseLoop((opened) => events = opened);
  const states = conn.states();
  daemon.down = true;
  await daemon.die();
  assertEquals(await conn.closed, "error");
  assertEquals(daemon.clock.slept.length, 3);
  assertEquals(conn.closeError!.message, "Nobody answers");
  const error = await assertRejects(() => events.next(), ConnectionError, "Nobody answers");
  assertEquals([error.reason, error.cause], ["error", conn.closeError]);
  assert(error.stack!.includes("whoseLoop"), error.stack);
  await assertRejects(() => conn.connected(), ConnectionError, "given up");
  await assertRejects(() => conn.getType(), ConnectionError);
  assertEquals((await Array.fromAsync(states)).at(-1)!.state, "closed");
  const after = conn.watch(DomainEvent.LIFECYCLE);
  await assertRejects(() => after.next(), ConnectionError);
});

test("supervised: what no waiting cures is not tried again, unless the caller says so", async () => {
  for (const refusal of [authFailed("no"), new UnsupportedError("no", { code: 3 })]) {
    await using daemon = new MortalDaemon();
    const conn = await daemon.supervise();
    daemon.refusals.push(refusal);
    await daemon.die();
    assertEquals(await conn.closed, "error");
    assertEquals(conn.closeError, refusal);
  }
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise({ reconnect: { retry: () => true } });
  const session = conn.session;
  daemon.refusals.push(authFailed("no"), new LibvirtError("starting", { code: 1 }));
  await daemon.die();
  while (conn.session === session) await conn.connected().then(() => Promise.resolve());
  assertEquals(daemon.clock.slept.length, 3);
});

test("supervised: it can be closed in every state", async () => {
  for (const state of ["connected", "waiting", "connecting"] as const) {
    await using daemon = new MortalDaemon();
    const conn = await daemon.supervise();
    const events = conn.watch(DomainEvent.LIFECYCLE);
    await events.ready;
    const looping = Array.fromAsync(events);
    if (state !== "connected") {
      daemon.clock.held = true;
      await daemon.die();
      while (conn.state.state !== "waiting") await Promise.resolve();
    }
    if (state === "connecting") {
      daemon.clock.wake();
      while (conn.state.state !== "connecting") await Promise.resolve();
    }
    await conn.close();
    await conn.close();
    assertEquals(await looping, []);
    assertEquals(await conn.closed, "client");
    assertEquals(conn.state, { state: "closed", error: undefined });
  }
});

test("supervised: a loop that is too slow gets its error, and others go on", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const slow = conn.watch(DomainEvent.LIFECYCLE, { queue: 10 });
  const forgetful = conn.watch(DomainEvent.LIFECYCLE, { queue: 10, overflow: "drop-oldest" });
  const large = conn.watch(DomainEvent.LIFECYCLE);
  await Promise.all([slow.ready, forgetful.ready, large.ready]);
  daemon.hypervisor.burst(25);
  await conn.getType();
  const error = await assertRejects(async () => {
    for await (const _ of slow);
  }, EventOverflowError);
  assertEquals(error.queued, 10);
  assertEquals(forgetful.dropped, 15);
  await daemon.die();
  assertEquals((await take(forgetful, 11)).at(-1), "resync");
  assertEquals((await take(large, 26)).at(-1), "resync");
  assertEquals(forgetful.dropped, 15);
});

test("supervised: a signal ends a loop, in its connection or without one", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  for (const lost of [false, true]) {
    const controller = new CountedController();
    const events = conn.watch(DomainEvent.LIFECYCLE, { signal: controller.signal });
    await events.ready;
    const next = assertRejects(() => events.next(), Error, "enough");
    if (lost) {
      daemon.clock.held = true;
      await daemon.die();
      while (conn.state.state !== "waiting") await Promise.resolve();
    }
    controller.abort(new Error("enough"));
    await next;
    assertEquals(controller.listeners, 0);
    assertEquals((await events.next()).done, true);
  }
});

test("supervised: events() ends with its connection, as those of any other", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const events = conn.events(DomainEvent.LIFECYCLE);
  await events.ready;
  await daemon.die();
  await assertRejects(() => events.next(), ConnectionError);
});

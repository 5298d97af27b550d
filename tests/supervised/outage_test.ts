/**
 * Loops over events that are begun, filtered, shared and left around an outage.
 */

import { assert, assertEquals } from "@std/assert";
import { ConnectionError, LibvirtError } from "../../src/errors.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import type { DomainLifecycleEvent } from "../../src/objects/domain_event_state.ts";
import type { SupervisedConnection } from "../../src/supervised/connection.ts";
import type { SupervisedEvents } from "../../src/supervised/watch.ts";
import { Resync } from "../../src/supervised_state.ts";
import { test } from "../harness.ts";
import { MortalDaemon, turn } from "./clients.ts";

const REGISTER = "connectDomainEventCallbackRegisterAny";
const DEREGISTER = "connectDomainEventCallbackDeregisterAny";

/** Kills the daemon and leaves it so. */
async function loseFor(daemon: MortalDaemon, conn: SupervisedConnection): Promise<void> {
  daemon.clock.held = true;
  await daemon.die();
  while (conn.state.state !== "waiting") await turn();
}

/** Lets it come back. */
async function comeBack(daemon: MortalDaemon, conn: SupervisedConnection): Promise<void> {
  daemon.clock.held = false;
  daemon.clock.wake();
  await conn.connected();
}

/** Notes what a loop sees, as `resync 2` and `test SUSPENDED`. */
function noted(events: SupervisedEvents<DomainLifecycleEvent>): {
  readonly seen: string[];
  readonly over: Promise<void>;
} {
  const seen: string[] = [];
  const over = (async () => {
    for await (const event of events) {
      seen.push(
        event instanceof Resync
          ? `resync ${event.connections}`
          : `${event.domain.name} ${event.eventName}`,
      );
    }
  })();
  return { seen, over };
}

test("supervised: a loop begun during an outage starts with the mark of the next connection", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  await loseFor(daemon, conn);
  const events = conn.watch(DomainEvent.LIFECYCLE);
  const { seen, over } = noted(events);
  let isReady = false;
  events.ready.then(() => isReady = true);
  await turn();
  assert(!isReady);
  await comeBack(daemon, conn);
  await events.ready;
  await (await conn.lookupDomainByName("test")).suspend();
  await conn.close();
  await over;
  assertEquals(seen, ["resync 2", "test SUSPENDED"]);
});

test("supervised: a loop left during an outage is not registered again", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const [left, stays] = [conn.watch(DomainEvent.LIFECYCLE), conn.watch(DomainEvent.REBOOT)];
  await Promise.all([left.ready, stays.ready]);
  const over = Array.fromAsync(left);
  await loseFor(daemon, conn);
  await left.close();
  assertEquals(await over, []);
  const registered = daemon.callsOf(REGISTER);
  await comeBack(daemon, conn);
  assert((await stays.next()).value instanceof Resync);
  await conn.getType();
  assertEquals(daemon.callsOf(REGISTER), registered + 1);
});

test("supervised: each loop gets one mark a connection, whatever it filters and shares", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  await conn.createDomainXml(
    "<domain type='test'><name>other</name><memory>8192</memory><os><type>hvm</type></os></domain>",
  );
  const [domain, other] = [
    await conn.lookupDomainByName("test"),
    await conn.lookupDomainByName("other"),
  ];
  const loops = [{}, {}, { domain }, { domain: other }].map((filter) =>
    conn.watch(DomainEvent.LIFECYCLE, filter)
  );
  await Promise.all(loops.map(({ ready }) => ready));
  const noting = loops.map(noted);
  const outages = 5;
  for (let n = 0; n < outages; n++) {
    const registered = daemon.callsOf(REGISTER);
    await daemon.die();
    while (noting.some(({ seen }) => !seen.includes(`resync ${n + 2}`))) await turn();
    // the two that want the same share a registration
    assertEquals(daemon.callsOf(REGISTER), registered + 3);
    for (const each of [domain, other]) await each.suspend();
    for (const each of [domain, other]) await each.resume();
  }
  await conn.close();
  await Promise.all(noting.map(({ over }) => over));
  const expected = (...names: string[]) =>
    Array.from({ length: outages }, (_, n) => [
      `resync ${n + 2}`,
      ...["SUSPENDED", "RESUMED"].flatMap((what) => names.map((name) => `${name} ${what}`)),
    ]).flat();
  assertEquals(noting.map(({ seen }) => seen), [
    expected("test", "other"),
    expected("test", "other"),
    expected("test"),
    expected("other"),
  ]);
});

test("supervised: what a new connection brings with the registration's answer follows the mark", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const events = conn.watch(DomainEvent.LIFECYCLE);
  await events.ready;
  const { seen, over } = noted(events);
  const answered = Promise.withResolvers<void>();
  daemon.hypervisor.faults.delayNext(REGISTER, 1, answered.promise);
  await daemon.die();
  while (daemon.hypervisor.faults.pending() > 0) await turn();
  await turn();
  assertEquals(seen, [], "no mark before it is registered");
  // within the same bytes as the answer, as seen from the client
  answered.resolve();
  answered.promise.then(() => {}).then(() => daemon.hypervisor.burst(3));
  while (seen.length < 4) await turn();
  await conn.close();
  await over;
  assertEquals([seen[0], seen.length], ["resync 2", 4]);
});

test("supervised: a connection lost while it registers leaves no mark, the next one does", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const events = conn.watch(DomainEvent.LIFECYCLE);
  await events.ready;
  const { seen, over } = noted(events);
  daemon.hypervisor.faults.dropNext(REGISTER, 2);
  await daemon.die();
  while (seen.length === 0) await turn();
  await conn.close();
  await over;
  assertEquals(seen, ["resync 4"]);
});

test("supervised: a daemon that refuses to register again ends the loop, and it alone", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const [refused, goesOn] = [conn.watch(DomainEvent.LIFECYCLE), conn.watch(DomainEvent.REBOOT)];
  await Promise.all([refused.ready, goesOn.ready]);
  const ended = noted(refused).over.then(() => undefined, (error: unknown) => error);
  daemon.hypervisor.faults.failNext(REGISTER, 1, new Error("not now"));
  await daemon.die();
  assert((await goesOn.next()).value instanceof Resync);
  assert((await ended) instanceof LibvirtError);
  const deregistered = daemon.callsOf(DEREGISTER);
  await goesOn.close();
  assertEquals(daemon.callsOf(DEREGISTER), deregistered + 1);
});

test("supervised: objects of an event outlive its connection, streams do not", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const events = conn.watch(DomainEvent.LIFECYCLE);
  await events.ready;
  await (await conn.lookupDomainByName("test")).suspend();
  const { value } = await events.next();
  assert(value !== undefined && !(value instanceof Resync));
  const console = await value.domain.openConsole();
  const reader = console.readable.getReader();
  const reading = reader.read().then(() => undefined, (error: unknown) => error);
  reader.closed.catch(() => {});
  await daemon.die();
  assert((await reading) instanceof ConnectionError);
  await conn.connected();
  assert((await events.next()).value instanceof Resync);
  await value.domain.resume();
  const again = await value.domain.openConsole();
  await again.close();
});

test("supervised: `dropped` goes on counting over connections, those given up included", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const events = conn.watch(DomainEvent.LIFECYCLE, { queue: 10, overflow: "drop-oldest" });
  await events.ready;
  let sent = 0;
  for (let connections = 2; connections < 5; connections++) {
    const count = 20 + connections;
    daemon.hypervisor.burst(count);
    sent += count;
    await conn.getType();
    await daemon.die();
    while (conn.state.state !== "connected" || conn.state.connections !== connections) {
      await turn();
    }
    await conn.getType(); // behind the registration
  }
  // of the first connection ten are left, of those in between only what was dropped is known
  assertEquals(events.dropped, sent - 30);
  const { seen, over } = noted(events);
  while (seen.length < 11) await turn();
  await conn.close();
  await over;
  assertEquals([seen.length, seen.at(-1), events.dropped], [11, "resync 4", sent - 30]);
});

/**
 * Many loops over events of one connection, in bursts.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectWith } from "../../src/connect.ts";
import type { Connection } from "../../src/connection.ts";
import { NO_FACTS } from "../../src/endpoint.ts";
import { EventOverflowError, type EventStream } from "../../src/events.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import type { DomainLifecycleEvent } from "../../src/objects/domain_event_state.ts";
import { createTestHypervisor, type TestHypervisor } from "../../src/testing.ts";
import { memoryPair } from "../../transports/memory.ts";
import { test } from "../harness.ts";
import { settle } from "./peer.ts";

interface Ends {
  readonly hypervisor: TestHypervisor;
  readonly conn: Connection;
  /** How often a procedure was called. */
  calls(procedure: string): number;
}

async function withHypervisor(use: (ends: Ends) => Promise<void>): Promise<void> {
  const called: string[] = [];
  await using hypervisor = createTestHypervisor({
    intercept: (procedure) => void called.push(procedure),
  });
  const [near, far] = memoryPair();
  const server = hypervisor.serve(far);
  const context = { dial: () => Promise.resolve(near), facts: NO_FACTS };
  await using conn = await connectWith(context, "test:///default");
  await use({
    hypervisor,
    conn,
    calls: (procedure) => called.filter((name) => name === procedure).length,
  });
  await conn.close();
  await server.closed;
}

const REGISTER = "connectDomainEventCallbackRegisterAny";
const DEREGISTER = "connectDomainEventCallbackDeregisterAny";
const LOOPS = 100;
const BURST = 1000;

type Loop = EventStream<DomainLifecycleEvent>;

/** The rest of a loop, each event as its two names. */
async function rest(events: Loop): Promise<string[]> {
  const found: string[] = [];
  for await (const { eventName, detailName } of events) found.push(`${eventName} ${detailName}`);
  return found;
}

test("many loops: a hundred share one registration, and each gets every event", () =>
  withHypervisor(async ({ hypervisor, conn, calls }) => {
    const options = { queue: 2 * BURST };
    const loops = Array.from({ length: LOOPS }, () => conn.events(DomainEvent.LIFECYCLE, options));
    await Promise.all(loops.map(({ ready }) => ready));
    const reading = loops.map(rest);
    hypervisor.burst(BURST);
    await settle();
    assertEquals([calls(REGISTER), calls(DEREGISTER)], [1, 0]);
    // all but one leave in the middle of a burst
    hypervisor.burst(BURST);
    await Promise.all(loops.slice(1).map((events) => events.close()));
    assertEquals([calls(REGISTER), calls(DEREGISTER)], [1, 0]);
    await settle();
    await loops[0]!.close();
    assertEquals([calls(REGISTER), calls(DEREGISTER)], [1, 1]);
    const [all, ...others] = await Promise.all(reading);
    assertEquals(all!.length, 2 * BURST);
    for (const found of others) {
      assert(found.length >= BURST && found.length <= 2 * BURST, `${found.length}`);
      assertEquals(found, all!.slice(0, found.length));
    }
  }));

test("many loops: slow ones harm only themselves, and know how much they have lost", () =>
  withHypervisor(async ({ hypervisor, conn }) => {
    const fast = conn.events(DomainEvent.LIFECYCLE);
    const forgetful = [1, 7, 64, 900].map((queue) => ({
      queue,
      events: conn.events(DomainEvent.LIFECYCLE, { queue, overflow: "drop-oldest" }),
    }));
    const strict = conn.events(DomainEvent.LIFECYCLE, { queue: 50 });
    await Promise.all([fast, strict, ...forgetful.map(({ events }) => events)].map((e) => e.ready));
    const reading = rest(fast);
    const bursts = 5;
    for (let n = 0; n < bursts; n++) {
      hypervisor.burst(BURST);
      await settle();
    }
    await fast.close();
    const all = await reading;
    assertEquals(all.length, bursts * BURST);
    for (const { queue, events } of forgetful) {
      assertEquals([events.queued, events.dropped], [queue, bursts * BURST - queue]);
      const kept: string[] = [];
      for (let n = 0; n < queue; n++) {
        const { value } = await events.next();
        kept.push(`${value.eventName} ${value.detailName}`);
      }
      assertEquals(kept, all.slice(-queue));
    }
    const found: string[] = [];
    const error = await assertRejects(async () => {
      for await (const { eventName, detailName } of strict) {
        found.push(`${eventName} ${detailName}`);
      }
    }, EventOverflowError);
    assertEquals([error.queued, error.lost], [50, bursts * BURST - 50]);
    assertEquals(found, all.slice(0, 50));
  }));

test("many loops: closing the connection in the middle of a burst ends them in order", async () => {
  for (const turns of [0, 1, 2, 3]) {
    await withHypervisor(async ({ hypervisor, conn }) => {
      const loops = Array.from(
        { length: LOOPS },
        (_, n) =>
          n % 2 === 0
            ? conn.events(DomainEvent.LIFECYCLE, { queue: 2 * BURST })
            : conn.events(DomainEvent.LIFECYCLE, {
              queue: 10,
              overflow: "drop-oldest",
            }),
      );
      await Promise.all(loops.map(({ ready }) => ready));
      const reading = loops.map(rest);
      hypervisor.burst(BURST);
      for (let n = 0; n < turns; n++) await settle();
      hypervisor.burst(BURST);
      await conn.close();
      const found = await Promise.all(reading);
      const longest = found.filter((_, n) => n % 2 === 0);
      assert(longest[0]!.length <= 2 * BURST);
      for (const each of longest) assertEquals(each, longest[0]);
      assertEquals(await conn.closed, "client");
    });
  }
});

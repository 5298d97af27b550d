/**
 * What a supervised connection may be doing when it is closed, and how it treats a daemon that never
 * stays, and callers who ask for what cannot be.
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { ConnectOptions } from "../../src/connect.ts";
import { ConnectionError } from "../../src/errors.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import type { CallOptions } from "../../src/session/caller.ts";
import type { Session } from "../../src/session/session.ts";
import { SupervisedCaller } from "../../src/supervised/caller.ts";
import { superviseWith } from "../../src/supervised/connection.ts";
import { Resync } from "../../src/supervised_state.ts";
import { TimerCount } from "../faults/leaks.ts";
import { test } from "../harness.ts";
import { MortalDaemon, turn } from "./clients.ts";

const REGISTER = "connectDomainEventCallbackRegisterAny";

/** Where an attempt stands when no answer comes. */
const PHASES = ["dial", "authList", "connectSupportsFeature", "connectOpen", REGISTER] as const;

for (const phase of PHASES) {
  test(`supervised: closed while ${phase} gets no answer, it leaves nothing`, async () => {
    const timers = new TimerCount();
    try {
      await using daemon = new MortalDaemon();
      const conn = await daemon.supervise({ keepalive: { interval: 60_000, count: 5 } });
      const events = conn.watch(DomainEvent.LIFECYCLE);
      await events.ready;
      const loop = Array.fromAsync(events);
      const states = Array.fromAsync(conn.states());
      const { dials } = daemon;
      const { faults } = daemon.hypervisor;
      if (phase === "dial") daemon.silent = true;
      else faults.stallNext(phase);
      await daemon.die();
      while (phase === "dial" ? daemon.dials === dials : faults.pending() > 0) await turn();
      assertEquals(conn.state.state, phase === REGISTER ? "connected" : "connecting");
      await conn.close();
      assertEquals(await conn.closed, "client");
      assertEquals(await loop, [], "neither an event nor a mark");
      assertEquals((await states).at(-1), { state: "closed", error: undefined });
      for (const server of daemon.servers) await server.closed;
      await turn();
      assertEquals([daemon.dials, timers.live], [dials + 1, []]);
    } finally {
      timers.restore();
    }
  });
}

test("supervised: a daemon that dies of every connection is left alone for longer and longer", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise({ reconnect: { delay: 1000, longest: 5000, jitter: 0 } });
  for (let connections = 2; connections < 8; connections++) {
    await daemon.die();
    while (conn.state.state !== "connected" || conn.state.connections !== connections) {
      await turn();
    }
  }
  assertEquals(daemon.clock.slept, [1000, 2000, 4000, 5000, 5000, 5000]);
});

test("supervised: each attempt has a time limit of its own, the first one the caller's", async () => {
  await using daemon = new MortalDaemon();
  for (const [timeout, expected] of [[undefined, 30_000], [5000, 5000]] as const) {
    const limits: (number | undefined)[] = [];
    const open = (options: ConnectOptions) => {
      limits.push(options.timeout);
      return daemon.open(options);
    };
    const conn = await superviseWith(open, { timeout }, daemon.clock);
    await daemon.die();
    while (limits.length < 2) await turn();
    await conn.close();
    assertEquals(limits, [timeout, expected]);
  }
});

test("supervised: one time limit bounds the wait for the connection and what is asked on it", async () => {
  const given: (number | undefined)[] = [];
  const session = {
    hasFeature: (_: number, { timeout }: CallOptions) => {
      given.push(timeout);
      return Promise.resolve(true);
    },
    openAnother: ({ timeout }: CallOptions) => {
      given.push(timeout);
      return Promise.reject(new ConnectionError("no"));
    },
  } as unknown as Session;
  const caller = new SupervisedCaller({
    latest: session,
    usable: async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return session;
    },
  });
  await caller.hasFeature(3, { timeout: 1000 });
  await assertRejects(() => caller.openAnother!({ timeout: 1000 }), ConnectionError);
  assertEquals(given.map((timeout) => timeout! < 980), [true, true], given.join());
});

test("supervised: with `wait`, a call waits as soon as its connection is over", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise({ whileLost: "wait" });
  const events = conn.events(DomainEvent.LIFECYCLE);
  await events.ready;
  const next = events.next();
  const answer = next.then(() => "an event", () => conn.getType());
  await daemon.die();
  assertEquals(await answer, "TEST");
});

test("supervised: a function that decides about another attempt and throws ends it", async () => {
  await using daemon = new MortalDaemon();
  const broken = new Error("broken");
  const retry = () => {
    throw broken;
  };
  const conn = await daemon.supervise({ reconnect: { retry } });
  daemon.down = true;
  await daemon.die();
  assertEquals([await conn.closed, conn.closeError], ["error", broken]);
});

test("supervised: a loop that cannot be is refused at once, and bothers no other", async () => {
  await using daemon = new MortalDaemon();
  const conn = await daemon.supervise();
  const events = conn.watch(DomainEvent.LIFECYCLE);
  await events.ready;
  assertThrows(() => conn.watch(DomainEvent.LIFECYCLE, { queue: 0 }), RangeError);
  daemon.clock.held = true;
  await daemon.die();
  while (conn.state.state !== "waiting") await turn();
  assertThrows(() => conn.watch(DomainEvent.LIFECYCLE, { queue: 0 }), RangeError);
  daemon.clock.wake();
  const { value } = await events.next();
  assert(value instanceof Resync);
  await conn.getType();
});

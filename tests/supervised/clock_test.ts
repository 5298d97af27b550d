/**
 * Supervised connections by the clock on the wall, and what they leave on it.
 */

import { assert, assertEquals } from "@std/assert";
import type { Connection } from "../../src/connection.ts";
import { superviseWith } from "../../src/supervised/connection.ts";
import { TimerCount } from "../faults/leaks.ts";
import { test } from "../harness.ts";
import { MortalDaemon, turn } from "./clients.ts";

type Listen = EventTarget["addEventListener"];

/** Counts the listeners of each signal, until `restore()`. */
class SignalListeners {
  readonly #known = new Map<AbortSignal, Set<unknown>>();
  readonly #restore: () => void;

  constructor() {
    const target = EventTarget.prototype;
    const { addEventListener, removeEventListener } = target;
    const known = this.#known;
    target.addEventListener = function (this: EventTarget, ...args: Parameters<Listen>): void {
      if (this instanceof AbortSignal) {
        known.set(this, (known.get(this) ?? new Set()).add(args[1]));
      }
      addEventListener.apply(this, args);
    };
    target.removeEventListener = function (this: EventTarget, ...args: Parameters<Listen>): void {
      if (this instanceof AbortSignal) known.get(this)?.delete(args[1]);
      removeEventListener.apply(this, args);
    };
    this.#restore = () => void Object.assign(target, { addEventListener, removeEventListener });
  }

  /** Of the signal that has most. */
  get most(): number {
    return Math.max(...[...this.#known.values()].map(({ size }) => size));
  }

  restore(): void {
    this.#restore();
  }
}

/** Timers that ping. */
function pinging(timers: TimerCount): number {
  return timers.live.filter((where) => where.includes("keepalive_timer.ts")).length;
}

test("supervised: by the clock on the wall, waits are left to chance and leave no listener", async () => {
  const listeners = new SignalListeners();
  try {
    await using daemon = new MortalDaemon();
    const conn = await superviseWith(daemon.open, { reconnect: { delay: 8, longest: 8 } });
    const waits: number[] = [];
    const noting = (async () => {
      for await (const state of conn.states()) {
        if (state.state === "waiting") waits.push(state.delay);
      }
    })();
    for (let connections = 2; connections < 8; connections++) {
      await daemon.die();
      while (conn.state.state !== "connected" || conn.state.connections !== connections) {
        await turn();
      }
    }
    assert(listeners.most < 3, `${listeners.most} listeners on one signal`);
    await conn.close();
    await noting;
    assertEquals(waits.length, 6);
    assert(waits.every((wait) => wait > 4 && wait <= 8), waits.join());
    assert(new Set(waits).size > 1, waits.join());
  } finally {
    listeners.restore();
  }
});

test("supervised: closed while it waits by the clock on the wall, it leaves no timer", async () => {
  const timers = new TimerCount();
  try {
    await using daemon = new MortalDaemon();
    const reconnect = { delay: 3_600_000, longest: 3_600_000 };
    const conn = await superviseWith(daemon.open, { reconnect, keepalive: false });
    await daemon.die();
    while (conn.state.state !== "waiting") await turn();
    const waiting = () => timers.live.filter((where) => where.includes("supervised/")).length;
    assertEquals(waiting(), 1);
    await conn.close();
    assertEquals(waiting(), 0);
  } finally {
    timers.restore();
  }
});

test("supervised: a connection that is there too late is closed", async () => {
  await using daemon = new MortalDaemon();
  const late = Promise.withResolvers<Connection>();
  let opened = 0;
  const conn = await superviseWith(
    (options) => opened++ === 0 ? daemon.open(options) : late.promise,
    {},
    daemon.clock,
  );
  await daemon.die();
  while (opened < 2) await turn();
  const closing = conn.close();
  const connection = await daemon.open({ keepalive: false });
  late.resolve(connection);
  await closing;
  assertEquals([await connection.closed, connection.isAlive], ["client", false]);
  assertEquals(conn.state, { state: "closed", error: undefined });
});

test("supervised: further connections are pinged as the caller has last said", async () => {
  const timers = new TimerCount();
  try {
    await using daemon = new MortalDaemon();
    const conn = await daemon.supervise({ keepalive: false });
    const lost = async (): Promise<void> => {
      const { session } = conn;
      await daemon.die();
      while (conn.session === session || !conn.isAlive) await turn();
      await conn.getType();
    };
    assertEquals(pinging(timers), 0);
    assertEquals(await conn.setKeepAlive({ interval: 3_600_000, count: 5 }), true);
    assertEquals(pinging(timers), 2, "one on each side");
    await lost();
    assertEquals(pinging(timers), 2);
    assertEquals(await conn.setKeepAlive(false), false);
    await lost();
    assertEquals(pinging(timers), 0);
  } finally {
    timers.restore();
  }
});

/**
 * What waits for a daemon that is gone, and how it has to end.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type CloseReason, type Connection, ConnectionError, DomainEvent } from "../../mod.ts";

/** How the daemons of these tests are pinged. */
export const KEEPALIVE = { interval: 200, count: 2 };
/** interval × (count + 1). */
export const SPAN = 600;
/** What a busy machine takes on top. */
export const SLACK = 3000;

/** Timers of the library keep no process alive, so the test must. */
export async function awake<T>(use: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 1000);
  try {
    return await use();
  } finally {
    clearInterval(timer);
  }
}

/** What waits. */
export interface Pending {
  /** What every waiting thing ended with. */
  ended(): Promise<Error[]>;
}

/** Has calls wait, on the wire and for their place, and a loop over events. */
export async function pending(
  conn: Connection,
  stop: () => void | Promise<void>,
): Promise<Pending> {
  const events = conn.events(DomainEvent.LIFECYCLE);
  await events.ready;
  async function loopOfTheTest(): Promise<never> {
    for await (const _ of events);
    throw new Error("the loop has ended without an error");
  }
  async function callOfTheTest(): Promise<never> {
    const name = await conn.getHostname();
    throw new Error(`a daemon that is gone is called ${name}`);
  }
  await stop();
  const all = [loopOfTheTest(), ...Array.from({ length: 8 }, callOfTheTest)];
  const settled = Promise.allSettled(all);
  return {
    async ended() {
      const errors = (await settled).map((one) => (one as PromiseRejectedResult).reason as Error);
      const [loop, ...calls] = errors.map(({ stack }) => stack!);
      assertStringIncludes(loop!, "pending.ts");
      for (const stack of calls) assertStringIncludes(stack, "callOfTheTest");
      return errors;
    },
  };
}

/** A connection is over, and all that has waited for it knows why. */
export async function checkEnd(
  conn: Connection,
  { ended }: Pending,
  reasons: readonly CloseReason[],
): Promise<void> {
  const reason = await conn.closed;
  assert(reasons.includes(reason), reason);
  for (const error of await ended()) {
    assert(error instanceof ConnectionError, String(error));
    assertEquals(error.reason, reason);
  }
  assertEquals(conn.isAlive, false);
  const late = await assertRejects(() => conn.getHostname(), ConnectionError);
  assertEquals(late.reason, reason);
  await conn.close();
}

/** It was noticed as soon as it could be, and no sooner. */
export function checkInTime(started: number): void {
  const took = performance.now() - started;
  assert(took > SPAN - 50 && took < SPAN + SLACK, `noticed after ${took} ms`);
}

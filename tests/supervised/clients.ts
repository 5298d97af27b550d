/**
 * Supervised connections to the hypervisor in memory, whose daemon can be had to die.
 *
 * @module
 */

import type { ConnectOptions } from "../../src/connect.ts";
import { NO_FACTS } from "../../src/endpoint.ts";
import { connectWith } from "../../src/connect.ts";
import type { Connection } from "../../src/connection.ts";
import { ConnectionError } from "../../src/errors.ts";
import type { ServerSession } from "../../src/server/server.ts";
import {
  type SupervisedConnection,
  type SuperviseOptions,
  superviseWith,
} from "../../src/supervised/connection.ts";
import type { SupervisorClock } from "../../src/supervised/supervisor.ts";
import { createTestHypervisor, type TestHypervisor } from "../../src/testing.ts";
import type { Dial } from "../../src/transport.ts";
import { memoryPair } from "../../transports/memory.ts";

/** A clock whose sleeps are noted and end when the test says so, or at once. */
export class HandClock implements SupervisorClock {
  /** What was slept so far, in milliseconds. */
  readonly slept: number[] = [];
  /** Whether sleeps last until `wake()`. */
  held = false;
  #waiting: (() => void)[] = [];

  random(): number {
    return 0;
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    this.slept.push(milliseconds);
    if (!this.held) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Resolves after a turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** A hypervisor whose daemon dies and comes back. */
export class MortalDaemon implements AsyncDisposable {
  readonly hypervisor: TestHypervisor;
  readonly clock: HandClock = new HandClock();
  /** Whether nobody answers. */
  down = false;
  /** Whether whoever dials gets no answer. */
  silent = false;
  /** What the next attempts fail with. */
  readonly refusals: Error[] = [];
  /** Attempts so far. */
  dials = 0;
  /** Procedures that were called, in order. */
  readonly called: string[] = [];
  /** Connections that it has not ended itself. */
  readonly servers: ServerSession[] = [];
  #clients: SupervisedConnection[] = [];

  constructor() {
    this.hypervisor = createTestHypervisor({
      seed: 1,
      extras: true,
      intercept: (procedure) => void this.called.push(procedure),
    });
  }

  /** Connects once. */
  readonly open = async (options: ConnectOptions): Promise<Connection> => {
    const dial: Dial = (_, { signal } = {}) => {
      this.dials++;
      if (this.silent) {
        return new Promise((_, reject) => {
          signal!.addEventListener("abort", () => reject(signal!.reason), { once: true });
        });
      }
      if (this.down) throw new ConnectionError("Nobody answers");
      const refusal = this.refusals.shift();
      if (refusal !== undefined) throw refusal;
      const [near, far] = memoryPair("test:///default");
      this.servers.push(this.hypervisor.serve(far));
      return Promise.resolve(near);
    };
    return await connectWith({ dial, facts: NO_FACTS }, "test:///default", options);
  };

  /** Connects for good. */
  async supervise(options: SuperviseOptions = {}): Promise<SupervisedConnection> {
    const client = await superviseWith(this.open, options, this.clock);
    this.#clients.push(client);
    return client;
  }

  /** How often a procedure was called. */
  callsOf(procedure: string): number {
    return this.called.filter((name) => name === procedure).length;
  }

  /** Ends every connection, as a daemon that dies does. */
  async die(): Promise<void> {
    await Promise.all(this.servers.splice(0).map((server) => server.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close();
    await this.hypervisor.close();
  }
}

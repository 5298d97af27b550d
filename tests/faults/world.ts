/**
 * One seeded run: a hypervisor, its clients, what they may expect, and what must be over at the end.
 *
 * @module
 */

import { connectWith } from "../../src/connect.ts";
import type { Connection } from "../../src/connection.ts";
import { ConnectionError, LibvirtError, ProtocolError } from "../../src/errors.ts";
import { EventOverflowError } from "../../src/events.ts";
import { StreamOverflowError } from "../../src/streams.ts";
import type { ServerSession } from "../../src/server/server.ts";
import { createTestHypervisor, type TestHypervisor } from "../../src/testing.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { memoryPair } from "../../transports/memory.ts";
import { Random } from "../codec/random.ts";
import { CountedController } from "../session/calls.ts";
import { type FaultCounts, type FaultPlan, faultyDuplex, noFaults } from "./fault_duplex.ts";
import { TurnClock } from "./turn_clock.ts";

/** Pairs of connected ends; over sockets where the run is to use the kernel's. */
export type Pairs = () => Promise<[ByteDuplex, ByteDuplex]>;

/** What a run has done. */
export interface Tally {
  calls: number;
  refused: number;
  aborted: number;
  lost: number;
  events: number;
  bytes: number;
  streams: number;
  connections: number;
  faults: FaultCounts;
}

/** Nothing done yet. */
export function noTally(): Tally {
  const none = { calls: 0, refused: 0, aborted: 0, lost: 0, events: 0 };
  return { ...none, bytes: 0, streams: 0, connections: 0, faults: noFaults() };
}

/** Something was not as it must be. */
export class Violation extends Error {
  override readonly name: string = "Violation";
}

/** How a promise ended. */
export type Outcome<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "refused"; readonly error: LibvirtError }
  | { readonly kind: "aborted" }
  | { readonly kind: "lost"; readonly error: Error };

const PATIENCE = 20_000;

// Handlers that take their time may answer in another order, which those whose order the model
// follows must not.
const IN_ORDER = /^(domainSuspend|domainResume|domainGetState|domainSetMetadata|connect.*Event.*)$/;

/** One run. */
export class World {
  readonly clock: TurnClock = new TurnClock();
  readonly tally: Tally = noTally();
  readonly hypervisor: TestHypervisor;
  /** A connection without faults. */
  control!: Connection;
  readonly #random: Random;
  readonly #pairs: Pairs;
  readonly #servers: ServerSession[] = [];
  readonly #pending = new Map<Promise<unknown>, string>();
  readonly #controllers: CountedController[] = [];
  #violation: Error | undefined;

  /** Starts with an empty tally. */
  constructor(seed: number, pairs: Pairs = () => Promise.resolve(memoryPair("the run"))) {
    this.#random = new Random(seed);
    this.#pairs = pairs;
    const slow = this.#random.oneIn(2);
    this.hypervisor = createTestHypervisor({
      seed,
      extras: true,
      intercept: (procedure) =>
        slow && !IN_ORDER.test(procedure) && this.#random.oneIn(3)
          ? this.clock.sleep(this.#random.below(12))
          : undefined,
    });
  }

  /** A generator of its own, so that who decides first makes no difference. */
  random(): Random {
    return new Random(this.#random.word());
  }

  /** Connects; `plan` says with what faults. */
  async connect(plan?: FaultPlan): Promise<Connection> {
    const random = this.random();
    const dial = async () => {
      const [near, far] = await this.#pairs();
      this.#servers.push(this.hypervisor.serve(far));
      this.tally.connections++;
      return plan === undefined
        ? near
        : faultyDuplex(near, plan, random, this.clock, this.tally.faults);
    };
    const facts = { isRoot: no, env: nothing, home: nothing, exists: no };
    // what else would notice that nothing comes, or that a packet never ends?
    const stalls = ["stall", "corrupt"].some((kind) =>
      plan?.incoming?.kind === kind || plan?.outgoing?.kind === kind
    );
    return await connectWith({ dial, facts }, "test:///default", {
      keepalive: stalls ? { interval: 15, count: 1 } : false,
      strict: plan?.incoming?.kind !== "corrupt",
      // before keepalive is settled nothing else notices a stall
      ...(stalls ? { timeout: 60 } : {}),
    });
  }

  /** A signal that fires after some turns, or never. */
  signal(random: Random): { signal?: AbortSignal; reason?: Error } {
    if (!random.oneIn(4)) return {};
    const controller = new CountedController();
    this.#controllers.push(controller);
    const reason = new Error("of the run's own");
    if (random.oneIn(6)) controller.abort(reason);
    else if (!random.oneIn(3)) {
      this.watch(
        "an abort",
        this.clock.sleep(random.below(30)).then(() => controller.abort(reason)),
      );
    }
    return { signal: controller.signal, reason };
  }

  /** Says how a promise ended; ends the run where an error is none that may come. */
  async outcome<T>(what: string, promise: Promise<T>, reason?: Error): Promise<Outcome<T>> {
    this.tally.calls++;
    try {
      return { kind: "value", value: await this.watch(what, promise) };
    } catch (error) {
      if (reason !== undefined && error === reason) {
        this.tally.aborted++;
        return { kind: "aborted" };
      }
      if (error instanceof LibvirtError) {
        this.tally.refused++;
        return { kind: "refused", error };
      }
      if (isLoss(error)) {
        this.tally.lost++;
        return { kind: "lost", error };
      }
      this.violate(`${what} failed with what nobody may see`, error);
      throw error;
    }
  }

  /** Notes a promise that must settle. */
  watch<T>(what: string, promise: Promise<T>): Promise<T> {
    this.#pending.set(promise, what);
    const done = () => void this.#pending.delete(promise);
    promise.then(done, done);
    return promise;
  }

  /** Notes that something is not as it must be. */
  violate(what: string, cause?: unknown): void {
    this.#violation ??= new Violation(what, { cause });
  }

  /** Notes a violation unless a condition holds. */
  expect(condition: boolean, what: () => string): void {
    if (!condition) this.violate(what());
  }

  /** Runs the program to its end, and looks at what it has left. */
  async run(program: () => Promise<void>): Promise<Tally> {
    await this.#inTime(
      "the program",
      (async () => {
        this.control = await this.connect();
        await program();
      })(),
    );
    await this.#inTime("closing the control", this.control.close());
    await this.#inTime("what was pending", this.#settled());
    // each client has let go of its connection by itself
    for (const server of this.#servers) await this.#inTime("a server's session", server.closed);
    await this.#inTime("closing", this.hypervisor.close());
    this.expect(this.#pending.size === 0, () => `never settled: ${[...this.#pending.values()]}`);
    const listeners = this.#controllers.reduce((sum, { listeners }) => sum + listeners, 0);
    this.expect(listeners === 0, () => `${listeners} listeners are left on signals`);
    if (this.#violation !== undefined) throw this.#violation;
    return this.tally;
  }

  async #settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled([...this.#pending.keys()]);
  }

  async #inTime(what: string, promise: Promise<unknown>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const text = `${what} took ${PATIENCE} ms; pending: ${[...this.#pending.values()]}`;
        reject(this.#violation ?? new Violation(text));
      }, PATIENCE);
    });
    try {
      await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Whether an error says that a connection, or what came over it, is lost. */
export function isLoss(error: unknown): error is Error {
  return error instanceof ConnectionError || error instanceof ProtocolError ||
    error instanceof EventOverflowError || error instanceof StreamOverflowError ||
    (error instanceof DOMException && error.name === "TimeoutError");
}

function no(): boolean {
  return false;
}

function nothing(): undefined {}

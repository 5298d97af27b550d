/**
 * Two hypervisors in memory, with a guest on the first and a witness of all that happens to it.
 *
 * @module
 */

import { memoryPair } from "../../transports/memory.ts";
import { type Connection, type Domain, DomainEvent, DomainState, isNotFound } from "../../mod.ts";
import { NO_FACTS } from "../../src/endpoint.ts";
import { connectWith } from "../../src/connect.ts";
import { createTestHypervisor, type TestHypervisor } from "../../src/testing.ts";
import { Cutter } from "./cut_duplex.ts";

const GUEST = `<domain type='test'><name>guest</name>
  <uuid>6695eb01-f6a4-8304-79aa-97f2502e1999</uuid><memory unit='MiB'>16</memory>
  <os><type>hvm</type></os></domain>`;

/** Where a guest is. */
export type Place = "running" | "paused" | "off" | "absent";

/** Two hypervisors. */
export class MemoryPair implements AsyncDisposable {
  readonly a: TestHypervisor = createTestHypervisor({ extras: true, hostname: "alpha", seed: 1 });
  readonly b: TestHypervisor = createTestHypervisor({ extras: true, hostname: "beta", seed: 2 });
  /** Cuts the connections that `connect()` makes. */
  readonly cutter: Cutter;
  /** Moments in which the guest ran on both. */
  twice = 0;
  readonly #watching: Promise<void>[] = [];
  readonly #open: Connection[] = [];
  readonly #running = { a: true, b: false };

  constructor(cutter: Cutter = new Cutter([])) {
    this.cutter = cutter;
  }

  /** Starts the guest and its witness. */
  async begin(): Promise<void> {
    const a = await this.a.connect();
    const b = await this.b.connect();
    this.#open.push(a, b);
    await a.createDomainXml(GUEST);
    for (const [side, conn] of [["a", a], ["b", b]] as const) {
      const events = conn.events(DomainEvent.LIFECYCLE);
      await events.ready;
      this.#watching.push((async () => {
        for await (const { domain, eventName } of events) {
          if (domain.name !== "guest") continue;
          // one that is started for a migration stands still until that is finished
          this.#running[side] = eventName === "RESUMED";
          if (this.#running.a && this.#running.b) this.twice++;
        }
      })());
    }
  }

  /** A connection that the cutter may cut; other connections are made past it. */
  async connect(side: "a" | "b"): Promise<Connection> {
    const hypervisor = this[side];
    const dial = () => {
      const [client, server] = memoryPair("test:///default");
      hypervisor.serve(server);
      return Promise.resolve(this.cutter.wrap(client));
    };
    const conn = await connectWith({ dial, facts: NO_FACTS }, "test:///default", {
      keepalive: false,
    });
    conn.session.openAnother = async () => {
      const another = await hypervisor.connect();
      return { caller: another.session, close: () => another.close() };
    };
    this.#open.push(conn);
    return conn;
  }

  /** The guest as one of the witness's connections has it. */
  guest(conn: Connection): Promise<Domain> {
    return conn.lookupDomainByName("guest");
  }

  /** Where the guest is at each, now. */
  async places(): Promise<{ a: Place; b: Place }> {
    return { a: await placeOf(this.#open[0]!), b: await placeOf(this.#open[1]!) };
  }

  /** Waits until what was left to be dropped is dropped. */
  async settled(): Promise<{ a: Place; b: Place }> {
    for (let tries = 0;; tries++) {
      const { a, b } = await this.places();
      if (tries === 100 || a === "absent" || b === "absent") return { a, b };
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Ends all. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((conn) => conn.close()));
    await Promise.all(this.#watching);
    await Promise.all([this.a.close(), this.b.close()]);
  }
}

async function placeOf(conn: Connection): Promise<Place> {
  try {
    const { state } = await (await conn.lookupDomainByName("guest")).getState();
    return state === DomainState.RUNNING
      ? "running"
      : state === DomainState.PAUSED
      ? "paused"
      : "off";
  } catch (error) {
    if (isNotFound(error)) return "absent";
    throw error;
  }
}

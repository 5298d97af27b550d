/**
 * Everything at once for a while: calls, events, streams, aborts, connections that break and come
 * back. Memory and handles must not grow.
 *
 * @module
 */

import {
  ConnectionError,
  DomainEvent,
  LibvirtError,
  Resync,
  type SupervisedConnection,
} from "../../mod.ts";
import { NO_FACTS } from "../../src/endpoint.ts";
import { connectWith } from "../../src/connect.ts";
import { superviseWith } from "../../src/supervised/connection.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { Random } from "../codec/random.ts";
import { type FaultPlan, faultyDuplex, noFaults } from "../faults/fault_duplex.ts";
import { openDescriptors, TimerCount } from "../faults/leaks.ts";
import { SocketPairs } from "../faults/socket_pairs.ts";
import { TurnClock } from "../faults/turn_clock.ts";
import { memoryInUse } from "./memory.ts";
import { grows, lineThrough } from "./slope.ts";

/** Samples at most. Their place is taken at the start, as else they were what grows. */
const CAPACITY = 100_000;

/** What was used at each moment. */
class Samples {
  count = 0;
  readonly #columns = {
    calls: new Float64Array(CAPACITY),
    heap: new Float64Array(CAPACITY),
    descriptors: new Float64Array(CAPACITY),
    timers: new Float64Array(CAPACITY),
  };

  add(calls: number, timers: number): void {
    const { count } = this;
    this.#columns.calls[count] = calls;
    this.#columns.timers[count] = timers;
    this.#columns.descriptors[count] = openDescriptors();
    this.#columns.heap[count] = memoryInUse();
    this.count++;
  }

  /** One column without what came before the warm-up was over. */
  counted(name: "calls" | "heap" | "descriptors" | "timers"): number[] {
    return [...this.#columns[name].subarray(Math.floor(this.count * WARM_UP), this.count)];
  }
}

/** What came of it. */
export interface SoakReport {
  readonly minutes: number;
  readonly rounds: number;
  readonly calls: number;
  readonly refused: number;
  readonly lost: number;
  readonly aborted: number;
  readonly reconnections: number;
  readonly eventsSent: number;
  /** By the fast loop and by the slow one. */
  readonly eventsReceived: readonly [fast: number, slow: number];
  /** What the slow loop was told that it has lost. */
  readonly eventsDropped: number;
  readonly streamMib: number;
  readonly samples: number;
  readonly heapMib: { readonly mean: number; readonly rise: number; readonly noise: number };
  readonly descriptors: { readonly mean: number; readonly rise: number };
  readonly timers: { readonly mean: number; readonly rise: number };
  /** What grows, if anything. */
  readonly growing: readonly string[];
}

// rounds between samples, and samples at the start that do not count
const ROUNDS = 20;
const WARM_UP = 0.3;
// what may be anything: caches, code that is compiled late
const HEAP_SHARE = 0.1;
const HANDLE_SHARE = 0.1;
// the same in a short soak, whose heap holds much else: bytes an operation
const LEAK = 512;
const VOLUME = 500_000;
const BURST = 200;

/**
 * Soaks for some minutes, or so many samples at least. So many numbers are leaked on purpose by each
 * operation: 8 bytes each.
 */
export async function soak(
  minutes: number,
  samplesAtLeast = 20,
  leaked = 0,
): Promise<SoakReport> {
  const started = performance.now();
  const timers = new TimerCount();
  const pairs = new SocketPairs();
  await pairs.open();
  const world = new Soak(pairs, leaked);
  const samples = new Samples();
  try {
    await world.start();
    for (;;) {
      for (let n = 0; n < ROUNDS; n++) await world.round();
      await world.quiet();
      samples.add(world.counts().calls, timers.live.length);
      const over = performance.now() - started > minutes * 60_000;
      if (over && samples.count >= samplesAtLeast || samples.count === CAPACITY) break;
    }
  } finally {
    await world.end();
    await pairs.close();
    timers.restore();
  }
  const heaps = samples.counted("heap").map((heap) => heap / 1048576);
  const descriptors = samples.counted("descriptors");
  const live = samples.counted("timers");
  const counts = samples.counted("calls");
  const calls = counts.at(-1)! - counts[0]!;
  const growing = [
    ...grows(heaps, HEAP_SHARE, LEAK * calls / 1048576) ? ["heap"] : [],
    ...grows(descriptors, HANDLE_SHARE) ? ["descriptors"] : [],
    ...grows(live, HANDLE_SHARE) ? ["timers"] : [],
  ];
  const round = (value: number) => Math.round(value * 100) / 100;
  const heap = lineThrough(heaps);
  const [handles, waits] = [lineThrough(descriptors), lineThrough(live)];
  return {
    minutes: round((performance.now() - started) / 60_000),
    ...world.counts(),
    samples: heaps.length,
    heapMib: { mean: round(heap.mean), rise: round(heap.rise), noise: round(heap.noise) },
    descriptors: { mean: round(handles.mean), rise: round(handles.rise) },
    timers: { mean: round(waits.mean), rise: round(waits.rise) },
    growing,
  };
}

/** A hypervisor and its clients. */
class Soak {
  readonly #pairs: SocketPairs;
  readonly #clock = new TurnClock();
  readonly #random = new Random(7);
  readonly #faults = noFaults();
  readonly #hypervisor = createTestHypervisor({ seed: 1, extras: true });
  #conn!: SupervisedConnection;
  #following!: Promise<unknown>;
  #rounds = 0;
  #calls = 0;
  #refused = 0;
  #lost = 0;
  #aborted = 0;
  #reconnections = 0;
  #sent = 0;
  #fast = 0;
  #slow = 0;
  #dropped = 0;
  #bytes = 0;

  readonly #leaked: number;
  readonly #leaks: number[][] = [];

  constructor(pairs: SocketPairs, leaked: number) {
    this.#pairs = pairs;
    this.#leaked = leaked;
  }

  async start(): Promise<void> {
    const dial = async () => {
      const [near, far] = await this.#pairs.pair();
      this.#hypervisor.serve(far);
      return faultyDuplex(near, this.#plan(), this.#random, this.#clock, this.#faults);
    };
    this.#conn = await superviseWith(
      (options) => connectWith({ dial, facts: NO_FACTS }, "test:///default", options),
      { reconnect: { delay: 1, longest: 20 }, keepalive: { interval: 500, count: 3 } },
    );
    const fast = this.#conn.watch(DomainEvent.LIFECYCLE, { queue: 100_000 });
    const slow = this.#conn.watch(DomainEvent.LIFECYCLE, { queue: 64, overflow: "drop-oldest" });
    const follow = async (events: typeof fast, isFast: boolean): Promise<void> => {
      for await (const event of events) {
        if (event instanceof Resync) {
          if (isFast) this.#reconnections++;
        } else if (isFast) this.#fast++;
        else {
          this.#slow++;
          await this.#clock.sleep(3);
        }
      }
      if (!isFast) this.#dropped = events.dropped;
    };
    this.#following = Promise.all([follow(fast, true), follow(slow, false)]);
    await Promise.all([fast.ready, slow.ready]);
    const pool = await this.#answer(() => this.#conn.lookupStoragePoolByName("default-pool"));
    await this.#answer(() =>
      pool.createVolumeXml(`<volume><name>v</name><capacity>${VOLUME}</capacity></volume>`)
    );
  }

  // A connection breaks after some hundred kilobytes.
  #plan(): FaultPlan {
    const at = 200_000 + this.#random.below(2_000_000);
    const kind = this.#random.pick(["eof", "reset"] as const);
    const shape = { split: 50, coalesce: 50, delay: 200 };
    return this.#random.oneIn(2)
      ? { shape, incoming: { kind, at } }
      : { shape, outgoing: { kind, at } };
  }

  /** Calls, aborts, events and streams, once. */
  async round(): Promise<void> {
    this.#rounds++;
    const conn = this.#conn;
    const work = [
      ...Array.from({ length: 10 }, () => this.#attempt(() => conn.getHostname())),
      this.#attempt(() => conn.lookupDomainByName("missing")),
      this.#attempt(() => conn.listAllDomains()),
      this.#attempt(() => this.#move()),
    ];
    const controller = new AbortController();
    work.push(this.#attempt(() => conn.getCapabilities({ signal: controller.signal })));
    controller.abort(new DOMException("enough", "AbortError"));
    if (this.#rounds % 5 === 0) {
      this.#hypervisor.burst(BURST);
      this.#sent += BURST;
    }
    if (this.#rounds % 7 === 0) work.push(this.#attempt(() => this.#glance()));
    await Promise.all(work);
  }

  /** Waits until the slow loop has read what waits for it. */
  async quiet(): Promise<void> {
    for (let seen = -1; seen !== this.#slow;) {
      seen = this.#slow;
      await this.#clock.sleep(20);
    }
  }

  async end(): Promise<void> {
    await this.#conn.close();
    await this.#following;
    await this.#hypervisor.close();
  }

  counts() {
    return {
      rounds: this.#rounds,
      calls: this.#calls,
      refused: this.#refused,
      lost: this.#lost,
      aborted: this.#aborted,
      reconnections: this.#reconnections,
      eventsSent: this.#sent,
      eventsReceived: [this.#fast, this.#slow] as const,
      eventsDropped: this.#dropped,
      streamMib: Math.round(this.#bytes / 1048576),
    };
  }

  /** A loop over events that is left again. */
  async #glance(): Promise<void> {
    await using events = this.#conn.events(DomainEvent.LIFECYCLE);
    await events.ready;
  }

  async #move(): Promise<void> {
    const pool = await this.#conn.lookupStoragePoolByName("default-pool");
    const volume = await pool.lookupVolumeByName("v");
    const size = 1000 + this.#random.below(60_000);
    if (this.#random.oneIn(2)) {
      const writer = (await volume.upload()).getWriter();
      writer.closed.catch(() => {});
      await writer.write(new Uint8Array(size).fill(size & 0xff));
      await (this.#random.oneIn(4) ? writer.abort(new Error("enough")) : writer.close());
      this.#bytes += size;
    } else {
      for await (const chunk of await volume.download({ length: BigInt(size) })) {
        this.#bytes += chunk.length;
        if (this.#random.oneIn(8)) break;
      }
    }
  }

  async #attempt(make: () => Promise<unknown>): Promise<void> {
    this.#calls++;
    if (this.#leaked > 0) this.#leaks.push(Array.from({ length: this.#leaked }, Math.random));
    try {
      await make();
    } catch (error) {
      if (error instanceof LibvirtError) this.#refused++;
      else if (error instanceof DOMException && error.name === "AbortError") this.#aborted++;
      else if (isLoss(error)) {
        this.#lost++;
        await this.#conn.connected();
      } else throw error;
    }
  }

  async #answer<T>(make: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await make();
      } catch (error) {
        if (!isLoss(error)) throw error;
        await this.#conn.connected();
      }
    }
  }
}

// A packet that is cut off is a broken protocol; a web stream that has failed says so in its own way.
function isLoss(error: unknown): boolean {
  return error instanceof ConnectionError || (error as Error).name === "ProtocolError" ||
    (error instanceof TypeError && /stream|Cannot write/i.test(error.message));
}

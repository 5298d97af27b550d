/**
 * A domain as the page knows it: its state, and what its statistics were of late.
 *
 * @module
 */

import { type Domain, DomainState } from "../web.ts";
import type { Counters } from "./counters.ts";

/** Milliseconds for which samples are kept. */
export const WINDOW = 120_000;
/** Milliseconds between two samples after which nothing is known of the time between them. */
export const GAP = 15_000;

/** What is drawn. */
export type Metric = "cpu" | "memory" | "disk" | "network";

/** The metrics in the order in which they are shown. */
export const METRICS: readonly Metric[] = ["cpu", "memory", "disk", "network"];

/** A value of a moment, in milliseconds. */
export interface Sample {
  readonly time: number;
  readonly value: number;
}

/** A domain. */
export class LiveDomain {
  /** What makes its calls; of the newest connection. */
  domain: Domain;
  /** A value of `DomainState`. */
  state: number = DomainState.NOSTATE;
  /** Virtual CPUs, once they are known. */
  vcpus: number | undefined;
  /** Memory that it has, in bytes, once it is known. */
  memory: number | undefined;
  /** Bytes of memory in use, once they are known. */
  memoryUsed: number | undefined;
  /** When its state was asked for by itself, in milliseconds. */
  learnedAt: number = -Infinity;
  /** Counts the changes: who has shown one of them need not do so again. */
  revision = 0;
  /** Bytes a second read, written, received and sent at last. */
  rates: { read: number; written: number; received: number; sent: number } | undefined;
  /** Shares of CPU and memory, bytes a second of disk and network; the newest last. */
  readonly history: Record<Metric, Sample[]> = { cpu: [], memory: [], disk: [], network: [] };
  #last: { counters: Counters; time: number } | undefined;

  /** Creates it without state. */
  constructor(domain: Domain) {
    this.domain = domain;
  }

  /** Whether it has a process on the host. */
  get active(): boolean {
    return this.state !== DomainState.SHUTOFF && this.state !== DomainState.CRASHED &&
      this.state !== DomainState.NOSTATE;
  }

  /** The newest value of a metric. */
  latest(metric: Metric): number | undefined {
    return this.history[metric].at(-1)?.value;
  }

  /** Takes what the domain is now; of its size what was not known yet. */
  learn(domain: Domain, state: number, vcpus: number, memory: number): void {
    this.domain = domain;
    this.state = state;
    this.vcpus = vcpus;
    this.memory ??= memory;
    this.learnedAt = performance.now();
    this.revision++;
  }

  /** Takes the counters of a moment, in milliseconds; rates are differences to the last ones. */
  sample(counters: Counters, time: number): void {
    this.revision++;
    this.vcpus = counters.vcpus ?? this.vcpus;
    this.memory = counters.memory ?? this.memory;
    this.memoryUsed = counters.memoryUsed;
    const last = this.#last;
    this.#last = this.active ? { counters, time } : undefined;
    if (!this.active) {
      for (const metric of METRICS) this.history[metric].length = 0;
      this.rates = undefined;
      return;
    }
    const { memory, memoryUsed } = counters;
    if (memory !== undefined && memoryUsed !== undefined) {
      this.#push("memory", time, Math.min(1, memoryUsed / memory));
    }
    const seconds = last === undefined ? 0 : (time - last.time) / 1000;
    // nobody looked for a while: a mean over all that time would be taken for what is now
    if (last === undefined || seconds <= 0 || time - last.time > GAP) {
      this.rates = undefined;
      return;
    }
    const rate = (name: "cpu" | "read" | "written" | "received" | "sent"): number => {
      const [now, before] = [counters[name], last.counters[name]];
      // a counter that went back is a guest that was started anew
      return now === undefined || before === undefined ? 0 : Math.max(0, (now - before) / seconds);
    };
    if (counters.cpu !== undefined) {
      this.#push("cpu", time, Math.min(1, rate("cpu") / 1e9 / (this.vcpus ?? 1)));
    }
    this.rates = {
      read: rate("read"),
      written: rate("written"),
      received: rate("received"),
      sent: rate("sent"),
    };
    this.#push("disk", time, this.rates.read + this.rates.written);
    this.#push("network", time, this.rates.received + this.rates.sent);
  }

  #push(metric: Metric, time: number, value: number): void {
    const samples = this.history[metric];
    samples.push({ time, value });
    while (time - samples[0]!.time > WINDOW) samples.shift();
  }
}

/**
 * A domain as the page knows it: its state, and what its statistics were of late.
 *
 * @module
 */

import { type Domain, DomainState } from "../web.ts";
import type { Counters } from "./counters.ts";

/** Samples that are kept: two minutes. */
export const HISTORY = 60;

/** What is drawn. */
export type Metric = "cpu" | "memory" | "disk" | "network";

/** The metrics in the order in which they are shown. */
export const METRICS: readonly Metric[] = ["cpu", "memory", "disk", "network"];

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
  /** Bytes a second read, written, received and sent at last. */
  rates: { read: number; written: number; received: number; sent: number } | undefined;
  /** Shares of CPU and memory, bytes a second of disk and network; the newest last. */
  readonly history: Record<Metric, number[]> = { cpu: [], memory: [], disk: [], network: [] };
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
    return this.history[metric].at(-1);
  }

  /** Takes the counters of a moment, in milliseconds; rates are differences to the last ones. */
  sample(counters: Counters, time: number): void {
    this.vcpus = counters.vcpus ?? this.vcpus;
    this.memory = counters.memory ?? this.memory;
    const last = this.#last;
    this.#last = this.active ? { counters, time } : undefined;
    if (!this.active) {
      for (const metric of METRICS) this.history[metric].length = 0;
      this.rates = undefined;
      return;
    }
    const { memory, memoryUsed } = counters;
    if (memory !== undefined && memoryUsed !== undefined) {
      this.#push("memory", Math.min(1, memoryUsed / memory));
    }
    const seconds = last === undefined ? 0 : (time - last.time) / 1000;
    if (last === undefined || seconds <= 0) return;
    const rate = (name: "cpu" | "read" | "written" | "received" | "sent"): number => {
      const [now, before] = [counters[name], last.counters[name]];
      // a counter that went back is a guest that was started anew
      return now === undefined || before === undefined ? 0 : Math.max(0, (now - before) / seconds);
    };
    if (counters.cpu !== undefined) {
      this.#push("cpu", Math.min(1, rate("cpu") / 1e9 / (this.vcpus ?? 1)));
    }
    this.rates = {
      read: rate("read"),
      written: rate("written"),
      received: rate("received"),
      sent: rate("sent"),
    };
    this.#push("disk", this.rates.read + this.rates.written);
    this.#push("network", this.rates.received + this.rates.sent);
  }

  #push(metric: Metric, value: number): void {
    const values = this.history[metric];
    values.push(value);
    if (values.length > HISTORY) values.shift();
  }
}

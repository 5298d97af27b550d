/**
 * What domains use, from one look to the next.
 *
 * @module
 */

import { DomainState, DomainStatsTypes } from "../../gen/enums/domain.ts";
import type { Connection } from "../connection.ts";
import { type NestedStats, nestStats } from "../domain_stats.ts";
import { LibvirtError } from "../errors.ts";
import type { Domain } from "../objects/mod.ts";
import type { CallOptions } from "../session/caller.ts";

/** Counters of a domain at one moment; they only grow while it runs. */
interface Counters {
  readonly time: number;
  readonly id: number;
  readonly cpu: bigint;
  readonly read: bigint;
  readonly written: bigint;
  readonly received: bigint;
  readonly sent: bigint;
}

/** What a domain uses. */
export interface Usage {
  readonly name: string;
  readonly uuid: string;
  readonly id: number | null;
  /** A value of `DomainState`. */
  readonly state: number;
  readonly vcpus: number;
  /** Per cent of one CPU: 200 is two CPUs at work; `null` until it was looked at twice. */
  readonly cpu: number | null;
  /** Bytes that it has. */
  readonly memory: number;
  /** Bytes that its guest uses; `null` where the guest does not tell. */
  readonly memoryUsed: number | null;
  /** Bytes that it may have. */
  readonly memoryMax: number;
  /** Bytes a second; `null` until it was looked at twice. */
  readonly diskRead: number | null;
  readonly diskWrite: number | null;
  readonly netReceive: number | null;
  readonly netSend: number | null;
  /** What it used at the last looks. */
  readonly history: History;
}

/** Use at the last looks, the newest last. */
export interface History {
  /** Per cent of one CPU. */
  readonly cpu: readonly number[];
  /** Bytes a second that disks read and write. */
  readonly disk: readonly number[];
  /** Bytes a second that go over the network. */
  readonly network: readonly number[];
}

const HISTORY = 60;
const { STATE, CPU_TOTAL, BALLOON, VCPU, INTERFACE, BLOCK } = DomainStatsTypes;

/** Looks at all domains again and again. */
export class Sampler {
  readonly #conn: Connection;
  readonly #before = new Map<string, Counters>();
  readonly #history = new Map<string, Record<keyof History, number[]>>();

  /** Has not looked yet. */
  constructor(conn: Connection) {
    this.#conn = conn;
  }

  /** Looks at all domains: one call, and one more for each where a driver has no statistics. */
  async look(call: CallOptions): Promise<Usage[]> {
    const stats = STATE | CPU_TOTAL | BALLOON | VCPU | INTERFACE | BLOCK;
    const records = await this.#conn.getAllDomainStats({ ...call, stats });
    const time = performance.now();
    const all = await Promise.all(
      records.map(({ domain, stats }) => this.#usage(domain, nestStats(stats), time, call)),
    );
    const there = all.filter((usage) => usage !== undefined);
    const known = new Set(there.map(({ uuid }) => uuid));
    for (const map of [this.#before, this.#history]) {
      for (const uuid of map.keys()) if (!known.has(uuid)) map.delete(uuid);
    }
    return there;
  }

  async #usage(
    domain: Domain,
    stats: NestedStats,
    time: number,
    call: CallOptions,
  ): Promise<Usage | undefined> {
    let { cpu, balloon } = stats;
    let vcpus = stats.vcpu?.current;
    if (cpu?.time === undefined || balloon?.current === undefined || vcpus === undefined) {
      try {
        const info = await domain.getInfo(call);
        cpu = { time: info.cpuTime, ...cpu };
        balloon = { current: info.memory, maximum: info.maxMem, ...balloon };
        vcpus ??= info.nrVirtCpu;
      } catch (error) {
        if (error instanceof LibvirtError) return undefined; // gone meanwhile
        throw error;
      }
    }
    const sum = (of: (bigint | undefined)[]) =>
      of.reduce((all: bigint, one) => all + (one ?? 0n), 0n);
    const { block = [], net = [] } = stats;
    const now: Counters = {
      time,
      id: domain.id,
      cpu: cpu.time ?? 0n,
      // images of the backing chain are read for the disk in front of them
      read: sum(block.map(({ backingIndex, rd }) => backingIndex === undefined ? rd?.bytes : 0n)),
      written: sum(
        block.map(({ backingIndex, wr }) => backingIndex === undefined ? wr?.bytes : 0n),
      ),
      received: sum(net.map(({ rx }) => rx?.bytes)),
      sent: sum(net.map(({ tx }) => tx?.bytes)),
    };
    const before = this.#before.get(domain.uuid);
    this.#before.set(domain.uuid, now);
    // counters begin anew with the domain's next start
    const since = before?.id === now.id ? before : undefined;
    const rate = (key: "cpu" | "read" | "written" | "received" | "sent") =>
      since === undefined || time <= since.time
        ? null
        : Math.max(0, Number(now[key] - since[key])) / ((time - since.time) / 1000);
    const cpuRate = rate("cpu");
    const running = stats.state?.state === DomainState.RUNNING;
    const percent = cpuRate === null ? null : running ? cpuRate / 1e7 : 0;
    const disk = (rate("read") ?? 0) + (rate("written") ?? 0);
    const network = (rate("received") ?? 0) + (rate("sent") ?? 0);
    const history = this.#remember(
      domain.uuid,
      percent === null ? undefined : { cpu: percent, disk, network },
    );
    const current = Number(balloon.current ?? 0n) * 1024;
    const used = balloon.available !== undefined && balloon.usable !== undefined
      ? Number(balloon.available - balloon.usable) * 1024
      : null;
    return {
      name: domain.name,
      uuid: domain.uuid,
      id: domain.id < 0 ? null : domain.id,
      state: stats.state?.state ?? DomainState.NOSTATE,
      vcpus: vcpus ?? 0,
      cpu: percent,
      memory: current,
      memoryUsed: used,
      memoryMax: Number(balloon.maximum ?? 0n) * 1024,
      diskRead: rate("read"),
      diskWrite: rate("written"),
      netReceive: rate("received"),
      netSend: rate("sent"),
      history,
    };
  }

  #remember(uuid: string, now: Record<keyof History, number> | undefined): History {
    const history = this.#history.get(uuid) ?? { cpu: [], disk: [], network: [] };
    this.#history.set(uuid, history);
    for (const key of ["cpu", "disk", "network"] as const) {
      if (now !== undefined) history[key].push(now[key]);
      if (history[key].length > HISTORY) history[key].shift();
    }
    return history;
  }
}

/** What a list of usages is sorted by. */
export const SORTS: Readonly<Record<string, (a: Usage, b: Usage) => number>> = {
  cpu: (a, b) => (b.cpu ?? 0) - (a.cpu ?? 0) || byName(a, b),
  memory: (a, b) => b.memory - a.memory || byName(a, b),
  disk: (a, b) => disk(b) - disk(a) || byName(a, b),
  network: (a, b) => network(b) - network(a) || byName(a, b),
  name: byName,
};

function byName(a: Usage, b: Usage): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function disk({ diskRead, diskWrite }: Usage): number {
  return (diskRead ?? 0) + (diskWrite ?? 0);
}

function network({ netReceive, netSend }: Usage): number {
  return (netReceive ?? 0) + (netSend ?? 0);
}

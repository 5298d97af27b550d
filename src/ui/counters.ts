/// <reference lib="dom" />
/**
 * What a domain has used so far: from bulk statistics, and where a driver has none, by single calls.
 *
 * @module
 */

import { type Domain, nestStats, type TypedParams } from "../web.ts";

/** Counters of one moment; what a driver does not know is left out. */
export interface Counters {
  /** Nanoseconds. */
  readonly cpu?: number | undefined;
  readonly vcpus?: number | undefined;
  /** Bytes that the guest has. */
  readonly memory?: number | undefined;
  /** Bytes of them that it uses. */
  readonly memoryUsed?: number | undefined;
  /** Bytes of all disks. */
  readonly read?: number | undefined;
  readonly written?: number | undefined;
  /** Bytes of all interfaces. */
  readonly received?: number | undefined;
  readonly sent?: number | undefined;
}

function number(value: bigint | number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function least(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  return a === undefined || b === undefined ? b : a < b ? a : b;
}

function sum(values: readonly (bigint | undefined)[]): number {
  return values.reduce((total, value) => total + Number(value ?? 0n), 0);
}

/** Counters from the statistics of a bulk call. */
export function countersOf(stats: TypedParams): Counters {
  const { cpu, vcpu, balloon, block = [], net = [] } = nestStats(stats);
  const current = balloon?.current;
  const used = balloon?.available !== undefined && balloon.unused !== undefined
    ? balloon.available - balloon.unused
    // what the host has given it so far, with the emulator's own memory, which is not the guest's
    : least(balloon?.rss, current);
  return {
    cpu: number(cpu?.time),
    vcpus: vcpu?.current,
    memory: current === undefined ? undefined : Number(current) * 1024,
    memoryUsed: used === undefined ? undefined : Number(used) * 1024,
    read: sum(block.map(({ rd }) => rd?.bytes)),
    written: sum(block.map(({ wr }) => wr?.bytes)),
    received: sum(net.map(({ rx }) => rx?.bytes)),
    sent: sum(net.map(({ tx }) => tx?.bytes)),
  };
}

interface Devices {
  readonly disks: readonly string[];
  readonly interfaces: readonly string[];
}

/** Asks for each domain alone, where a driver's bulk statistics say nothing of CPU or memory. */
export class SingleCounters {
  readonly #devices: Map<string, Devices> = new Map();

  /** The counters of a domain; what is refused is left out. */
  async get(domain: Domain, active: boolean): Promise<Counters> {
    const { cpuTime, nrVirtCpu, memory, maxMem } = await domain.getInfo();
    const size = {
      vcpus: nrVirtCpu,
      memory: Number(maxMem) * 1024,
      memoryUsed: Number(memory) * 1024,
    };
    if (!active) {
      this.#devices.delete(domain.uuid);
      return size;
    }
    const { disks, interfaces } = await this.#devicesOf(domain);
    const [blocks, nets] = await Promise.all([
      Promise.all(disks.map((disk) => domain.blockStats(disk).catch(() => undefined))),
      Promise.all(interfaces.map((name) => domain.interfaceStats(name).catch(() => undefined))),
    ]);
    return {
      ...size,
      cpu: Number(cpuTime),
      read: sum(blocks.map((block) => block?.rdBytes)),
      written: sum(blocks.map((block) => block?.wrBytes)),
      received: sum(nets.map((net) => net?.rxBytes)),
      sent: sum(nets.map((net) => net?.txBytes)),
    };
  }

  async #devicesOf(domain: Domain): Promise<Devices> {
    const known = this.#devices.get(domain.uuid);
    if (known !== undefined) return known;
    const xml = new DOMParser().parseFromString(await domain.getXmlDesc(), "text/xml");
    const names = (selector: string) =>
      [...xml.querySelectorAll(selector)].map((target) => target.getAttribute("dev") ?? "");
    const devices = {
      disks: names("devices > disk > target"),
      interfaces: names("devices > interface > target"),
    };
    this.#devices.set(domain.uuid, devices);
    return devices;
  }
}

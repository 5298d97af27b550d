/**
 * The half of a domain that concerns CPUs: where they run, and what they used.
 *
 * @module
 */

import {
  domainGetCpuStats,
  domainGetEmulatorPinInfo,
  domainGetIothreadInfo,
  domainGetVcpuPinInfo,
  domainGetVcpus,
} from "../../gen/remote/domain.ts";
import { DomainBase } from "../../gen/remote/domain_base.ts";
import { DomainVcpuFlags } from "../../gen/enums/domain.ts";
import { cpuMapLength, unpackCpuMap } from "../cpu_map.ts";
import { remaining, startOf } from "../deadline.ts";
import type { CallOptions, FlagOptions } from "../session/caller.ts";
import { stringFlags, toObject, type TypedParams } from "../typed_params.ts";
import { countHostCpus, type CpuMapOptions } from "./host_cpus.ts";

// A daemon answers the statistics of at most so many CPUs at once (REMOTE_DOMAIN_GET_CPU_STATS_NCPUS_MAX).
const CPU_STATS_AT_ONCE = 128;

/** One virtual CPU and where it runs. */
export interface VcpuInfo {
  /** Its number, from 0. */
  number: number;
  /** A value of `VcpuState`. */
  state: number;
  /** CPU time that it used, in nanoseconds. */
  cpuTime: bigint;
  /** The host CPU that it runs on; a negative value of `VcpuHostCpuState` where that is not known. */
  cpu: number;
  /** The host CPUs that it may run on: one boolean for each CPU of the host. */
  cpumap: boolean[];
}

/** One IO thread and where it may run. */
export interface DomainIoThreadInfo {
  /** Its id, from 1. */
  iothreadId: number;
  /** The host CPUs that it may run on: one boolean for each CPU of the host. */
  cpumap: boolean[];
}

/** Options of `Domain.getVcpus()`. */
export interface DomainGetVcpusOptions extends CallOptions, CpuMapOptions {}

/** Options of methods that answer where something is pinned. */
export interface DomainPinInfoOptions extends FlagOptions, CpuMapOptions {}

/** Options of `Domain.getCpuStats()`. */
export interface DomainGetCpuStatsOptions extends FlagOptions {
  /** How many CPUs; all from the first on when left out. */
  readonly ncpus?: number | undefined;
}

/** What a domain has of CPUs; part of `Domain`. */
export abstract class DomainCpus extends DomainBase {
  /**
   * The virtual CPUs of a running domain, with the host CPUs that they run on and may run on.
   *
   * Since libvirt 0.1.4. Two or three calls: the wire wants to know the size of the answer.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetVcpus
   */
  async getVcpus(options: DomainGetVcpusOptions = {}): Promise<VcpuInfo[]> {
    const start = startOf(options);
    const [{ nrVirtCpu: maxinfo }, hostCpus] = await Promise.all([
      this.getInfo(options),
      countHostCpus(this.caller, options),
    ]);
    const maplen = cpuMapLength(hostCpus);
    const { info, cpumaps } = await this.caller.call(
      domainGetVcpus,
      { dom: this.handle, maxinfo, maplen },
      remaining(options, start),
    );
    return info.map(({ number, state, cpuTime, cpu }, i) => (
      { number, state, cpuTime, cpu, cpumap: unpackCpuMap(cpumaps, hostCpus, i * maplen) }
    ));
  }

  /**
   * The host CPUs that each virtual CPU may run on, also of a domain that does not run.
   *
   * The outer array has one element for each virtual CPU, the inner one boolean for each CPU of the
   * host. Since libvirt 0.9.3.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetVcpuPinInfo
   */
  async getVcpuPinInfo(options: DomainPinInfoOptions = {}): Promise<boolean[][]> {
    const start = startOf(options);
    const flags = options.flags ?? 0;
    const [ncpumaps, hostCpus] = await Promise.all([
      this.getVcpusFlags({ ...options, flags: flags | DomainVcpuFlags.MAXIMUM }),
      countHostCpus(this.caller, options),
    ]);
    const maplen = cpuMapLength(hostCpus);
    const { cpumaps, num } = await this.caller.call(
      domainGetVcpuPinInfo,
      { dom: this.handle, ncpumaps, maplen, flags },
      remaining(options, start),
    );
    const maps: boolean[][] = [];
    for (let i = 0; i < num; i++) maps.push(unpackCpuMap(cpumaps, hostCpus, i * maplen));
    return maps;
  }

  /**
   * The host CPUs that the emulator's own threads may run on: one boolean for each CPU of the host;
   * empty where the driver says nothing.
   *
   * Since libvirt 0.10.0.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetEmulatorPinInfo
   */
  async getEmulatorPinInfo(options: DomainPinInfoOptions = {}): Promise<boolean[]> {
    const start = startOf(options);
    const hostCpus = await countHostCpus(this.caller, options);
    const { cpumaps, ret } = await this.caller.call(
      domainGetEmulatorPinInfo,
      { dom: this.handle, maplen: cpuMapLength(hostCpus), flags: options.flags ?? 0 },
      remaining(options, start),
    );
    return ret > 0 ? unpackCpuMap(cpumaps, hostCpus) : [];
  }

  /**
   * The IO threads and the host CPUs that each may run on.
   *
   * Since libvirt 1.2.14.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetIOThreadInfo
   */
  async getIoThreadInfo(options: DomainPinInfoOptions = {}): Promise<DomainIoThreadInfo[]> {
    const [{ info }, hostCpus] = await Promise.all([
      this.caller.call(
        domainGetIothreadInfo,
        { dom: this.handle, flags: options.flags ?? 0 },
        options,
      ),
      countHostCpus(this.caller, options),
    ]);
    return info.map(({ iothreadId, cpumap }) => (
      { iothreadId, cpumap: unpackCpuMap(cpumap, hostCpus) }
    ));
  }

  /**
   * CPU time that a running domain used, in nanoseconds: in all, or on each CPU of the host.
   *
   * With a `startCpu` of -1 the array has one element, the total: `cpu_time`, `user_time` and
   * `system_time`. Otherwise it has one for each host CPU from `startCpu` on, up to `ncpus` of
   * them; those that have no statistics at its end are left out. Since libvirt 0.9.10.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetCPUStats
   */
  async getCpuStats(
    startCpu: number,
    options: DomainGetCpuStatsOptions = {},
  ): Promise<TypedParams[]> {
    const start = startOf(options);
    const flags = await stringFlags(this.caller, options);
    const ask = (nparams: number, startCpu: number, ncpus: number) =>
      this.caller.call(
        domainGetCpuStats,
        { dom: this.handle, nparams, startCpu, ncpus, flags },
        remaining(options, start),
      );

    const total = startCpu < 0;
    const [{ nparams }, end] = await Promise.all([
      // how many parameters one CPU has, and how many CPUs there are
      ask(0, total ? startCpu : 0, 1),
      total
        ? startCpu + 1
        : options.ncpus === undefined
        ? ask(0, 0, 0).then((ret) => ret.nparams)
        : startCpu + options.ncpus,
    ]);
    const result: TypedParams[] = [];
    if (nparams <= 0) return result;
    for (let cpu = startCpu; cpu < end; cpu += CPU_STATS_AT_ONCE) {
      const wanted = Math.min(CPU_STATS_AT_ONCE, end - cpu);
      const { params, nparams: each } = await ask(nparams, cpu, wanted);
      if (each <= 0) break;
      for (let i = 0; i < params.length; i += each) {
        result.push(toObject(params.slice(i, i + each)));
      }
      if (params.length < wanted * each) break;
    }
    return result;
  }
}

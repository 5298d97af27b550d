/**
 * Domains: virtual machines and containers.
 *
 * @module
 */

import { connectListAllDomains } from "../../gen/remote/connect.ts";
import type {
  NonnullDomain,
  NonnullDomainCheckpoint,
  NonnullDomainSnapshot,
} from "../../gen/remote/common.ts";
import {
  domainCreate,
  domainCreateWithFlags,
  domainCreateXml,
  domainDefineXml,
  domainDefineXmlFlags,
  domainGetBlockJobInfo,
  domainGetSchedulerParameters,
  domainGetSchedulerParametersFlags,
  domainGetSchedulerType,
  domainGetSecurityLabelList,
  domainLookupById,
  domainLookupByName,
  domainLookupByUuid,
  domainMemoryStats,
  domainRename,
} from "../../gen/remote/domain.ts";
import type { SecurityLabel } from "../../gen/remote/domain_base.ts";
import { remaining, startOf } from "../deadline.ts";
import { LibvirtError } from "../errors.ts";
import type { Caller, CallOptions, FlagOptions } from "../session/caller.ts";
import { stringFlags, toObject, type TypedParams } from "../typed_params.ts";
import { cString } from "../xdr/c_string.ts";
import { Uuid } from "../xdr/uuid.ts";
import { DomainCheckpoint } from "./domain_checkpoint.ts";
import { DomainMigration } from "./domain_migration.ts";
import { DomainSnapshot } from "./domain_snapshot.ts";

// The most that the wire carries (REMOTE_DOMAIN_MEMORY_STATS_MAX): newer tags than ours come too.
const MEMORY_STATS_MAX = 1024;

/** What `Domain.memoryStats()` answers: only what the driver and the guest's balloon know. */
export interface DomainMemoryStats {
  /** Memory read back from swap space, in KiB. */
  swapIn?: bigint;
  /** Memory written out to swap space, in KiB. */
  swapOut?: bigint;
  /** Page faults that needed disk IO. */
  majorFault?: bigint;
  /** Page faults that needed none. */
  minorFault?: bigint;
  /** Memory that the guest's system leaves unused, in KiB. */
  unused?: bigint;
  /** Memory that the guest's system sees, in KiB. */
  available?: bigint;
  /** The balloon's current value, in KiB. */
  actualBalloon?: bigint;
  /** Resident memory of the process that runs the domain, in KiB. */
  rss?: bigint;
  /** Memory that the guest could use without swapping, in KiB. */
  usable?: bigint;
  /** When the guest last reported, in seconds since 1970. */
  lastUpdate?: bigint;
  /** Memory that the guest could reclaim from its disk caches, in KiB. */
  diskCaches?: bigint;
  /** Huge pages that were allocated in the guest. */
  hugetlbPgalloc?: bigint;
  /** Huge pages whose allocation failed in the guest. */
  hugetlbPgfail?: bigint;
  /** A statistic that is newer than this library, as `tag` and its number. */
  [tag: `tag${number}`]: bigint;
}

/** By value of `DomainMemoryStatTags`. */
const MEMORY_STATS: readonly (keyof DomainMemoryStats)[] = [
  "swapIn",
  "swapOut",
  "majorFault",
  "minorFault",
  "unused",
  "available",
  "actualBalloon",
  "rss",
  "usable",
  "lastUpdate",
  "diskCaches",
  "hugetlbPgalloc",
  "hugetlbPgfail",
];

/** A job on one disk. */
export interface DomainBlockJobInfo {
  /** A value of `DomainBlockJobType`. */
  type: number;
  /** Its limit in MiB/s, in bytes/s where the flag asked for that; 0 for none. */
  bandwidth: bigint;
  /** How far it is, in the units of `end`. */
  cur: bigint;
  /** Where it ends; 0 with a `cur` of 0 while that is not known. */
  end: bigint;
}

/**
 * A domain: what libvirt calls a virtual machine or container.
 *
 * It is a value: a name, a UUID and an id that were true when the daemon sent them. It owns nothing
 * and need not be disposed of. What is a property costs nothing; what is a method is a call.
 *
 * @example
 * ```ts
 * import { connect, DomainState } from "@virtwire/libvirt";
 *
 * await using conn = await connect("qemu:///system");
 * const domain = await conn.lookupDomainByName("web");
 * const { state } = await domain.getInfo();
 * console.log(domain.uuid, DomainState[state]);
 * ```
 */
export class Domain extends DomainMigration {
  /** Looks a domain up by its id, which only running ones have. */
  static async lookupById(caller: Caller, id: number, options: CallOptions = {}): Promise<Domain> {
    const { dom } = await caller.call(domainLookupById, { id }, options);
    return new Domain(caller, dom);
  }

  /** Looks a domain up by its name. */
  static async lookupByName(
    caller: Caller,
    name: string,
    options: CallOptions = {},
  ): Promise<Domain> {
    const { dom } = await caller.call(domainLookupByName, { name }, options);
    return new Domain(caller, dom);
  }

  /** Looks a domain up by its UUID. */
  static async lookupByUuid(
    caller: Caller,
    uuid: string,
    options: CallOptions = {},
  ): Promise<Domain> {
    const { dom } = await caller.call(domainLookupByUuid, { uuid: Uuid.parse(uuid) }, options);
    return new Domain(caller, dom);
  }

  /** Lists domains: all of them, or those that `DomainListFlags` select. */
  static async listAll(caller: Caller, options: FlagOptions = {}): Promise<Domain[]> {
    const { domains } = await caller.call(
      connectListAllDomains,
      { needResults: 1, flags: options.flags ?? 0 },
      options,
    );
    const list: Domain[] = [];
    for (const handle of domains) list.push(new Domain(caller, handle));
    return list;
  }

  /** Defines a domain, or changes the definition of the one with the same UUID. */
  static async defineXml(
    caller: Caller,
    xml: string,
    options: FlagOptions = {},
  ): Promise<Domain> {
    const { flags } = options;
    const { dom } = flags
      ? await caller.call(domainDefineXmlFlags, { xml, flags }, options)
      : await caller.call(domainDefineXml, { xml }, options);
    return new Domain(caller, dom);
  }

  /** Starts a domain that is not defined and vanishes when it stops. */
  static async createXml(
    caller: Caller,
    xmlDesc: string,
    options: FlagOptions = {},
  ): Promise<Domain> {
    const args = { xmlDesc, flags: options.flags ?? 0 };
    const { dom } = await caller.call(domainCreateXml, args, options);
    return new Domain(caller, dom);
  }

  /**
   * Starts a defined domain; its `id` is then the running domain's.
   *
   * Rejects with code `OPERATION_INVALID` when it already runs. Since libvirt 0.1.1,
   * `virDomainCreateWithFlags` since 0.8.2.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainCreate
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainCreateWithFlags
   */
  async create(options: FlagOptions = {}): Promise<void> {
    const { flags } = options;
    if (flags) {
      const { dom } = await this.caller.call(
        domainCreateWithFlags,
        { dom: this.handle, flags },
        options,
      );
      this.handle.id = dom.id;
      return;
    }
    const start = startOf(options);
    await this.caller.call(domainCreate, { dom: this.handle }, options);
    try {
      // that procedure forgets to answer the id: libvirt's own client looks it up as well
      const { dom } = await this.caller.call(
        domainLookupByUuid,
        { uuid: this.handle.uuid },
        remaining(options, start),
      );
      this.handle.id = dom.id;
    } catch (error) {
      // it runs, or ran and is gone again: either way it was started
      if (!(error instanceof LibvirtError)) throw error;
    }
  }

  /**
   * Gives a domain another name; `name` is then the new one.
   *
   * Most drivers want it to be inactive and without snapshots. Since libvirt 1.2.19.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainRename
   */
  async rename(newName: string, options: FlagOptions = {}): Promise<void> {
    await this.caller.call(
      domainRename,
      { dom: this.handle, newName, flags: options.flags ?? 0 },
      options,
    );
    this.handle.name = newName;
  }

  /**
   * The name of the scheduler that divides CPU time among domains, such as `posix`.
   *
   * Since libvirt 0.2.3.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetSchedulerType
   */
  async getSchedulerType(options: CallOptions = {}): Promise<string> {
    const { type } = await this.caller.call(domainGetSchedulerType, { dom: this.handle }, options);
    return type;
  }

  /**
   * The scheduler's parameters, such as `cpu_shares`.
   *
   * Since libvirt 0.2.3, `virDomainGetSchedulerParametersFlags` since 0.9.2.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetSchedulerParameters
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetSchedulerParametersFlags
   */
  async getSchedulerParameters(options: FlagOptions = {}): Promise<TypedParams> {
    const start = startOf(options);
    const dom = this.handle;
    // here alone the number of parameters comes with the scheduler's name
    const { nparams } = await this.caller.call(domainGetSchedulerType, { dom }, options);
    const flags = options.flags ? await stringFlags(this.caller, options) : 0;
    const rest = remaining(options, start);
    const { params } = flags
      ? await this.caller.call(domainGetSchedulerParametersFlags, { dom, nparams, flags }, rest)
      : await this.caller.call(domainGetSchedulerParameters, { dom, nparams }, rest);
    return toObject(params);
  }

  /**
   * Memory statistics of a running domain; which there are depends on driver and guest.
   *
   * Since libvirt 0.7.5.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMemoryStats
   */
  async memoryStats(options: FlagOptions = {}): Promise<DomainMemoryStats> {
    const { stats } = await this.caller.call(
      domainMemoryStats,
      { dom: this.handle, maxStats: MEMORY_STATS_MAX, flags: options.flags ?? 0 },
      options,
    );
    const result: DomainMemoryStats = {};
    for (const { tag, val } of stats) result[MEMORY_STATS[tag] ?? `tag${tag}`] = val;
    return result;
  }

  /**
   * The job that runs on a disk; `null` when there is none.
   *
   * Since libvirt 0.9.4.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetBlockJobInfo
   */
  async getBlockJobInfo(
    disk: string,
    options: FlagOptions = {},
  ): Promise<DomainBlockJobInfo | null> {
    const { found, type, bandwidth, cur, end } = await this.caller.call(
      domainGetBlockJobInfo,
      { dom: this.handle, path: disk, flags: options.flags ?? 0 },
      options,
    );
    return found === 0 ? null : { type, bandwidth, cur, end };
  }

  /**
   * The security labels of a running domain, one for each security driver.
   *
   * Since libvirt 0.10.0.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetSecurityLabelList
   */
  async getSecurityLabelList(options: CallOptions = {}): Promise<SecurityLabel[]> {
    const { labels } = await this.caller.call(
      domainGetSecurityLabelList,
      { dom: this.handle },
      options,
    );
    return labels.map(({ label, enforcing }) => (
      { label: cString(label), enforcing: enforcing !== 0 }
    ));
  }

  /** Makes a domain of another connection, of what the wire carries of one. */
  protected override wrapDomain(caller: Caller, handle: NonnullDomain): Domain {
    return new Domain(caller, handle);
  }

  /** Makes a snapshot of what the wire carries of one. */
  protected override wrapDomainSnapshot(handle: NonnullDomainSnapshot): DomainSnapshot {
    return new DomainSnapshot(this.caller, handle);
  }

  /** Makes a checkpoint of what the wire carries of one. */
  protected override wrapDomainCheckpoint(handle: NonnullDomainCheckpoint): DomainCheckpoint {
    return new DomainCheckpoint(this.caller, handle);
  }
}

/** What identifies a domain on the wire. */
export type DomainHandle = NonnullDomain;

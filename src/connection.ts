/**
 * The connection: what libvirt's `virConnectPtr` stands for.
 *
 * @module
 */

import type {
  NonnullDomain,
  NonnullInterface,
  NonnullNetwork,
  NonnullNodeDevice,
  NonnullNwfilter,
  NonnullNwfilterBinding,
  NonnullSecret,
  NonnullStoragePool,
  NonnullStorageVol,
} from "../gen/remote/common.ts";
import {
  connectClose,
  connectGetAllDomainStats,
  connectIsSecure,
  nodeGetCpuMap,
  nodeGetCpuStats,
  nodeGetMemoryStats,
} from "../gen/remote/connect.ts";
import { ConnectBase } from "../gen/remote/connect_base.ts";
import { unpackCpuMap } from "./cpu_map.ts";
import { remaining, startOf } from "./deadline.ts";
import type { CloseReason } from "./errors.ts";
import type { EventStream, EventStreamOptions } from "./events.ts";
import { Domain } from "./objects/domain.ts";
import { type EventKind, openEvents } from "./objects/event_kind.ts";
import { Interface } from "./objects/interface.ts";
import { Network } from "./objects/network.ts";
import { NodeDevice } from "./objects/node_device.ts";
import { NwFilter } from "./objects/nwfilter.ts";
import { NwFilterBinding } from "./objects/nwfilter_binding.ts";
import { Secret } from "./objects/secret.ts";
import { StoragePool } from "./objects/storage_pool.ts";
import { StorageVol } from "./objects/storage_vol.ts";
import type { KeepaliveOptions } from "./rpc/keepalive.ts";
import type { Caller, CallOptions, FlagOptions } from "./session/caller.ts";
import { Feature, type Features } from "./session/features.ts";
import type { Session } from "./session/session.ts";
import { ObjectMaker, type TypedParams } from "./typed_params.ts";

/** Options of `Connection.getAllDomainStats()`. */
export interface GetAllDomainStatsOptions extends FlagOptions {
  /** The groups wanted: `DomainStatsTypes` combined with `|`; all that the daemon has when left out. */
  readonly stats?: number | undefined;
  /** The domains wanted; all that the flags select when left out. */
  readonly domains?: readonly Domain[] | undefined;
}

/** The statistics of one domain. */
export interface DomainStatsRecord {
  /** The domain. */
  domain: Domain;
  /** Its statistics by flat name, such as `block.0.rd.bytes`; `nestStats()` makes a tree of them. */
  stats: TypedParams;
}

/** The CPUs of the host. */
export interface NodeCpuMap {
  /** How many there are, offline ones included. */
  cpus: number;
  /** How many are online. */
  online: number;
  /** Whether each is online. */
  cpumap: boolean[];
}

/**
 * A connection to a hypervisor.
 *
 * @example
 * ```ts
 * import { connect } from "@virtwire/libvirt";
 *
 * await using conn = await connect("qemu:///system");
 * for (const domain of await conn.listAllDomains()) console.log(domain.name, domain.id);
 * ```
 */
export class Connection extends ConnectBase implements AsyncDisposable {
  readonly #session: Session;
  #closing: Promise<void> | undefined;

  /** Creates it on a session whose connection is open; its objects call on it, or on `caller`. */
  constructor(session: Session, caller: Caller = session) {
    super(caller);
    this.#session = session;
  }

  /** The session underneath, for procedures that have no method here. */
  get session(): Session {
    return this.#session;
  }

  /** What the daemon can do. */
  get features(): Features {
    return this.session.features;
  }

  /**
   * Resolves with the reason when the connection has ended: `client` after `close()`, `eof` when the
   * daemon hung up, `keepalive` when it no longer answers, `error` for anything else. Never rejects.
   */
  get closed(): Promise<CloseReason> {
    return this.session.closed;
  }

  /** What went wrong, once the connection has ended with an error. */
  get closeError(): Error | undefined {
    return this.session.closeError;
  }

  /** Whether calls can be made; the daemon may be gone without anybody having noticed yet. */
  get isAlive(): boolean {
    return this.session.isOpen && this.#closing === undefined;
  }

  /**
   * Events of one kind, as they come.
   *
   * The registration is made at once; what happens after `ready` is not missed. Loops with the same
   * kind and filter share one registration. Leaving the loop ends the subscription.
   *
   * @example
   * ```ts
   * import { type Connection, DomainEvent } from "@virtwire/libvirt";
   *
   * async function watch(conn: Connection, signal: AbortSignal): Promise<void> {
   *   for await (const e of conn.events(DomainEvent.LIFECYCLE, { signal })) {
   *     console.log(e.domain.name, e.eventName, e.detailName);
   *   }
   * }
   * ```
   */
  events<T, F extends object>(
    kind: EventKind<T, F>,
    options?: EventStreamOptions & F,
  ): EventStream<T> {
    return openEvents(kind, this, options ?? ({} as EventStreamOptions & F));
  }

  /**
   * Changes how a silent daemon is pinged from now on; `false` stops it.
   *
   * Answers whether it is pinged: not after `false`, nor by a daemon that does not know how. Throws
   * a RangeError for an interval that is not above 0 or a count below 0. Since libvirt 0.9.8.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectSetKeepAlive
   */
  async setKeepAlive(
    keepalive: KeepaliveOptions | false,
    options: CallOptions = {},
  ): Promise<boolean> {
    if (keepalive === false) {
      this.session.stopKeepalive();
      return false;
    }
    const { interval, count } = keepalive;
    if (!(interval > 0) || !(count >= 0)) {
      throw new RangeError(
        `Cannot ping every ${interval} ms, ${count} times: expected an interval above 0 and a ` +
          "count of 0 or more",
      );
    }
    const knows = await this.features.has(Feature.PROGRAM_KEEPALIVE, options);
    if (knows) this.session.startKeepalive({ interval, count });
    return knows;
  }

  /**
   * Ends all event streams and closes the connection. Safe to call again.
   *
   * Calls that are still waiting fail with a `ConnectionError`. Never rejects.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.session.close(async () => {
      await this.session.call(connectClose, undefined);
    });
  }

  /**
   * Statistics of many domains in one call.
   *
   * Flags are `ConnectGetAllDomainStatsFlags`; with `ENFORCE_STATS` a group that the driver lacks
   * is an error. Since libvirt 1.2.8.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectGetAllDomainStats
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainListGetStats
   *
   * @example
   * ```ts
   * import { type Connection, DomainStatsTypes } from "@virtwire/libvirt";
   *
   * async function cpuTimes(conn: Connection): Promise<void> {
   *   const all = await conn.getAllDomainStats({ stats: DomainStatsTypes.CPU_TOTAL });
   *   for (const { domain, stats } of all) console.log(domain.name, stats["cpu.time"]);
   * }
   * ```
   */
  async getAllDomainStats(options: GetAllDomainStatsOptions = {}): Promise<DomainStatsRecord[]> {
    const doms: NonnullDomain[] = [];
    for (const domain of options.domains ?? []) doms.push(domain.handle);
    // no domains at all means every domain to the daemon
    if (options.domains !== undefined && doms.length === 0) return [];
    const { retStats } = await this.caller.call(
      connectGetAllDomainStats,
      { doms, stats: options.stats ?? 0, flags: options.flags ?? 0 },
      options,
    );
    const maker = new ObjectMaker();
    const records: DomainStatsRecord[] = [];
    for (const { dom, params } of retStats) {
      records.push({ domain: new Domain(this.caller, dom), stats: maker.toObject(params) });
    }
    return records;
  }

  /**
   * Whether nobody can listen in: our transport and the daemon's own connection must both be secure.
   *
   * Since libvirt 0.7.3.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectIsSecure
   */
  async isSecure(options: CallOptions = {}): Promise<boolean> {
    if (this.caller.secure !== true) return false;
    const { secure } = await this.caller.call(connectIsSecure, undefined, options);
    return secure !== 0;
  }

  /**
   * Whether what we send is encrypted, and what the daemon sends on is secure.
   *
   * Since libvirt 0.7.3.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectIsEncrypted
   */
  async isEncrypted(options: CallOptions = {}): Promise<boolean> {
    if (this.caller.encrypted !== true) return false;
    // libvirt's client asks for the same: a hypervisor on the daemon's host is secure, not encrypted
    const { secure } = await this.caller.call(connectIsSecure, undefined, options);
    return secure !== 0;
  }

  /**
   * The CPUs of the host and which of them are online.
   *
   * Since libvirt 1.0.0.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetCPUMap
   */
  async getNodeCpuMap(options: FlagOptions = {}): Promise<NodeCpuMap> {
    const { cpumap, online, ret } = await this.caller.call(
      nodeGetCpuMap,
      { needMap: 1, needOnline: 1, flags: options.flags ?? 0 },
      options,
    );
    return { cpus: ret, online, cpumap: unpackCpuMap(cpumap, ret) };
  }

  /**
   * Time that a CPU of the host spent, in nanoseconds by kind: `kernel`, `user`, `idle`, `iowait`
   * and so on; -1 (`NodeGetCpuStatsAllCpus.ALL_CPUS`) means all CPUs together.
   *
   * Since libvirt 0.9.3.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetCPUStats
   */
  async getNodeCpuStats(
    cpuNum: number,
    options: FlagOptions = {},
  ): Promise<Record<string, bigint>> {
    const start = startOf(options);
    const flags = options.flags ?? 0;
    const { nparams } = await this.caller.call(
      nodeGetCpuStats,
      { cpuNum, nparams: 0, flags },
      options,
    );
    if (nparams <= 0) return {};
    const { params } = await this.caller.call(
      nodeGetCpuStats,
      { cpuNum, nparams, flags },
      remaining(options, start),
    );
    return byField(params);
  }

  /**
   * Memory of a NUMA cell of the host, in KiB by kind: `total`, `free`, `buffers` and `cached`; -1
   * (`NodeGetMemoryStatsAllCells.ALL_CELLS`) means all cells together.
   *
   * Since libvirt 0.9.3.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetMemoryStats
   */
  async getNodeMemoryStats(
    cellNum: number,
    options: FlagOptions = {},
  ): Promise<Record<string, bigint>> {
    const start = startOf(options);
    const flags = options.flags ?? 0;
    const { nparams } = await this.caller.call(
      nodeGetMemoryStats,
      { cellNum, nparams: 0, flags },
      options,
    );
    if (nparams <= 0) return {};
    const { params } = await this.caller.call(
      nodeGetMemoryStats,
      { cellNum, nparams, flags },
      remaining(options, start),
    );
    return byField(params);
  }

  /** Makes a domain of what the wire carries of one. */
  protected override wrapDomain(handle: NonnullDomain): Domain {
    return new Domain(this.caller, handle);
  }

  /** Makes an interface of what the wire carries of one. */
  protected override wrapInterface(handle: NonnullInterface): Interface {
    return new Interface(this.caller, handle);
  }

  /** Makes a network of what the wire carries of one. */
  protected override wrapNetwork(handle: NonnullNetwork): Network {
    return new Network(this.caller, handle);
  }

  /** Makes a node device of what the wire carries of one. */
  protected override wrapNodeDevice(handle: NonnullNodeDevice): NodeDevice {
    return new NodeDevice(this.caller, handle);
  }

  /** Makes a filter of what the wire carries of one. */
  protected override wrapNwFilter(handle: NonnullNwfilter): NwFilter {
    return new NwFilter(this.caller, handle);
  }

  /** Makes a binding of what the wire carries of one. */
  protected override wrapNwFilterBinding(handle: NonnullNwfilterBinding): NwFilterBinding {
    return new NwFilterBinding(this.caller, handle);
  }

  /** Makes a secret of what the wire carries of one. */
  protected override wrapSecret(handle: NonnullSecret): Secret {
    return new Secret(this.caller, handle);
  }

  /** Makes a pool of what the wire carries of one. */
  protected override wrapStoragePool(handle: NonnullStoragePool): StoragePool {
    return new StoragePool(this.caller, handle);
  }

  /** Makes a volume of what the wire carries of one. */
  protected override wrapStorageVol(handle: NonnullStorageVol): StorageVol {
    return new StorageVol(this.caller, handle);
  }
}

function byField(params: readonly { field: string; value: bigint }[]): Record<string, bigint> {
  // not by assignment, which "__proto__" would get lost in
  return Object.fromEntries(params.map(({ field, value }) => [field, value]));
}

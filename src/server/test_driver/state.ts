/**
 * One in-memory hypervisor: everything that its connections share.
 *
 * @module
 */

import { Uuid } from "../../xdr/uuid.ts";
import { EventHub } from "../events.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { DomainList } from "./domain_list.ts";
import type { HostInterface } from "./interface_handlers.ts";
import { NamedList, NamedObject } from "./named_list.ts";
import { StoragePool } from "./storage_pool.ts";
import type { Identities } from "./domain_definition.ts";

/** Tells the time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** What a hypervisor is made with. */
export interface StateOptions {
  /** Tells the time; the system's clock when left out. */
  readonly clock?: Clock;
  /** Makes the identities that it invents the same each time; random ones when left out. */
  readonly seed?: number;
  /** The name that the host goes by; `localhost` when left out. */
  readonly hostname?: string;
}

/** The processors and the memory of the host that it pretends to run on. */
export interface NodeInfo {
  model: string;
  /** KiB. */
  memory: bigint;
  cpus: number;
  mhz: number;
  nodes: number;
  sockets: number;
  cores: number;
  threads: number;
}

/** A NUMA cell of that host. */
export interface NodeCell {
  /** KiB. */
  readonly memory: bigint;
  /** Its processors' numbers. */
  readonly cpus: readonly number[];
}

/** Everything that the connections of one hypervisor share. */
export class TestState {
  /** Where its events go. */
  readonly events: EventHub = new EventHub();
  /** Its domains. */
  readonly domains: DomainList = new DomainList();
  /** Its networks. */
  readonly networks: NamedList<NamedObject> = new NamedList(
    {
      kind: "network",
      found: "network",
      missing: ErrorNumber.NO_NETWORK,
      domain: ErrorDomain.NETWORK,
    },
    (definition) => new NamedObject(definition),
  );
  /** Its storage pools. */
  readonly pools: NamedList<StoragePool> = new NamedList(
    {
      kind: "pool",
      found: "storage pool",
      missing: ErrorNumber.NO_STORAGE_POOL,
      domain: ErrorDomain.STORAGE,
    },
    (definition) => new StoragePool(definition),
  );
  /** The host's interfaces by name. */
  interfaces: Map<string, HostInterface> = new Map();
  /** The host's interfaces as they were when changes began. */
  interfaceBackup: Map<string, HostInterface> | undefined;
  /** The host's devices by name. */
  readonly devices: Map<string, XmlElement> = new Map();
  /** Those of them that were made at run time. */
  readonly createdDevices: Set<string> = new Set();
  /** Where its new identities come from. */
  readonly identities: Identities;
  /** What the host looks like. */
  readonly node: NodeInfo = {
    model: "i686",
    memory: 3145728n,
    cpus: 16,
    mhz: 1400,
    nodes: 2,
    sockets: 2,
    cores: 2,
    threads: 2,
  };
  /** The host's NUMA cells; none with a configuration file. */
  cells: readonly NodeCell[] = [];
  /** The name that the host goes by. */
  readonly hostname: string;
  /**
   * Files that domains were saved to, by path. libvirt's driver writes the daemon's own files; here
   * they live as long as the hypervisor, which so needs no right to write and leaves nothing behind.
   */
  readonly files: Map<string, string> = new Map();
  readonly #clock: Clock;
  #nextDomainId = 1;

  /** Starts empty. */
  constructor(options: StateOptions = {}) {
    this.hostname = options.hostname ?? "localhost";
    this.#clock = options.clock ?? { now: () => Date.now() };
    this.identities = identitiesFrom(randomFrom(options.seed));
  }

  /** Microseconds since 1970. */
  get microseconds(): bigint {
    return BigInt(Math.round(this.#clock.now() * 1000));
  }

  /** Seconds since 1970. */
  get seconds(): bigint {
    return BigInt(Math.floor(this.#clock.now() / 1000));
  }

  /** The id of a domain that starts. */
  takeDomainId(): number {
    return this.#nextDomainId++;
  }
}

function identitiesFrom(random: (bytes: Uint8Array) => Uint8Array): Identities {
  return {
    uuid() {
      const bytes = random(new Uint8Array(16));
      bytes[6] = (bytes[6]! & 0x0f) | 0x40;
      bytes[8] = (bytes[8]! & 0x3f) | 0x80;
      return Uuid.fromBytes(bytes);
    },
    mac() {
      const tail = [...random(new Uint8Array(3))];
      return ["52", "54", "00", ...tail.map((byte) => byte.toString(16).padStart(2, "0"))].join(
        ":",
      );
    },
  };
}

function randomFrom(seed: number | undefined): (bytes: Uint8Array) => Uint8Array {
  if (seed === undefined) {
    return (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
  }
  let state = seed >>> 0;
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      // mulberry32: small, and the same on every runtime
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      bytes[i] = (mixed ^ (mixed >>> 14)) >>> 24;
    }
    return bytes;
  };
}

/**
 * Bulk statistics of domains: flat as the wire has them, or as a tree.
 *
 * @module
 */

import type { TypedParams, TypedParamValue } from "./typed_params.ts";

/** A node of a tree of statistics. */
export type StatsNode = TypedParamValue | TypedParamValue[] | StatsTree | StatsNode[];

/** Statistics as a tree. */
export interface StatsTree {
  /** Whatever else the driver knows, by name. */
  [name: string]: StatsNode;
}

/** Transfers in one direction of a disk. */
export interface BlockTransferStats {
  /** Requests. */
  reqs?: bigint;
  /** Bytes; absent for flushes. */
  bytes?: bigint;
  /** Time spent, in nanoseconds. */
  times?: bigint;
  /** Whatever else the driver knows, by name. */
  [name: string]: StatsNode | undefined;
}

/** Statistics of one disk, or of one image of its backing chain. */
export interface BlockStats {
  /** The disk's target, such as `vda`. */
  name?: string;
  /** The image's path; absent for what is not a file or device. */
  path?: string;
  /** The image's place in the backing chain; absent for the disk itself. */
  backingIndex?: number;
  /** Reads. */
  rd?: BlockTransferStats;
  /** Writes. */
  wr?: BlockTransferStats;
  /** Flushes. */
  fl?: BlockTransferStats;
  /** Errors. */
  errors?: bigint;
  /** Offset of the highest sector written, in bytes. */
  allocation?: bigint;
  /** Size that the guest sees, in bytes. */
  capacity?: bigint;
  /** Size that the image takes on the host, in bytes. */
  physical?: bigint;
  /** Whatever else the driver knows, by name. */
  [name: string]: StatsNode | BlockTransferStats | undefined;
}

/** Traffic in one direction of a network interface. */
export interface NetTransferStats {
  /** Bytes. */
  bytes?: bigint;
  /** Packets. */
  pkts?: bigint;
  /** Errors. */
  errs?: bigint;
  /** Packets dropped. */
  drop?: bigint;
  /** Whatever else the driver knows, by name. */
  [name: string]: StatsNode | undefined;
}

/** Statistics of one network interface; seen from the guest. */
export interface NetStats {
  /** Name of the interface on the host. */
  name?: string;
  /** Received. */
  rx?: NetTransferStats;
  /** Sent. */
  tx?: NetTransferStats;
  /** Whatever else the driver knows, by name. */
  [name: string]: StatsNode | NetTransferStats | undefined;
}

/** Statistics of one virtual CPU. */
export interface VcpuStats {
  /** A value of `VcpuState`. */
  state?: number;
  /** CPU time used, in nanoseconds. */
  time?: bigint;
  /** Time that it waited for IO, in nanoseconds. */
  wait?: bigint;
  /** Time that it waited for a host CPU, in nanoseconds. */
  delay?: bigint;
  /** Whether it is halted. */
  halted?: boolean;
  /** Whatever else the driver knows, by name. */
  [name: string]: StatsNode | undefined;
}

/**
 * Bulk statistics of one domain as a tree; all of it is optional, because a driver answers what it
 * has. Groups that are not described here are there too.
 */
export interface NestedStats {
  /** State of the domain: values of `DomainState` and of the reason that goes with it. */
  state?: { state?: number; reason?: number; [name: string]: StatsNode | undefined };
  /** CPU time in nanoseconds. */
  cpu?: { time?: bigint; user?: bigint; system?: bigint; [name: string]: StatsNode | undefined };
  /** Memory in KiB. */
  balloon?: {
    current?: bigint;
    maximum?: bigint;
    rss?: bigint;
    unused?: bigint;
    available?: bigint;
    usable?: bigint;
    [name: string]: StatsNode | undefined;
  };
  /** Virtual CPUs by number, beside how many there are and may be. */
  vcpu?: { current?: number; maximum?: number; [vcpu: number]: VcpuStats };
  /** Network interfaces. */
  net?: NetStats[];
  /** Disks. */
  block?: BlockStats[];
  /** A group that is newer than this library. */
  [group: string]: unknown;
}

/**
 * Flat statistics as a tree: `block.0.rd.bytes` becomes `stats.block[0].rd.bytes`.
 *
 * A group whose members are numbered, and at most counted beside, becomes an array; one that has
 * more than that stays an object, with the numbers as names: `stats.vcpu[0].time` and
 * `stats.vcpu.current`. Nothing is asked for.
 *
 * @example
 * ```ts
 * import { type Connection, nestStats } from "@virtwire/libvirt";
 *
 * async function bytesRead(conn: Connection): Promise<void> {
 *   for (const { domain, stats } of await conn.getAllDomainStats()) {
 *     for (const disk of nestStats(stats).block ?? []) {
 *       console.log(domain.name, disk.name, disk.rd?.bytes);
 *     }
 *   }
 * }
 * ```
 */
export function nestStats(stats: TypedParams): NestedStats {
  const root = branch();
  for (const name of Object.keys(stats)) plant(root, name.split("."), stats[name]!);
  return arrange(root) as NestedStats;
}

// without a prototype: a part of a name may be `constructor`
function branch(): StatsTree {
  return Object.create(null) as StatsTree;
}

function isBranch(node: StatsNode | undefined): node is StatsTree {
  return typeof node === "object" && !Array.isArray(node);
}

function plant(root: StatsTree, path: readonly string[], value: StatsNode): void {
  let node = root;
  for (let i = 0; i < path.length - 1; i++) {
    const next = node[path[i]!];
    if (next === undefined) node = node[path[i]!] = branch();
    else if (isBranch(next)) node = next;
    else {
      // a name that goes on where another ended: it stays whole below their common part
      node[path.slice(i).join(".")] = value;
      return;
    }
  }
  const last = path[path.length - 1]!;
  const old = node[last];
  if (isBranch(old)) {
    // the shorter name came later: its value goes beside the branch, under the branch's own name
    old[""] = value;
  } else {
    node[last] = value;
  }
}

const NUMBER = /^(0|[1-9][0-9]*)$/;

function arrange(node: StatsTree): StatsTree | StatsNode[] {
  const names = Object.keys(node);
  for (const name of names) {
    const child = node[name]!;
    if (isBranch(child)) node[name] = arrange(child);
  }
  const numbered = names.filter((name) => NUMBER.test(name)).length;
  const counted = typeof node["count"] === "number" || typeof node["count"] === "bigint";
  const list = numbered + (counted ? 1 : 0) === names.length && (numbered > 0 || counted);
  // numbers that leave gaps would be holes in an array
  if (list && names.every((name) => name === "count" || Number(name) < numbered)) {
    return Array.from({ length: numbered }, (_, i) => node[i]!);
  }
  return { ...node };
}

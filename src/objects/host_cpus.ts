/**
 * How many CPUs a host has, which CPU maps do not tell.
 *
 * @module
 */

import { nodeGetCpuMap, nodeGetInfo } from "../../gen/remote/connect.ts";
import { isUnsupported } from "../errors.ts";
import type { Caller, CallOptions } from "../session/caller.ts";

/** Options of methods that answer CPU maps. */
export interface CpuMapOptions {
  /**
   * The number of CPUs of the host, the length of each map, where it is known: it saves asking.
   */
  readonly hostCpus?: number | undefined;
}

/** The number of CPUs of the host: what the caller knows, or what the daemon says. */
export async function countHostCpus(
  caller: Caller,
  options: CpuMapOptions & CallOptions,
): Promise<number> {
  if (options.hostCpus !== undefined) return options.hostCpus;
  try {
    const ret = await caller.call(nodeGetCpuMap, { needMap: 0, needOnline: 0, flags: 0 }, options);
    return ret.ret;
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    // not every driver has the map; this product counts CPUs that are offline too
    const info = await caller.call(nodeGetInfo, undefined, options);
    return info.nodes * info.sockets * info.cores * info.threads;
  }
}

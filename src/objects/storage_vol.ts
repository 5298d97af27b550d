/**
 * Storage volumes.
 *
 * @module
 */

import type { NonnullStoragePool } from "../../gen/remote/common.ts";
import {
  storageVolLookupByKey,
  storageVolLookupByName,
  storageVolLookupByPath,
} from "../../gen/remote/storage_vol.ts";
import { StorageVolStreams } from "./storage_vol_streams.ts";
import type { Caller, CallOptions } from "../session/caller.ts";
import { StoragePool } from "./storage_pool.ts";

/**
 * A storage volume: a file or block device that domains use as a disk.
 *
 * @example
 * ```ts
 * import type { StoragePool } from "@virtwire/libvirt";
 *
 * async function grow(pool: StoragePool, name: string, capacity: bigint): Promise<void> {
 *   const volume = await pool.lookupVolumeByName(name);
 *   await volume.resize(capacity);
 * }
 * ```
 */
export class StorageVol extends StorageVolStreams {
  /** Looks a volume of a pool up by its name. */
  static async lookupByName(
    pool: StoragePool,
    name: string,
    options: CallOptions = {},
  ): Promise<StorageVol> {
    const { vol } = await pool.caller.call(
      storageVolLookupByName,
      { pool: pool.handle, name },
      options,
    );
    return new StorageVol(pool.caller, vol);
  }

  /** Looks a volume of any pool up by its key. */
  static async lookupByKey(
    caller: Caller,
    key: string,
    options: CallOptions = {},
  ): Promise<StorageVol> {
    const { vol } = await caller.call(storageVolLookupByKey, { key }, options);
    return new StorageVol(caller, vol);
  }

  /** Looks a volume of any pool up by its path on the host. */
  static async lookupByPath(
    caller: Caller,
    path: string,
    options: CallOptions = {},
  ): Promise<StorageVol> {
    const { vol } = await caller.call(storageVolLookupByPath, { path }, options);
    return new StorageVol(caller, vol);
  }

  /** The name of the pool that it is in; `lookupPool()` gives the pool. */
  get poolName(): string {
    return this.handle.pool;
  }

  /** Makes a pool of what the wire carries of one. */
  protected override wrapStoragePool(handle: NonnullStoragePool): StoragePool {
    return new StoragePool(this.caller, handle);
  }
}

/**
 * Storage pools.
 *
 * @module
 */

import type { NonnullStorageVol } from "../../gen/remote/common.ts";
import { connectListAllStoragePools } from "../../gen/remote/connect.ts";
import {
  storagePoolLookupByName,
  storagePoolLookupByTargetPath,
  storagePoolLookupByUuid,
} from "../../gen/remote/storage_pool.ts";
import { StoragePoolBase } from "../../gen/remote/storage_pool_base.ts";
import type { Caller, CallOptions, FlagOptions } from "../session/caller.ts";
import { Uuid } from "../xdr/uuid.ts";
import { StorageVol } from "./storage_vol.ts";

/**
 * A storage pool: a directory, volume group, disk or share in which volumes live.
 *
 * @example
 * ```ts
 * import type { Connection } from "@virtwire/libvirt";
 *
 * async function free(conn: Connection): Promise<bigint> {
 *   const pool = await conn.lookupStoragePoolByName("default");
 *   const { available } = await pool.getInfo();
 *   return available;
 * }
 * ```
 */
export class StoragePool extends StoragePoolBase {
  /** Looks a pool up by its name. */
  static async lookupByName(
    caller: Caller,
    name: string,
    options: CallOptions = {},
  ): Promise<StoragePool> {
    const { pool } = await caller.call(storagePoolLookupByName, { name }, options);
    return new StoragePool(caller, pool);
  }

  /** Looks a pool up by its UUID. */
  static async lookupByUuid(
    caller: Caller,
    uuid: string,
    options: CallOptions = {},
  ): Promise<StoragePool> {
    const { pool } = await caller.call(
      storagePoolLookupByUuid,
      { uuid: Uuid.parse(uuid) },
      options,
    );
    return new StoragePool(caller, pool);
  }

  /** Looks a pool up by the path at which its volumes appear. */
  static async lookupByTargetPath(
    caller: Caller,
    path: string,
    options: CallOptions = {},
  ): Promise<StoragePool> {
    const { pool } = await caller.call(storagePoolLookupByTargetPath, { path }, options);
    return new StoragePool(caller, pool);
  }

  /** Lists pools: all of them, or those that `StoragePoolListFlags` select. */
  static async listAll(caller: Caller, options: FlagOptions = {}): Promise<StoragePool[]> {
    const { pools } = await caller.call(
      connectListAllStoragePools,
      { needResults: 1, flags: options.flags ?? 0 },
      options,
    );
    const list: StoragePool[] = [];
    for (const handle of pools) list.push(new StoragePool(caller, handle));
    return list;
  }

  /** Makes a volume of what the wire carries of one. */
  protected override wrapStorageVol(handle: NonnullStorageVol): StorageVol {
    return new StorageVol(this.caller, handle);
  }
}

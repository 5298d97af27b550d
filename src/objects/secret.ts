/**
 * Secrets.
 *
 * @module
 */

import { connectListAllSecrets } from "../../gen/remote/connect.ts";
import { secretLookupByUsage, secretLookupByUuid } from "../../gen/remote/secret.ts";
import { SecretBase } from "../../gen/remote/secret_base.ts";
import type { Caller, CallOptions, FlagOptions } from "../session/caller.ts";
import { Uuid } from "../xdr/uuid.ts";

/**
 * A secret: the passphrase of a volume, or the key to remote storage.
 *
 * @example
 * ```ts
 * import { type Connection, SecretUsageType } from "@virtwire/libvirt";
 *
 * async function setCephKey(conn: Connection, key: Uint8Array): Promise<void> {
 *   const secret = await conn.lookupSecretByUsage(SecretUsageType.CEPH, "client.libvirt");
 *   await secret.setValue(key);
 * }
 * ```
 */
export class Secret extends SecretBase {
  /** Looks a secret up by its UUID. */
  static async lookupByUuid(
    caller: Caller,
    uuid: string,
    options: CallOptions = {},
  ): Promise<Secret> {
    const { secret } = await caller.call(secretLookupByUuid, { uuid: Uuid.parse(uuid) }, options);
    return new Secret(caller, secret);
  }

  /** Looks a secret up by what it is for: a value of `SecretUsageType`, and the thing's name. */
  static async lookupByUsage(
    caller: Caller,
    usageType: number,
    usageId: string,
    options: CallOptions = {},
  ): Promise<Secret> {
    const { secret } = await caller.call(secretLookupByUsage, { usageType, usageId }, options);
    return new Secret(caller, secret);
  }

  /** Lists secrets: all of them, or those that `SecretListFlags` select. */
  static async listAll(caller: Caller, options: FlagOptions = {}): Promise<Secret[]> {
    const { secrets } = await caller.call(
      connectListAllSecrets,
      { needResults: 1, flags: options.flags ?? 0 },
      options,
    );
    const list: Secret[] = [];
    for (const handle of secrets) list.push(new Secret(caller, handle));
    return list;
  }
}

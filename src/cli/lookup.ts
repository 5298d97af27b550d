/**
 * Finding what an argument means: a name, a UUID or an id.
 *
 * @module
 */

import { isNotFound, type LibvirtError } from "../errors.ts";
import type { Domain, Network, NwFilter, Secret, StoragePool, StorageVol } from "../objects/mod.ts";
import { CommandError } from "./failures.ts";
import type { Invocation } from "./invocation.ts";

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** Asks for one after the other until one is there; says the first refusal where none is. */
async function firstFound<T>(lookups: readonly (() => Promise<T>)[]): Promise<T> {
  let refusal: LibvirtError | undefined;
  for (const lookup of lookups) {
    try {
      return await lookup();
    } catch (error) {
      if (!isNotFound(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** The domain of the argument `domain`, by id, UUID or name. */
export async function findDomain(
  run: Invocation,
  name: string = run.argument("domain"),
): Promise<Domain> {
  const conn = await run.connect();
  return await firstFound<Domain>([
    ...(/^\d+$/.test(name) ? [() => conn.lookupDomainById(Number(name), run.call)] : []),
    ...(UUID.test(name) ? [() => conn.lookupDomainByUuid(name, run.call)] : []),
    () => conn.lookupDomainByName(name, run.call),
  ]);
}

/** The network of the argument `network`, by UUID or name. */
export async function findNetwork(
  run: Invocation,
  name: string = run.argument("network"),
): Promise<Network> {
  const conn = await run.connect();
  return await firstFound<Network>([
    ...(UUID.test(name) ? [() => conn.lookupNetworkByUuid(name, run.call)] : []),
    () => conn.lookupNetworkByName(name, run.call),
  ]);
}

/** The pool of the argument `pool`, by UUID or name. */
export async function findPool(
  run: Invocation,
  name: string = run.argument("pool"),
): Promise<StoragePool> {
  const conn = await run.connect();
  return await firstFound<StoragePool>([
    ...(UUID.test(name) ? [() => conn.lookupStoragePoolByUuid(name, run.call)] : []),
    () => conn.lookupStoragePoolByName(name, run.call),
  ]);
}

/** The volume of the argument `volume`: a name in the pool of `--pool`, else a path or a key. */
export async function findVolume(
  run: Invocation,
  name: string = run.argument("volume"),
  poolName: string | undefined = run.text("pool"),
): Promise<StorageVol> {
  const conn = await run.connect();
  if (poolName !== undefined) {
    const pool = await findPool(run, poolName);
    return await firstFound<StorageVol>([
      () => pool.lookupVolumeByName(name, run.call),
      async () => {
        const volume = await conn.lookupStorageVolByPath(name, run.call);
        if (volume.poolName === pool.name) return volume;
        throw new CommandError(`The volume "${name}" is in the pool "${volume.poolName}"`);
      },
    ].slice(0, name.includes("/") ? 2 : 1));
  }
  try {
    return await firstFound<StorageVol>([
      () => conn.lookupStorageVolByPath(name, run.call),
      () => conn.lookupStorageVolByKey(name, run.call),
    ]);
  } catch (error) {
    if (!isNotFound(error) || name.includes("/")) throw error;
    throw new CommandError(
      `There is no volume with the path or key "${name}"; a name needs its pool: --pool POOL`,
    );
  }
}

/** The secret of an argument, by UUID. */
export async function findSecret(run: Invocation): Promise<Secret> {
  return await (await run.connect()).lookupSecretByUuid(run.argument("secret"), run.call);
}

/** The filter of an argument, by UUID or name. */
export async function findNwFilter(run: Invocation): Promise<NwFilter> {
  const conn = await run.connect();
  const name: string = run.argument("nwfilter");
  return await firstFound<NwFilter>([
    ...(UUID.test(name) ? [() => conn.lookupNwFilterByUuid(name, run.call)] : []),
    () => conn.lookupNwFilterByName(name, run.call),
  ]);
}

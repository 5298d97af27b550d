/**
 * Storage volumes.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { StorageVolResizeFlags } from "../../../gen/enums/storage.ts";
import type { NonnullStorageVol } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { printXml } from "../../xml/print.ts";
import type { CallContext } from "../driver.ts";
import { badArgument, failure } from "../failure.ts";
import { put } from "./domain_defaults.ts";
import { checkFlags, internalError, invalidOperation, refusal } from "./refusals.ts";
import type { TestState } from "./state.ts";
import { parseVolume, POOL_KINDS } from "./storage_definition.ts";
import type { StoragePool, Volume } from "./storage_pool.ts";

const VALIDATE = 1 << 2;

/** Handlers of storage volumes. */
export function storageVolHandlers(state: TestState): RemoteHandlers<CallContext> {
  const { pools } = state;

  function volumeOf({ pool, name }: NonnullStorageVol): { pool: StoragePool; volume: Volume } {
    const found = pools.byNameOrFail(pool).checkActive();
    return { pool: found, volume: byName(found, name) };
  }

  function search(
    matches: (volume: Volume) => boolean,
    what: string,
  ): { vol: NonnullStorageVol } {
    for (const pool of pools.all) {
      if (!pool.active) continue;
      for (const volume of pool.volumes.values()) {
        if (matches(volume)) return { vol: wire(pool, volume) };
      }
    }
    throw refusal(ErrorNumber.NO_STORAGE_VOL, `no storage vol with matching ${what}`);
  }

  function create(
    pool: StoragePool,
    xml: string,
    flags: number,
    clone?: string,
  ): { vol: NonnullStorageVol } {
    const definition = parseVolume(xml, pool.definition, (flags & VALIDATE) !== 0);
    if (pool.volumes.has(definition.textOf("name")!)) {
      throw refusal(ErrorNumber.OPERATION_FAILED, "storage vol already exists");
    }
    if (clone !== undefined) byName(pool, clone);
    if (pool.allocation + allocationOf(definition) > pool.capacity) {
      throw internalError(
        `Not enough free space in pool for volume '${definition.textOf("name")}'`,
      );
    }
    return { vol: wire(pool, addVolume(pool, definition)) };
  }

  return {
    storagePoolNumOfVolumes: ({ pool }) => ({
      num: pools.byNameOrFail(pool.name).checkActive().volumes.size,
    }),
    storagePoolListVolumes: ({ pool, maxnames }) => ({
      names: [...pools.byNameOrFail(pool.name).checkActive().volumes.keys()].slice(0, maxnames),
    }),
    storagePoolListAllVolumes({ pool, needResults, flags }, context) {
      checkFlags(context, flags);
      const found = pools.byUuidOrFail(pool.uuid);
      if (!found.active) throw invalidOperation("storage pool is not active");
      const vols = [...found.volumes.values()].map((volume) => wire(found, volume));
      return { vols: needResults ? vols : [], ret: vols.length };
    },
    storageVolLookupByName({ pool, name }) {
      const found = pools.byNameOrFail(pool.name).checkActive();
      return { vol: wire(found, byName(found, name)) };
    },
    storageVolLookupByKey: ({ key }) => search((one) => one.key === key, `key '${key}'`),
    storageVolLookupByPath: ({ path }) => search((one) => one.path === path, `path '${path}'`),
    storageVolCreateXml({ pool, xml, flags }, context) {
      checkFlags(context, flags, VALIDATE);
      return create(pools.byNameOrFail(pool.name).checkActive(), xml, flags);
    },
    storageVolCreateXmlFrom({ pool, xml, clonevol, flags }, context) {
      checkFlags(context, flags, VALIDATE);
      return create(pools.byNameOrFail(pool.name).checkActive(), xml, flags, clonevol.name);
    },
    storageVolDelete({ vol, flags }, context) {
      checkFlags(context, flags);
      const { pool, volume } = volumeOf(vol);
      pool.allocation -= allocationOf(volume.definition);
      pool.volumes.delete(volume.name);
    },
    storageVolGetInfo({ vol }) {
      const { pool, volume } = volumeOf(vol);
      return {
        type: POOL_KINDS[pool.definition.get("type")!]!.volume,
        capacity: BigInt(volume.definition.textOf("capacity")!),
        allocation: allocationOf(volume.definition),
      };
    },
    storageVolGetXmlDesc({ vol, flags }, context) {
      checkFlags(context, flags);
      return { xml: printXml(volumeOf(vol).volume.definition) };
    },
    storageVolResize({ capacity, flags }) {
      if (
        capacity === 0n &&
        (flags & (StorageVolResizeFlags.DELTA | StorageVolResizeFlags.SHRINK)) === 0
      ) {
        throw badArgument(
          ErrorDomain.STORAGE,
          "virStorageVolResize",
          "capacity",
          "cannot be zero without 'delta' or 'shrink' flags set",
        );
      }
      throw failure(ErrorDomain.STORAGE, ErrorNumber.NO_SUPPORT, "virStorageVolResize");
    },
    storageVolGetPath: ({ vol }) => ({ name: volumeOf(vol).volume.path }),
  };
}

/** Puts a volume into a pool, at its place below the pool's directory unless it has another. */
export function addVolume(pool: StoragePool, definition: XmlElement, place?: string): Volume {
  const name = definition.textOf("name")!;
  const path = place ?? `${pool.definition.textOf("target/path") ?? ""}/${name}`;
  put(definition, element("key", {}, path), ["name"]);
  put(definition.child("target")!, element("path", {}, path), []);
  const volume: Volume = { name, key: path, path, definition };
  pool.volumes.set(name, volume);
  pool.allocation += allocationOf(definition);
  return volume;
}

function allocationOf(definition: XmlElement): bigint {
  return BigInt(definition.textOf("allocation")!);
}

function byName(pool: StoragePool, name: string): Volume {
  const volume = pool.volumes.get(name);
  if (volume !== undefined) return volume;
  throw refusal(ErrorNumber.NO_STORAGE_VOL, `no storage vol with matching name '${name}'`);
}

function wire(pool: StoragePool, { name, key }: Volume): NonnullStorageVol {
  return { pool: pool.name, name, key };
}

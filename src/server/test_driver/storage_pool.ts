/**
 * Storage pools.
 *
 * @module
 */

import {
  StoragePoolEventId,
  StoragePoolEventLifecycleType,
  StoragePoolState,
} from "../../../gen/enums/storage.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { XmlElement } from "../../xml/element.ts";
import { printXml } from "../../xml/print.ts";
import { element } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { NamedObject } from "./named_list.ts";
import { parseRoot } from "./domain_definition.ts";
import { createVport, destroyVport } from "./node_device.ts";
import {
  checkFlags,
  internalError,
  invalidArgument,
  invalidOperation,
  refusal,
} from "./refusals.ts";
import type { TestState } from "./state.ts";
import { parsePool, POOL_KINDS } from "./storage_definition.ts";

/** Bytes that every pool pretends to have. */
const CAPACITY = 107374182400n;

const LIST_FLAGS = 0xfffff;

/** A volume of a pool. */
export interface Volume {
  readonly name: string;
  readonly key: string;
  readonly path: string;
  definition: XmlElement;
}

/** A storage pool. */
export class StoragePool extends NamedObject {
  /** Bytes. */
  readonly capacity: bigint = CAPACITY;
  /** Bytes that its volumes take. */
  allocation = 0n;
  /** Its volumes by name. */
  readonly volumes: Map<string, Volume> = new Map();

  /** Bytes that are left. */
  get available(): bigint {
    return this.capacity - this.allocation;
  }

  /** Throws unless it is active. */
  checkActive(): this {
    if (!this.active) throw invalidOperation(`storage pool '${this.name}' is not active`);
    return this;
  }

  /** Throws unless it is inactive. */
  checkInactive(): this {
    if (this.active) throw invalidOperation(`storage pool '${this.name}' is active`);
    return this;
  }
}

/** Prints a pool with how full it is. */
export function formatPool(pool: StoragePool): string {
  const root = pool.definition.clone();
  const bytes = { unit: "bytes" };
  const at = root.children.indexOf(root.child("uuid")!) + 1;
  root.children.splice(
    at,
    0,
    element("capacity", bytes, pool.capacity.toString()),
    element("allocation", bytes, pool.allocation.toString()),
    element("available", bytes, pool.available.toString()),
  );
  return printXml(root);
}

const LOGICAL_SOURCES = `<sources>
  <source>
    <device path='/dev/sda20'/>
    <name>testvg1</name>
    <format type='lvm2'/>
  </source>
  <source>
    <device path='/dev/sda21'/>
    <name>testvg2</name>
    <format type='lvm2'/>
  </source>
</sources>
`;

/** Handlers of storage pools. */
export function storagePoolHandlers(state: TestState): RemoteHandlers<CallContext> {
  const { pools } = state;
  const T = StoragePoolEventLifecycleType;

  function emit(pool: StoragePool, event: number): void {
    state.events.emit({
      kind: "storagePool",
      id: StoragePoolEventId.LIFECYCLE,
      key: pool.key,
      fields: { pool: pool.wire, event, detail: 0 },
    });
  }

  const list = (active: boolean): StoragePool[] => pools.all.filter((one) => one.active === active);
  const adapterOf = (pool: StoragePool): XmlElement | undefined => {
    const adapter = pool.definition.find("source/adapter");
    return adapter?.get("type") === "fc_host" ? adapter : undefined;
  };

  return {
    connectNumOfStoragePools: () => ({ num: list(true).length }),
    connectListStoragePools: ({ maxnames }) => ({
      names: list(true).slice(0, maxnames).map((one) => one.name),
    }),
    connectNumOfDefinedStoragePools: () => ({ num: list(false).length }),
    connectListDefinedStoragePools: ({ maxnames }) => ({
      names: list(false).slice(0, maxnames).map((one) => one.name),
    }),
    connectListAllStoragePools({ needResults, flags }, context) {
      checkFlags(context, flags, LIST_FLAGS);
      const kinds = flags & ~0x3f;
      const chosen = pools.filtered(flags).filter((pool) =>
        kinds === 0 || (POOL_KINDS[pool.definition.get("type")!]!.flag & kinds) !== 0
      );
      return { pools: needResults ? chosen.map((one) => one.wire) : [], ret: chosen.length };
    },
    connectFindStoragePoolSources({ type, srcSpec, flags }, context) {
      checkFlags(context, flags);
      if (type === "dir") throw internalError(`unknown storage pool type ${type}`);
      const given = srcSpec === null
        ? undefined
        : parseRoot(srcSpec, "source", ErrorDomain.STORAGE);
      if (type === "logical") return { xml: LOGICAL_SOURCES };
      if (type === "netfs") {
        const host = given?.child("host")?.get("name");
        if (host === undefined) {
          throw invalidArgument("hostname must be specified for netfs sources");
        }
        const source = element(
          "source",
          {},
          element("host", { name: host }),
          element("dir", { path: "/testshare" }),
          element("format", { type: "nfs" }),
        );
        return { xml: printXml(element("sources", {}, source)) };
      }
      throw refusal(
        ErrorNumber.NO_SUPPORT,
        `pool type '${type}' does not support source discovery`,
      );
    },
    storagePoolLookupByUuid: ({ uuid }) => ({ pool: pools.byUuidOrFail(uuid).wire }),
    storagePoolLookupByName: ({ name }) => ({ pool: pools.byNameOrFail(name).wire }),
    storagePoolLookupByVolume: ({ vol }) => ({ pool: pools.byNameOrFail(vol.pool).wire }),
    storagePoolCreateXml({ xml, flags }, context) {
      checkFlags(context, flags);
      const { object: pool } = pools.add(parsePool(xml, state.identities), { start: true });
      const adapter = adapterOf(pool);
      if (adapter !== undefined) {
        createVport(state, adapter.get("wwnn") ?? "", adapter.get("wwpn") ?? "");
      }
      pool.persistent = false;
      pool.active = true;
      emit(pool, T.STARTED);
      return { pool: pool.wire };
    },
    storagePoolDefineXml({ xml, flags }, context) {
      checkFlags(context, flags, 1);
      const { object: pool } = pools.add(
        parsePool(xml, state.identities, flags !== 0),
        { start: false },
      );
      pool.persistent = true;
      emit(pool, T.DEFINED);
      return { pool: pool.wire };
    },
    storagePoolUndefine({ pool }) {
      const found = pools.byNameOrFail(pool.name).checkInactive();
      emit(found, T.UNDEFINED);
      pools.remove(found);
    },
    storagePoolBuild({ pool, flags }, context) {
      checkFlags(context, flags);
      emit(pools.byNameOrFail(pool.name).checkInactive(), T.CREATED);
    },
    storagePoolCreate({ pool, flags }, context) {
      checkFlags(context, flags);
      const found = pools.byNameOrFail(pool.name).checkInactive();
      found.active = true;
      emit(found, T.STARTED);
    },
    storagePoolDestroy({ pool }) {
      const found = pools.byNameOrFail(pool.name).checkActive();
      found.active = false;
      if (adapterOf(found) !== undefined) destroyVport(state);
      emit(found, T.STOPPED);
      if (!found.persistent) pools.remove(found);
    },
    storagePoolDelete({ pool, flags }, context) {
      checkFlags(context, flags);
      emit(pools.byNameOrFail(pool.name).checkInactive(), T.DELETED);
    },
    storagePoolRefresh({ pool, flags }, context) {
      checkFlags(context, flags);
      const found = pools.byNameOrFail(pool.name).checkActive();
      state.events.emit({
        kind: "storagePool",
        id: StoragePoolEventId.REFRESH,
        key: found.key,
        fields: { pool: found.wire },
      });
    },
    storagePoolGetInfo({ pool }) {
      const { active, capacity, allocation, available } = pools.byNameOrFail(pool.name);
      const { RUNNING, INACTIVE } = StoragePoolState;
      return { state: active ? RUNNING : INACTIVE, capacity, allocation, available };
    },
    storagePoolGetXmlDesc({ pool, flags }, context) {
      checkFlags(context, flags);
      return { xml: formatPool(pools.byNameOrFail(pool.name)) };
    },
    storagePoolGetAutostart({ pool }) {
      const { persistent, autostart } = pools.byNameOrFail(pool.name);
      return { autostart: persistent && autostart ? 1 : 0 };
    },
    storagePoolSetAutostart({ pool, autostart }) {
      const found = pools.byNameOrFail(pool.name);
      if (!found.persistent) throw invalidArgument("pool has no config file");
      found.autostart = autostart !== 0;
    },
    storagePoolIsActive: ({ pool }) => ({ active: pools.byUuidOrFail(pool.uuid).active ? 1 : 0 }),
    storagePoolIsPersistent: ({ pool }) => ({
      persistent: pools.byUuidOrFail(pool.uuid).persistent ? 1 : 0,
    }),
  };
}

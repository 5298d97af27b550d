/**
 * The events of storage pools.
 *
 * @module
 */

import { type StoragePoolEventId, StoragePoolEventLifecycleType } from "../../gen/enums/storage.ts";
import type { NonnullStoragePool } from "../../gen/remote/common.ts";
import {
  connectStoragePoolEventDeregisterAny,
  connectStoragePoolEventRegisterAny,
} from "../../gen/remote/connect.ts";
import {
  storagePoolEventLifecycle,
  type StoragePoolEventLifecycleMsg,
  storagePoolEventRefresh,
  type StoragePoolEventRefreshMsg,
} from "../../gen/remote/events.ts";
import type { EventKind, EventSpec, EventSubject } from "./event_kind.ts";
import { StoragePool } from "./storage_pool.ts";

/** What storage pool events can be filtered by. */
export interface StoragePoolEventFilter {
  /** Only events of this pool; of every pool when left out. */
  readonly pool?: StoragePool | undefined;
}

/** A kind of storage pool event. */
export type StoragePoolEventKind<T> = EventKind<T, StoragePoolEventFilter>;

/** What every storage pool event holds. */
export interface AnyStoragePoolEvent {
  /** The pool. */
  readonly pool: StoragePool;
}

/** A storage pool was defined, undefined, built, deleted, started or stopped. */
export interface StoragePoolLifecycleEvent extends AnyStoragePoolEvent {
  /** What happened: a value of `StoragePoolEventLifecycleType`. */
  readonly event: number;
  /** Its name, `STARTED`; `undefined` for one that is newer than this library. */
  readonly eventName: string | undefined;
  /** Meant for why; daemons send 0. */
  readonly detail: number;
}

/** The volumes of a storage pool were looked through again. */
export interface StoragePoolRefreshEvent extends AnyStoragePoolEvent {}

const storagePoolEvents: EventSubject<StoragePoolEventFilter> = {
  name: "storage pool",
  key: ({ pool }) => pool?.uuid ?? "",
  object(message: { readonly pool: NonnullStoragePool }, caller, { pool }) {
    return pool === undefined || pool.handle.uuid.equals(message.pool.uuid)
      ? new StoragePool(caller, message.pool)
      : undefined;
  },
  register: (caller, eventId, { pool }, standing) =>
    caller.call(
      connectStoragePoolEventRegisterAny,
      { eventId, pool: pool?.handle ?? null },
      { onReply: ({ callbackId }) => standing(callbackId) },
    ),
  deregister: (caller, _, callbackId) =>
    caller.call(connectStoragePoolEventDeregisterAny, { callbackId }),
};

type Spec<M, T> = EventSpec<M, StoragePool, T, StoragePoolEventFilter>;

/**
 * The kinds of storage pool events, by the names of `virStoragePoolEventID`; each can be filtered
 * by pool.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-storage.html#virStoragePoolEventID
 */
export const StoragePoolEvent: {
  /** A storage pool was defined, undefined, built, deleted, started or stopped. */
  readonly LIFECYCLE: StoragePoolEventKind<StoragePoolLifecycleEvent>;
  /** The volumes of a storage pool were looked through again. */
  readonly REFRESH: StoragePoolEventKind<StoragePoolRefreshEvent>;
} = {
  LIFECYCLE: {
    id: 0 satisfies typeof StoragePoolEventId.LIFECYCLE,
    name: "storage pool lifecycle",
    since: "2.0.0",
    subject: storagePoolEvents,
    message: storagePoolEventLifecycle,
    event: ({ event, detail }, pool) => ({
      pool,
      event,
      eventName: StoragePoolEventLifecycleType[event],
      detail,
    }),
  } satisfies Spec<StoragePoolEventLifecycleMsg, StoragePoolLifecycleEvent>,
  REFRESH: {
    id: 1 satisfies typeof StoragePoolEventId.REFRESH,
    name: "storage pool refresh",
    since: "2.0.0",
    subject: storagePoolEvents,
    message: storagePoolEventRefresh,
    event: (_, pool) => ({ pool }),
  } satisfies Spec<StoragePoolEventRefreshMsg, StoragePoolRefreshEvent>,
};

/**
 * Domain events about disks.
 *
 * @module
 */

import {
  ConnectDomainEventBlockJobStatus,
  ConnectDomainEventDiskChangeReason,
  DomainBlockJobType,
  type DomainEventId,
  DomainEventIoErrorAction,
  DomainEventTrayChangeReason,
} from "../../gen/enums/domain.ts";
import {
  domainEventBlockJob,
  domainEventBlockJob2,
  type DomainEventBlockJob2Msg,
  type DomainEventBlockJobMsg,
  domainEventBlockThreshold,
  type DomainEventBlockThresholdMsg,
  domainEventCallbackBlockJob,
  domainEventCallbackDiskChange,
  domainEventCallbackIoError,
  domainEventCallbackIoErrorReason,
  domainEventCallbackTrayChange,
  domainEventDiskChange,
  type DomainEventDiskChangeMsg,
  domainEventIoError,
  type DomainEventIoErrorMsg,
  domainEventIoErrorReason,
  type DomainEventIoErrorReasonMsg,
  domainEventTrayChange,
  type DomainEventTrayChangeMsg,
} from "../../gen/remote/events.ts";
import {
  type AnyDomainEvent,
  type DomainEventKind,
  domainEvents,
  type DomainEventSpec,
} from "./domain_event_kind.ts";

/** Reading or writing a disk failed on the host. */
export interface DomainIoErrorEvent extends AnyDomainEvent {
  /** The file on the host; `null` when the daemon does not know it. */
  readonly srcPath: string | null;
  /** The disk by its alias; `null` when the daemon does not know it. */
  readonly devAlias: string | null;
  /** What was done about it: a value of `DomainEventIoErrorAction`. */
  readonly action: number;
  /** Its name, `PAUSE`; `undefined` for one that is newer than this library. */
  readonly actionName: string | undefined;
}

/** The same with a reason. */
export interface DomainIoErrorReasonEvent extends DomainIoErrorEvent {
  /**
   * `enospc` when the storage is full; `message`, since libvirt 11.1.0, when `getMessages()` of the
   * domain tells more; `null` when the cause is not known.
   */
  readonly reason: string | null;
}

/** What both kinds of block job events tell. */
export interface AnyDomainBlockJobEvent extends AnyDomainEvent {
  /** A value of `DomainBlockJobType`. */
  readonly type: number;
  /** Its name, `COMMIT`; `undefined` for one that is newer than this library. */
  readonly typeName: string | undefined;
  /** How it ended, or that it is ready: a value of `ConnectDomainEventBlockJobStatus`. */
  readonly status: number;
  /** Its name, `COMPLETED`; `undefined` for one that is newer than this library. */
  readonly statusName: string | undefined;
}

/** A block job changed its state, with the disk named by its file. */
export interface DomainBlockJobEvent extends AnyDomainBlockJobEvent {
  /**
   * The file of the disk's active layer, which the job itself may change; `null` for a disk that
   * is no file.
   */
  readonly path: string | null;
}

/** A block job changed its state, with the disk named by its target. */
export interface DomainBlockJob2Event extends AnyDomainBlockJobEvent {
  /** The disk by its target, such as `vda`. */
  readonly dst: string;
}

/** The source of a disk was changed, or dropped because it is missing. */
export interface DomainDiskChangeEvent extends AnyDomainEvent {
  /** The source that it had; `null` for none. */
  readonly oldSrcPath: string | null;
  /** The source that it has now; `null` for none. */
  readonly newSrcPath: string | null;
  /** The disk by its alias. */
  readonly devAlias: string;
  /** Why: a value of `ConnectDomainEventDiskChangeReason`. */
  readonly reason: number;
  /** Its name, `CHANGE_MISSING_ON_START`; `undefined` for one that is newer than this library. */
  readonly reasonName: string | undefined;
}

/** The tray of a removable disk was opened or closed. */
export interface DomainTrayChangeEvent extends AnyDomainEvent {
  /** The disk by its alias. */
  readonly devAlias: string;
  /** Which of both: a value of `DomainEventTrayChangeReason`. */
  readonly reason: number;
  /** Its name, `OPEN` or `CLOSE`; `undefined` for one that is newer than this library. */
  readonly reasonName: string | undefined;
}

/** A disk was written beyond the point that `setBlockThreshold()` set; it tells once. */
export interface DomainBlockThresholdEvent extends AnyDomainEvent {
  /** The disk by its target, `vda`, or an image of its chain, `vda[3]`. */
  readonly dev: string;
  /** The image's file; `null` where it is not a local one. */
  readonly path: string | null;
  /** The point, in bytes. */
  readonly threshold: bigint;
  /** Bytes written beyond it; 0 where the hypervisor does not tell. */
  readonly excess: bigint;
}

/** See `DomainEvent.IO_ERROR`. */
export const domainIoError: DomainEventKind<DomainIoErrorEvent> = {
  id: 4 satisfies typeof DomainEventId.IO_ERROR,
  name: "domain io error",
  since: "0.8.0",
  subject: domainEvents,
  message: domainEventCallbackIoError,
  legacy: domainEventIoError,
  event: ({ srcPath, devAlias, action }, domain) => ({
    domain,
    srcPath: srcPath || null,
    devAlias: devAlias || null,
    action,
    actionName: DomainEventIoErrorAction[action],
  }),
} satisfies DomainEventSpec<DomainEventIoErrorMsg, DomainIoErrorEvent>;

/** See `DomainEvent.IO_ERROR_REASON`. */
export const domainIoErrorReason: DomainEventKind<DomainIoErrorReasonEvent> = {
  id: 6 satisfies typeof DomainEventId.IO_ERROR_REASON,
  name: "domain io error reason",
  since: "0.8.1",
  subject: domainEvents,
  message: domainEventCallbackIoErrorReason,
  legacy: domainEventIoErrorReason,
  event: ({ srcPath, devAlias, action, reason }, domain) => ({
    domain,
    srcPath: srcPath || null,
    devAlias: devAlias || null,
    action,
    actionName: DomainEventIoErrorAction[action],
    reason: reason || null,
  }),
} satisfies DomainEventSpec<DomainEventIoErrorReasonMsg, DomainIoErrorReasonEvent>;

/** See `DomainEvent.BLOCK_JOB`. */
export const domainBlockJob: DomainEventKind<DomainBlockJobEvent> = {
  id: 8 satisfies typeof DomainEventId.BLOCK_JOB,
  name: "domain block job",
  since: "0.9.4",
  subject: domainEvents,
  message: domainEventCallbackBlockJob,
  legacy: domainEventBlockJob,
  event: ({ path, type, status }, domain) => ({
    domain,
    path: path || null,
    type,
    typeName: DomainBlockJobType[type],
    status,
    statusName: ConnectDomainEventBlockJobStatus[status],
  }),
} satisfies DomainEventSpec<DomainEventBlockJobMsg, DomainBlockJobEvent>;

/** See `DomainEvent.BLOCK_JOB_2`. */
export const domainBlockJob2: DomainEventKind<DomainBlockJob2Event> = {
  id: 16 satisfies typeof DomainEventId.BLOCK_JOB_2,
  name: "domain block job 2",
  since: "1.2.6",
  subject: domainEvents,
  message: domainEventBlockJob2,
  event: ({ dst, type, status }, domain) => ({
    domain,
    dst,
    type,
    typeName: DomainBlockJobType[type],
    status,
    statusName: ConnectDomainEventBlockJobStatus[status],
  }),
} satisfies DomainEventSpec<DomainEventBlockJob2Msg, DomainBlockJob2Event>;

/** See `DomainEvent.DISK_CHANGE`. */
export const domainDiskChange: DomainEventKind<DomainDiskChangeEvent> = {
  id: 9 satisfies typeof DomainEventId.DISK_CHANGE,
  name: "domain disk change",
  since: "0.9.7",
  subject: domainEvents,
  message: domainEventCallbackDiskChange,
  legacy: domainEventDiskChange,
  event: ({ oldSrcPath, newSrcPath, devAlias, reason }, domain) => ({
    domain,
    oldSrcPath,
    newSrcPath,
    devAlias,
    reason,
    reasonName: ConnectDomainEventDiskChangeReason[reason],
  }),
} satisfies DomainEventSpec<DomainEventDiskChangeMsg, DomainDiskChangeEvent>;

/** See `DomainEvent.TRAY_CHANGE`. */
export const domainTrayChange: DomainEventKind<DomainTrayChangeEvent> = {
  id: 10 satisfies typeof DomainEventId.TRAY_CHANGE,
  name: "domain tray change",
  since: "0.9.11",
  subject: domainEvents,
  message: domainEventCallbackTrayChange,
  legacy: domainEventTrayChange,
  event: ({ devAlias, reason }, domain) => ({
    domain,
    devAlias,
    reason,
    reasonName: DomainEventTrayChangeReason[reason],
  }),
} satisfies DomainEventSpec<DomainEventTrayChangeMsg, DomainTrayChangeEvent>;

/** See `DomainEvent.BLOCK_THRESHOLD`. */
export const domainBlockThreshold: DomainEventKind<DomainBlockThresholdEvent> = {
  id: 24 satisfies typeof DomainEventId.BLOCK_THRESHOLD,
  name: "domain block threshold",
  since: "3.2.0",
  subject: domainEvents,
  message: domainEventBlockThreshold,
  event: ({ dev, path, threshold, excess }, domain) => ({ domain, dev, path, threshold, excess }),
} satisfies DomainEventSpec<DomainEventBlockThresholdMsg, DomainBlockThresholdEvent>;

/**
 * Domain events about the state of the whole domain.
 *
 * @module
 */

import {
  DomainEventCrashedDetailType,
  DomainEventDefinedDetailType,
  type DomainEventId,
  DomainEventPmSuspendedDetailType,
  DomainEventResumedDetailType,
  DomainEventShutdownDetailType,
  DomainEventStartedDetailType,
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainEventUndefinedDetailType,
  DomainMetadataType,
} from "../../gen/enums/domain.ts";
import {
  domainEventCallbackControlError,
  domainEventCallbackLifecycle,
  domainEventCallbackMetadataChange,
  type DomainEventCallbackMetadataChangeMsg,
  domainEventCallbackPmsuspend,
  domainEventCallbackPmsuspendDisk,
  domainEventCallbackPmwakeup,
  domainEventCallbackReboot,
  domainEventControlError,
  type DomainEventControlErrorMsg,
  domainEventLifecycle,
  type DomainEventLifecycleMsg,
  domainEventPmsuspend,
  domainEventPmsuspendDisk,
  type DomainEventPmsuspendDiskMsg,
  type DomainEventPmsuspendMsg,
  domainEventPmwakeup,
  type DomainEventPmwakeupMsg,
  domainEventReboot,
  type DomainEventRebootMsg,
} from "../../gen/remote/events.ts";
import {
  type AnyDomainEvent,
  type DomainEventKind,
  domainEvents,
  type DomainEventSpec,
} from "./domain_event_kind.ts";

/** A domain was defined, started, suspended, stopped, ... */
export interface DomainLifecycleEvent extends AnyDomainEvent {
  /** What happened: a value of `DomainEventType`. */
  readonly event: number;
  /** Its name, `STARTED`; `undefined` for one that is newer than this library. */
  readonly eventName: string | undefined;
  /** Why: a value of the detail table that goes with `event`, such as `DomainEventStartedDetailType`. */
  readonly detail: number;
  /** Its name, `BOOTED`; `undefined` for one that is newer than this library. */
  readonly detailName: string | undefined;
}

/** A guest rebooted by itself, without its process having ended. */
export interface DomainRebootEvent extends AnyDomainEvent {}

/** A guest went to sleep, or woke up. */
export interface DomainPmEvent extends AnyDomainEvent {
  /** Meant for why; daemons send 0. */
  readonly reason: number;
}

/** The daemon has lost control over a domain, such as by a broken monitor; the guest may still run. */
export interface DomainControlErrorEvent extends AnyDomainEvent {}

/** The metadata in a domain's XML was changed. */
export interface DomainMetadataChangeEvent extends AnyDomainEvent {
  /** Which part: a value of `DomainMetadataType`. */
  readonly type: number;
  /** Its name, `ELEMENT`; `undefined` for one that is newer than this library. */
  readonly typeName: string | undefined;
  /** XML namespace of the element; `null` for a title or description. */
  readonly nsuri: string | null;
}

/** By value of `DomainEventType`. */
const DETAILS: readonly { readonly [value: number]: string | undefined }[] = [
  DomainEventDefinedDetailType,
  DomainEventUndefinedDetailType,
  DomainEventStartedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventResumedDetailType,
  DomainEventStoppedDetailType,
  DomainEventShutdownDetailType,
  DomainEventPmSuspendedDetailType,
  DomainEventCrashedDetailType,
];

/** See `DomainEvent.LIFECYCLE`. */
export const domainLifecycle: DomainEventKind<DomainLifecycleEvent> = {
  id: 0 satisfies typeof DomainEventId.LIFECYCLE,
  name: "domain lifecycle",
  since: "0.8.0",
  subject: domainEvents,
  message: domainEventCallbackLifecycle,
  legacy: domainEventLifecycle,
  event: ({ event, detail }, domain) => ({
    domain,
    event,
    eventName: DomainEventType[event],
    detail,
    detailName: DETAILS[event]?.[detail],
  }),
} satisfies DomainEventSpec<DomainEventLifecycleMsg, DomainLifecycleEvent>;

/** See `DomainEvent.REBOOT`. */
export const domainReboot: DomainEventKind<DomainRebootEvent> = {
  id: 1 satisfies typeof DomainEventId.REBOOT,
  name: "domain reboot",
  since: "0.8.0",
  subject: domainEvents,
  message: domainEventCallbackReboot,
  legacy: domainEventReboot,
  event: (_, domain) => ({ domain }),
} satisfies DomainEventSpec<DomainEventRebootMsg, DomainRebootEvent>;

/** See `DomainEvent.CONTROL_ERROR`. */
export const domainControlError: DomainEventKind<DomainControlErrorEvent> = {
  id: 7 satisfies typeof DomainEventId.CONTROL_ERROR,
  name: "domain control error",
  since: "0.9.2",
  subject: domainEvents,
  message: domainEventCallbackControlError,
  legacy: domainEventControlError,
  event: (_, domain) => ({ domain }),
} satisfies DomainEventSpec<DomainEventControlErrorMsg, DomainControlErrorEvent>;

/** See `DomainEvent.PMWAKEUP`. */
export const domainPmWakeup: DomainEventKind<DomainPmEvent> = {
  id: 11 satisfies typeof DomainEventId.PMWAKEUP,
  name: "domain pmwakeup",
  since: "0.9.11",
  subject: domainEvents,
  message: domainEventCallbackPmwakeup,
  legacy: domainEventPmwakeup,
  event: (_, domain, { reason = 0 }) => ({ domain, reason }),
} satisfies DomainEventSpec<DomainEventPmwakeupMsg, DomainPmEvent>;

/** See `DomainEvent.PMSUSPEND`. */
export const domainPmSuspend: DomainEventKind<DomainPmEvent> = {
  id: 12 satisfies typeof DomainEventId.PMSUSPEND,
  name: "domain pmsuspend",
  since: "0.9.11",
  subject: domainEvents,
  message: domainEventCallbackPmsuspend,
  legacy: domainEventPmsuspend,
  event: (_, domain, { reason = 0 }) => ({ domain, reason }),
} satisfies DomainEventSpec<DomainEventPmsuspendMsg, DomainPmEvent>;

/** See `DomainEvent.PMSUSPEND_DISK`. */
export const domainPmSuspendDisk: DomainEventKind<DomainPmEvent> = {
  id: 14 satisfies typeof DomainEventId.PMSUSPEND_DISK,
  name: "domain pmsuspend disk",
  since: "1.0.0",
  subject: domainEvents,
  message: domainEventCallbackPmsuspendDisk,
  legacy: domainEventPmsuspendDisk,
  event: (_, domain, { reason = 0 }) => ({ domain, reason }),
} satisfies DomainEventSpec<DomainEventPmsuspendDiskMsg, DomainPmEvent>;

/** See `DomainEvent.METADATA_CHANGE`. */
export const domainMetadataChange: DomainEventKind<DomainMetadataChangeEvent> = {
  id: 23 satisfies typeof DomainEventId.METADATA_CHANGE,
  name: "domain metadata change",
  since: "3.0.0",
  subject: domainEvents,
  message: domainEventCallbackMetadataChange,
  event: ({ type, nsuri }, domain) => ({
    domain,
    type,
    typeName: DomainMetadataType[type],
    nsuri,
  }),
} satisfies DomainEventSpec<DomainEventCallbackMetadataChangeMsg, DomainMetadataChangeEvent>;

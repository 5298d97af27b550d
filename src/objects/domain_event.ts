/**
 * The events of domains.
 *
 * @module
 */

import {
  DomainEventCrashedDetailType,
  DomainEventDefinedDetailType,
  DomainEventId,
  DomainEventPmSuspendedDetailType,
  DomainEventResumedDetailType,
  DomainEventShutdownDetailType,
  DomainEventStartedDetailType,
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainEventUndefinedDetailType,
} from "../../gen/enums/domain.ts";
import {
  domainEventCallbackLifecycle,
  domainEventLifecycle,
  type DomainEventLifecycleMsg,
} from "../../gen/remote/events.ts";
import type { Domain } from "./domain.ts";
import { domainEvent, type DomainEventKind } from "./domain_event_kind.ts";

/** A domain was defined, started, suspended, stopped, ... */
export interface DomainLifecycleEvent {
  /** The domain, as it was when the event was sent. */
  readonly domain: Domain;
  /** What happened: a value of `DomainEventType`. */
  readonly event: number;
  /** Its name, `STARTED`; `undefined` for one that is newer than this library. */
  readonly eventName: string | undefined;
  /** Why: a value of the detail table that goes with `event`, such as `DomainEventStartedDetailType`. */
  readonly detail: number;
  /** Its name, `BOOTED`; `undefined` for one that is newer than this library. */
  readonly detailName: string | undefined;
}

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

/** The kinds of domain events. */
export const DomainEvent: {
  /** A domain changed its state. */
  readonly LIFECYCLE: DomainEventKind<DomainLifecycleEvent>;
} = {
  LIFECYCLE: domainEvent<DomainEventLifecycleMsg, DomainLifecycleEvent>({
    id: DomainEventId.LIFECYCLE,
    name: "lifecycle",
    message: domainEventCallbackLifecycle,
    legacy: domainEventLifecycle,
    event: ({ event, detail }, domain) => ({
      domain,
      event,
      eventName: DomainEventType[event],
      detail,
      detailName: DETAILS[event]?.[detail],
    }),
  }),
};

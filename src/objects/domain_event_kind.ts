/**
 * How domain events are registered for and told apart.
 *
 * @module
 */

import type { NonnullDomain } from "../../gen/remote/common.ts";
import {
  connectDomainEventCallbackDeregisterAny,
  connectDomainEventCallbackRegisterAny,
  connectDomainEventDeregisterAny,
  connectDomainEventRegisterAny,
} from "../../gen/remote/connect.ts";
import type { Feature } from "../session/features.ts";
import { Domain } from "./domain.ts";
import type { EventKind, EventSpec, EventSubject } from "./event_kind.ts";

/** What domain events can be filtered by. */
export interface DomainEventFilter {
  /** Only events of this domain; of every domain when left out. */
  readonly domain?: Domain | undefined;
}

/** A kind of domain event. */
export type DomainEventKind<T> = EventKind<T, DomainEventFilter>;

/** What every domain event holds. */
export interface AnyDomainEvent {
  /** The domain, as it was when the event was sent. */
  readonly domain: Domain;
}

/** What every domain event's message holds. */
interface DomainMessage {
  readonly dom: NonnullDomain;
}

/** What literals of kinds are checked with. */
export type DomainEventSpec<M extends DomainMessage, T> = EventSpec<
  M,
  Domain,
  T,
  DomainEventFilter
>;

/** The events of domains. */
export const domainEvents: EventSubject<DomainEventFilter> = {
  name: "domain",
  key: ({ domain }) => domain?.uuid ?? "",
  object({ dom }: DomainMessage, caller, { domain }) {
    return domain === undefined || domain.handle.uuid.equals(dom.uuid)
      ? new Domain(caller, dom)
      : undefined;
  },
  feature: 14 satisfies typeof Feature.REMOTE_EVENT_CALLBACK,
  register: (caller, eventId, { domain }, standing) =>
    caller.call(
      connectDomainEventCallbackRegisterAny,
      { eventId, dom: domain?.handle ?? null },
      { onReply: ({ callbackId }) => standing(callbackId) },
    ),
  deregister: (caller, _, callbackId) =>
    caller.call(connectDomainEventCallbackDeregisterAny, { callbackId }),
  // daemons before 1.2.0
  legacy: {
    register: (caller, eventId, _, standing) =>
      caller.call(connectDomainEventRegisterAny, { eventId }, { onReply: () => standing(0) }),
    deregister: (caller, eventId) => caller.call(connectDomainEventDeregisterAny, { eventId }),
  },
};

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
import type { EventMessage } from "../procedure.ts";
import { Feature } from "../session/features.ts";
import type { EventSource } from "../session/registrations.ts";
import { Domain } from "./domain.ts";
import type { EventKind, EventOrigin } from "./event_kind.ts";

/** What domain events can be filtered by. */
export interface DomainEventFilter {
  /** Only events of this domain; of every domain when left out. */
  readonly domain?: Domain | undefined;
}

/** A kind of domain event. */
export type DomainEventKind<T> = EventKind<T, DomainEventFilter>;

/** What every domain event's message holds. */
interface DomainMessage {
  readonly dom: NonnullDomain;
}

/** The message of a registration by callback: older kinds wrap the message that was there before. */
type CallbackMessage<M extends DomainMessage> =
  & { readonly callbackId: number }
  & (
    | M
    | { readonly msg: M }
  );

/** How a kind is described. */
export interface DomainEventSpec<M extends DomainMessage, T> {
  /** Its number in `virDomainEventID`. */
  readonly id: number;
  /** Its name in lower case. */
  readonly name: string;
  /** The message of a registration by callback. */
  readonly message: EventMessage<CallbackMessage<M>>;
  /** The message that daemons without callbacks send, for the kinds that are as old. */
  readonly legacy?: EventMessage<M>;
  /** Makes the event. */
  readonly event: (message: M, domain: Domain) => T;
}

/** Describes a kind of domain event. */
export function domainEvent<M extends DomainMessage, T>(
  spec: DomainEventSpec<M, T>,
): DomainEventKind<T> {
  const { id, name, legacy } = spec;
  return {
    id,
    name: `domain ${name}`,
    async source(origin, { domain }) {
      const callbacks = await origin.features.has(Feature.REMOTE_EVENT_CALLBACK);
      // a daemon older than callbacks (1.2.0) knows no filter either: `event()` filters then
      return callbacks || legacy === undefined
        ? callbackSource(spec as unknown as DomainEventSpec<DomainMessage, T>, domain)
        : legacySource(spec.id, legacy);
    },
    event(message, origin, { domain }) {
      const body = message as CallbackMessage<M>;
      const inner = "msg" in body ? body.msg as M : body as M;
      if (domain !== undefined && !domain.handle.uuid.equals(inner.dom.uuid)) return undefined;
      return spec.event(inner, new Domain(callerOf(origin), inner.dom));
    },
  };
}

function callerOf(origin: EventOrigin): EventOrigin["session"] {
  return origin.session;
}

function callbackSource(
  { id, message }: DomainEventSpec<DomainMessage, unknown>,
  domain: Domain | undefined,
): EventSource<unknown> {
  return {
    key: `domain ${id} ${domain?.uuid ?? ""}`,
    message: message as EventMessage<unknown>,
    async register(caller, standing) {
      const args = { eventId: id, dom: domain?.handle ?? null };
      await caller.call(connectDomainEventCallbackRegisterAny, args, {
        onReply: ({ callbackId }) => standing(callbackId),
      });
    },
    async deregister(caller, callbackId) {
      await caller.call(connectDomainEventCallbackDeregisterAny, { callbackId });
    },
    callbackIdOf: (received) => (received as { callbackId: number }).callbackId,
  };
}

// One registration a kind, without an id.
function legacySource(eventId: number, message: EventMessage<unknown>): EventSource<unknown> {
  return {
    key: `domain ${eventId}`,
    message,
    async register(caller, standing) {
      await caller.call(connectDomainEventRegisterAny, { eventId }, { onReply: () => standing(0) });
    },
    async deregister(caller) {
      await caller.call(connectDomainEventDeregisterAny, { eventId });
    },
    callbackIdOf: () => 0,
  };
}

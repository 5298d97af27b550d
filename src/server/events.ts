/**
 * Events from a driver to the clients that registered for them.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import type { OutgoingMessage } from "../procedure.ts";
import { EVENT_MESSAGES, type EventKind } from "./event_messages.ts";
import { failure } from "./failure.ts";

export type { EventKind } from "./event_messages.ts";

/** One event as a driver emits it. */
export interface ServerEvent {
  /** The kind of object that it concerns. */
  readonly kind: EventKind;
  /** The event's number within its kind: `DomainEventId`, `NetworkEventId`, ... */
  readonly id: number;
  /** Which object: its UUID in canonical form, a node device's name. */
  readonly key: string;
  /** The message's fields without the callback id, the object among them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Where a driver emits events, and all its connections hear them.
 *
 * Events leave before the event loop turns but not inside `emit()`: a handler that emits one and
 * then answers at once has its reply on the wire first.
 */
export class EventHub {
  readonly #listeners = new Set<(event: ServerEvent) => void>();
  #queue: ServerEvent[] = [];
  #nextCallbackId = 0;

  /** The next callback id; ids are unique among all clients of the hub, as with libvirt's. */
  takeCallbackId(): number {
    return this.#nextCallbackId++;
  }

  /** Tells everybody who registered for it. */
  emit(event: ServerEvent): void {
    this.#queue.push(event);
    if (this.#queue.length === 1) queueMicrotask(() => this.#flush());
  }

  /** Hears every event until the function that it returns is called. */
  listen(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const event of queue) {
      for (const listener of this.#listeners) listener(event);
    }
  }
}

interface Registration {
  readonly kind: EventKind;
  readonly id: number;
  readonly key: string | undefined;
  readonly callbackId: number;
  readonly legacy: boolean;
}

// Registrations without a callback id exist for the events up to this one (remote_daemon_dispatch.c).
const LAST_LEGACY_EVENT = 15;

const KIND_NAMES: Readonly<Record<EventKind, readonly [ofId: string, ofCallback: string]>> = {
  domain: ["", "domain "],
  network: ["network ", "network "],
  storagePool: ["storage pool ", "storage pool "],
  nodeDevice: ["node device ", "node device "],
  // libvirtd's own words for a secret's callback are those of a node device
  secret: ["secret ", "node device "],
};

/** What one client has registered for. */
export class ClientEvents {
  readonly #send: (message: OutgoingMessage<never>, value: never) => void;
  readonly #registrations: Registration[] = [];
  #hub: EventHub | undefined;
  #unlisten: (() => void) | undefined;

  /** Starts with nothing registered. */
  constructor(send: (message: OutgoingMessage<never>, value: never) => void) {
    this.#send = send;
  }

  /** The client has opened its connection: events come from here. */
  attach(hub: EventHub): void {
    this.#hub = hub;
  }

  /** Registers and answers the callback id. */
  register(kind: EventKind, id: number, key: string | undefined, legacy = false): number {
    const known = EVENT_MESSAGES[kind][id];
    if (known === undefined || (legacy && id > LAST_LEGACY_EVENT) || this.#hub === undefined) {
      throw internal(`unsupported ${KIND_NAMES[kind][0]}event ID ${id}`);
    }
    const callbackId = this.#hub.takeCallbackId();
    this.#registrations.push({ kind, id, key, callbackId, legacy });
    this.#unlisten ??= this.#hub.listen((event) => this.#relay(event));
    return callbackId;
  }

  /** Ends the registration of a callback id. */
  deregister(kind: EventKind, callbackId: number): void {
    this.#remove(
      (one) => one.kind === kind && one.callbackId === callbackId,
      `${KIND_NAMES[kind][1]}event callback ${callbackId} not registered`,
    );
  }

  /** Ends the first registration for a domain event. */
  deregisterLegacy(id: number): void {
    if (id < 0 || id > LAST_LEGACY_EVENT) throw internal(`unsupported event ID ${id}`);
    this.#remove(
      (one) => one.kind === "domain" && one.id === id,
      `domain event ${id} not registered`,
    );
  }

  /** Ends all registrations. */
  close(): void {
    this.#registrations.length = 0;
    this.#unlisten?.();
    this.#unlisten = undefined;
  }

  #remove(matches: (one: Registration) => boolean, missing: string): void {
    const at = this.#registrations.findIndex(matches);
    if (at < 0) throw internal(missing);
    this.#registrations.splice(at, 1);
    if (this.#registrations.length === 0) this.close();
  }

  #relay(event: ServerEvent): void {
    for (const one of this.#registrations) {
      if (one.kind !== event.kind || one.id !== event.id) continue;
      if (one.key !== undefined && one.key !== event.key) continue;
      const { legacy, callback, nested } = EVENT_MESSAGES[event.kind][event.id]!;
      const { callbackId } = one;
      if (one.legacy) this.#send(legacy!, event.fields as never);
      else if (nested) this.#send(callback, { callbackId, reason: 0, msg: event.fields } as never);
      else this.#send(callback, { callbackId, ...event.fields } as never);
    }
  }
}

function internal(detail: string): Error {
  return failure(ErrorDomain.RPC, ErrorNumber.INTERNAL_ERROR, detail);
}

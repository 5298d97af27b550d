/**
 * What an event is chosen by: a descriptor that knows how to ask for it and what it yields.
 *
 * @module
 */

import { ErrorNumber } from "../../gen/enums/errors.ts";
import { connectGetLibVersion } from "../../gen/remote/connect.ts";
import { LibvirtError, unsupported, UnsupportedError } from "../errors.ts";
import { EventStream, type EventStreamOptions } from "../events.ts";
import type { EventMessage } from "../procedure.ts";
import type { Caller } from "../session/caller.ts";
import type { Features } from "../session/features.ts";
import type { EventSource, RegistrationCaller, Sink } from "../session/registrations.ts";
import type { Session } from "../session/session.ts";

/** Where events come from: what a descriptor needs of a connection. */
export interface EventOrigin {
  /** The session that the daemon sends them over; the objects that events carry call on it. */
  readonly session: Caller & Pick<Session, "subscribe">;
  /** What the daemon can do. */
  readonly features: Pick<Features, "has">;
}

/**
 * The calls that register for events and deregister.
 *
 * @typeParam F How the events can be filtered.
 */
export interface EventRegistration<F extends object> {
  /**
   * Makes the call that registers. `standing` takes the id that the messages will carry, 0 where
   * they carry none; it is called from the call's `onReply`.
   */
  register(
    caller: RegistrationCaller,
    eventId: number,
    filter: F,
    standing: (callbackId: number) => void,
  ): Promise<unknown>;
  /** Makes the call that deregisters. */
  deregister(caller: RegistrationCaller, eventId: number, callbackId: number): Promise<unknown>;
}

/**
 * What all kinds of events of one kind of object have in common.
 *
 * @typeParam F How the events can be filtered.
 */
export interface EventSubject<F extends object> extends EventRegistration<F> {
  /** What the events concern: `domain`, `storage pool`. */
  readonly name: string;
  /** What a filter lets through, as text: registrations with the same are shared. */
  key(filter: F): string;
  /** The object that a message concerns; `undefined` when the filter does not let it through. */
  object(message: never, caller: Caller, filter: F): unknown;
  /** The feature that a daemon must have to be asked this way. */
  readonly feature?: number;
  /** How a daemon without the feature is asked; without it, it has no such events. */
  readonly legacy?: EventRegistration<F>;
}

/**
 * A kind of event: `DomainEvent.LIFECYCLE`, `NetworkEvent.LIFECYCLE`.
 *
 * Descriptors stand in for libvirt's numbers, of which 0 means the lifecycle of five kinds of object.
 * They are plain data, so that a bundle holds only the kinds that it uses.
 *
 * @typeParam T What the loop yields.
 * @typeParam F How the events can be filtered.
 */
export interface EventKind<T, F extends object = object> {
  /** What it concerns and what happens: `domain lifecycle`. */
  readonly name: string;
  // Ours are written as numbers, with the enumeration as their type: bundlers take reading a property
  // for an effect, and would keep every kind that anybody could watch.
  /** Libvirt's number among the events of that kind of object; -1 where it has none. */
  readonly id: number;
  /** The release of libvirt that brought it. */
  readonly since: string;
  /** What it concerns. */
  readonly subject: EventSubject<F>;
  /** The message that carries it. */
  readonly message: EventMessage<unknown>;
  /** The message that daemons without the subject's feature send. */
  readonly legacy?: EventMessage<unknown>;
  /** Makes the event of a message and the object that it concerns. */
  readonly event: (message: never, object: never, envelope: never) => T;
}

/**
 * A kind with the types that tie its message to its event: literals are checked with
 * `satisfies EventSpec<…>`, since the kind itself forgets what its message is.
 *
 * @typeParam M The message without what registrations by callback add.
 * @typeParam O The object that it concerns.
 * @typeParam T The event.
 * @typeParam F How the events can be filtered.
 */
export interface EventSpec<M, O, T, F extends object>
  extends Pick<EventKind<T, F>, "name" | "id" | "since" | "subject"> {
  /** The message that carries it; newer ones of old kinds hold the older message as a field. */
  readonly message: EventMessage<M | { readonly msg: M }>;
  /** The message that older daemons send. */
  readonly legacy?: EventMessage<M>;
  /** Makes the event; `envelope` is the whole message. */
  readonly event: (message: M, object: O, envelope: Envelope) => T;
}

/** What a message by callback may hold beside the older message inside it. */
export interface Envelope {
  /** Why the event came; nobody sends another value than 0. */
  readonly reason?: number;
}

/** Subscribes to a kind of event. */
export function openEvents<T, F extends object>(
  kind: EventKind<T, F>,
  origin: EventOrigin,
  options: EventStreamOptions & F,
): EventStream<T> {
  return new EventStream<T>((stream) => {
    const sink: Sink<unknown> = {
      opened: new Error(),
      message: (message) => deliver(kind, message, origin.session, options, stream),
      lost: (count) => stream.lost(count),
      end: (error) => error === undefined ? stream.end() : stream.fail(error),
    };
    const subscribed = sourceOf(kind, origin, options)
      .then((source) => origin.session.subscribe(source, sink));
    return {
      ready: subscribed.then(() => {}),
      release: () => subscribed.then((leave) => leave(), () => {}),
    };
  }, options);
}

function deliver<T, F extends object>(
  kind: EventKind<T, F>,
  message: unknown,
  caller: Caller,
  filter: F,
  stream: EventStream<T>,
): void {
  const envelope = message as { readonly msg?: unknown };
  const inner = envelope.msg ?? message;
  const object = kind.subject.object(inner as never, caller, filter);
  if (object !== undefined) {
    stream.push(kind.event(inner as never, object as never, envelope as never));
  }
}

async function sourceOf<T, F extends object>(
  kind: EventKind<T, F>,
  origin: EventOrigin,
  filter: F,
): Promise<EventSource<unknown>> {
  const { subject, id } = kind;
  const { feature } = subject;
  if (feature === undefined || await origin.features.has(feature)) {
    return source(
      kind,
      subject,
      kind.message,
      filter,
      `${subject.name} ${id} ${subject.key(filter)}`,
    );
  }
  if (subject.legacy === undefined || kind.legacy === undefined) throw olderThan(kind);
  // such a daemon knows no filter: one registration serves them all, and `object()` filters
  return source(kind, subject.legacy, kind.legacy, filter, `${subject.name} ${id}`);
}

function source<T, F extends object>(
  kind: EventKind<T, F>,
  registration: EventRegistration<F>,
  message: EventMessage<unknown>,
  filter: F,
  key: string,
): EventSource<unknown> {
  return {
    key,
    message,
    async register(caller, standing) {
      try {
        await registration.register(caller, kind.id, filter, standing);
      } catch (error) {
        throw await explained(kind, caller, error);
      }
    },
    async deregister(caller, callbackId) {
      await registration.deregister(caller, kind.id, callbackId);
    },
    callbackIdOf: (received) => (received as { callbackId?: number }).callbackId ?? 0,
  };
}

/**
 * Tells an event that the daemon is too old for from other refusals.
 *
 * Libvirt has no code for either case: an unknown event is an internal error like any other, so the
 * daemon's version must tell; an unknown procedure has become an UnsupportedError already.
 */
async function explained(
  kind: EventKind<unknown, never>,
  caller: RegistrationCaller,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof LibvirtError)) return error;
  if (error instanceof UnsupportedError) {
    return error.code === ErrorNumber.RPC ? olderThan(kind, error) : error;
  }
  if (error.code !== ErrorNumber.INTERNAL_ERROR) return error;
  try {
    const { libVer } = await caller.call(connectGetLibVersion, undefined);
    return libVer < versionNumber(kind.since) ? olderThan(kind, error) : error;
  } catch {
    return error; // what the daemon said first is what matters
  }
}

function olderThan({ name, since }: EventKind<unknown, never>, error?: LibvirtError): Error {
  const text = `Cannot register for "${name}" events: they came with libvirt ${since}, ` +
    "and the daemon is older";
  if (error === undefined) return unsupported(text);
  const { code, domain, level, procedure } = error;
  const fields = { code, domain, level, ...(procedure === undefined ? {} : { procedure }) };
  return new UnsupportedError(`${text} (${error.message})`, fields, { cause: error });
}

/** `1.2.9` as libvirt numbers its releases: 1002009. */
function versionNumber(release: string): bigint {
  const [major = 0, minor = 0, micro = 0] = release.split(".").map(Number);
  return BigInt(major * 1_000_000 + minor * 1_000 + micro);
}

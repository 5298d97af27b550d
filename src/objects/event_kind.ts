/**
 * What an event is chosen by: a descriptor that knows how to ask for it and what it yields.
 *
 * @module
 */

import { EventStream, type EventStreamOptions } from "../events.ts";
import type { Features } from "../session/features.ts";
import type { EventSource, Sink } from "../session/registrations.ts";
import type { Session } from "../session/session.ts";

/** Where events come from: what a descriptor needs of a connection. */
export interface EventOrigin {
  /** The session that the daemon sends them over. */
  readonly session: Pick<Session, "subscribe" | "call">;
  /** What the daemon can do. */
  readonly features: Features;
}

/**
 * A kind of event: `DomainEvent.LIFECYCLE`, `NetworkEvent.LIFECYCLE`.
 *
 * Descriptors stand in for libvirt's numbers, of which 0 means the lifecycle of five kinds of object.
 *
 * @typeParam T What the loop yields.
 * @typeParam F How the events can be filtered by object.
 */
export interface EventKind<T, F extends object = object> {
  /** Object and event: `domain lifecycle`. */
  readonly name: string;
  /** Libvirt's number among the events of that kind of object. */
  readonly id: number;
  /** Finds out how this daemon is asked for the events. */
  source(origin: EventOrigin, filter: F): Promise<EventSource<unknown>>;
  /** Makes the event of a message; `undefined` when the filter does not let it through. */
  event(message: unknown, origin: EventOrigin, filter: F): T | undefined;
}

/** Subscribes to a kind of event. */
export function openEvents<T, F extends object>(
  kind: EventKind<T, F>,
  origin: EventOrigin,
  options: EventStreamOptions & F,
): EventStream<T> {
  return new EventStream<T>((stream) => {
    const sink: Sink<unknown> = {
      message: (message) => {
        const event = kind.event(message, origin, options);
        if (event !== undefined) stream.push(event);
      },
      lost: (count) => stream.lost(count),
      end: (error) => error === undefined ? stream.end() : stream.fail(error),
    };
    const subscribed = kind.source(origin, options)
      .then((source) => origin.session.subscribe(source, sink));
    return {
      ready: subscribed.then(() => {}),
      release: async () => await (await subscribed)(),
    };
  }, options);
}

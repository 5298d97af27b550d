/**
 * Waiting for the events of a real daemon.
 *
 * @module
 */

import type { Connection } from "../../src/connection.ts";
import type { EventStream } from "../../src/events.ts";
import { type EventKind, openEvents } from "../../src/objects/event_kind.ts";

// A guest that is emulated on a busy machine takes its time; a test never fails for less.
const PATIENCE = 40_000;

/** Where events come from. */
export type Events = Pick<Connection, "events">;

/** The events of a connection whose daemon is taken for one without callbacks. */
export function withoutCallbacks({ session }: Connection): Events {
  const features = { has: () => Promise.resolve(false) };
  return {
    events: (kind, options) => openEvents(kind, { session, features }, options ?? {} as never),
  };
}

/** Events of one kind, from when it was made. */
export class EventWatch<T> implements AsyncDisposable {
  readonly #name: string;
  readonly #stream: EventStream<T>;

  private constructor(name: string, stream: EventStream<T>) {
    this.#name = name;
    this.#stream = stream;
  }

  /** Subscribes, and resolves when nothing is missed any more. */
  static async open<T, F extends object>(
    conn: Events,
    kind: EventKind<T, F>,
    filter: NoInfer<F> = {} as F,
  ): Promise<EventWatch<T>> {
    const stream = conn.events(kind, filter);
    await stream.ready;
    return new EventWatch(kind.name, stream);
  }

  /** The next event, or the next one that fits. */
  async next(fits: (event: T) => boolean = () => true): Promise<T> {
    let skipped = 0;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const text = `No "${this.#name}" event within ${PATIENCE} ms that fits, ${skipped} others`;
      late.reject(new Error(text));
    }, PATIENCE);
    try {
      for (;; skipped++) {
        const { done, value } = await Promise.race([this.#stream.next(), late.promise]);
        if (done) throw new Error(`The "${this.#name}" events have ended`);
        if (fits(value)) return value;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** What `text` makes of the next events. */
  async take(count: number, text: (event: T) => string): Promise<string[]> {
    const found: string[] = [];
    for (let i = 0; i < count; i++) found.push(text(await this.next()));
    return found;
  }

  /** Events that have come and were not asked for. */
  get queued(): number {
    return this.#stream.queued;
  }

  /** Leaves. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stream.close();
  }
}

/** Does what brings an event about, and answers it. */
export async function provoked<T, F extends object>(
  conn: Events,
  kind: EventKind<T, F>,
  provoke: () => Promise<unknown>,
  fits?: (event: T) => boolean,
): Promise<T> {
  await using watch = await EventWatch.open(conn, kind);
  await provoke();
  return await watch.next(fits);
}

/**
 * Events as an async iterator with a bounded queue.
 *
 * @module
 */

import { EVENT_QUEUE } from "./rpc/limits.ts";

/** What happens to a consumer that is slower than its events for longer than its queue. */
export type OverflowPolicy = "error" | "drop-oldest";

/** Options of an event stream. */
export interface EventStreamOptions {
  /** Events that may wait for the consumer; 1024 when left out. */
  readonly queue?: number | undefined;
  /**
   * `error`, the default: the loop gets the events that fit, then an `EventOverflowError` with the
   * number of those that did not.
   * `drop-oldest`: the oldest event makes room, and `dropped` counts it.
   */
  readonly overflow?: OverflowPolicy | undefined;
  /** Ends the stream: the loop throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A consumer of events was too slow for its queue. */
export class EventOverflowError extends Error {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "EventOverflowError";
  /** How many events could wait. */
  readonly queued: number;
  /** How many were lost, from the first that found no place until the consumer was told. */
  readonly lost: number;

  /** Creates the error. */
  constructor(queued: number, lost: number) {
    super(
      `Cannot queue more than ${queued} events for a consumer that is too slow: ${lost} were lost; ` +
        `raise "queue" or choose overflow "drop-oldest"`,
    );
    this.queued = queued;
    this.lost = lost;
  }
}

/** What feeds a stream. */
export interface EventProducer {
  /** Settles when events can come. */
  readonly ready: Promise<void>;
  /** The consumer has left. */
  release(): Promise<void>;
}

// Feeds a stream that has ended before it began.
const NOTHING: EventProducer = { ready: Promise.resolve(), release: () => Promise.resolve() };

/**
 * Events as they come, for one loop.
 *
 * Leaving the loop ends the subscription, as do `close()` and `await using`. When the connection is
 * closed by this side the loop ends; when it is lost the loop throws the `ConnectionError`, after
 * the events that had come.
 *
 * @example
 * ```ts
 * import { type Connection, DomainEvent } from "@virtwire/libvirt";
 *
 * async function firstStart(conn: Connection): Promise<string> {
 *   for await (const { domain, eventName } of conn.events(DomainEvent.LIFECYCLE)) {
 *     if (eventName === "STARTED") return domain.name;
 *   }
 *   throw new Error("The connection was closed");
 * }
 * ```
 */
export class EventStream<T> implements AsyncIterableIterator<T>, AsyncDisposable {
  /**
   * Resolves when the daemon sends the events: what happens after that is not missed. Rejects when
   * it refuses to, or with the signal's reason, as the loop does too.
   */
  readonly ready: Promise<void>;
  readonly #ready: PromiseWithResolvers<void>;
  readonly #limit: number;
  readonly #policy: OverflowPolicy;
  readonly #signal: AbortSignal | undefined;
  readonly #producer: EventProducer;
  #queue: T[] = [];
  #head = 0;
  #waiting: PromiseWithResolvers<IteratorResult<T>>[] = [];
  #dropped = 0;
  // there is a gap, behind which nothing may be queued any more
  #overflowed = false;
  #iterating = false;
  #end: { error: unknown; failed: boolean } | undefined;
  #released: Promise<void> | undefined;

  /** Starts with what feeds it; `start` gets the stream before any event can come. */
  constructor(start: (stream: EventStream<T>) => EventProducer, options: EventStreamOptions = {}) {
    this.#limit = options.queue ?? EVENT_QUEUE;
    if (!Number.isInteger(this.#limit) || this.#limit < 1) {
      throw new RangeError(`Cannot queue events: expected 1 or more, found ${options.queue}`);
    }
    this.#policy = options.overflow ?? "error";
    this.#signal = options.signal;
    this.#ready = Promise.withResolvers();
    this.ready = this.#ready.promise;
    this.ready.catch(ignore); // the loop tells it too
    if (this.#signal?.aborted) {
      this.#producer = NOTHING;
      this.#abort();
      return;
    }
    this.#producer = start(this);
    this.#producer.ready.then(this.#ready.resolve, (error) => this.fail(error));
    this.#signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Events that were dropped because the consumer was too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Events that wait for the consumer. */
  get queued(): number {
    return this.#queue.length - this.#head;
  }

  /** Adds an event. */
  push(event: T): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting.resolve({ done: false, value: event });
    if (this.#overflowed) return this.lost(1);
    if (this.queued === this.#limit) {
      this.lost(1);
      if (this.#overflowed) return;
      this.#shift();
    }
    this.#queue.push(event);
  }

  /** Notes events that were lost, here or before they reached the stream. */
  lost(count: number): void {
    this.#dropped += count;
    this.#overflowed = this.#policy === "error";
    if (this.#overflowed && this.#waiting.length > 0) this.#tellLoss();
  }

  /** Ends the stream after the events that wait; the loop ends. */
  end(): void {
    if (this.#overflowed) this.#tellLoss();
    this.#finish({ error: undefined, failed: false });
  }

  /** Ends the stream after the events that wait; the loop throws the error. */
  fail(error: unknown): void {
    if (this.#overflowed) this.#tellLoss();
    this.#finish({ error, failed: true });
  }

  /** Ends the subscription; events that wait are dropped. Safe to call again; never rejects. */
  async close(): Promise<void> {
    this.#queue = [];
    this.#head = 0;
    this.#finish({ error: undefined, failed: false });
    this.#end = { error: undefined, failed: false }; // nobody asks for an error that waited
    await this.#released;
  }

  /** The next event. */
  next(): Promise<IteratorResult<T>> {
    if (this.queued > 0) return Promise.resolve({ done: false, value: this.#shift() });
    // only now: until here it could be counted how many are lost
    if (this.#overflowed) this.#tellLoss();
    if (this.#end === undefined) {
      const waiting = Promise.withResolvers<IteratorResult<T>>();
      this.#waiting.push(waiting);
      return waiting.promise;
    }
    const { error, failed } = this.#end;
    this.#end = { error: undefined, failed: false };
    return failed ? Promise.reject(error) : Promise.resolve({ done: true, value: undefined });
  }

  /** Leaves the loop. */
  async return(): Promise<IteratorResult<T>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** The stream itself, once: its events go to one loop. */
  [Symbol.asyncIterator](): this {
    if (this.#iterating) {
      throw new TypeError("Cannot iterate twice: each loop needs an event stream of its own");
    }
    this.#iterating = true;
    return this;
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  readonly #abort = (): void => {
    this.#queue = [];
    this.#head = 0;
    this.#finish({ error: this.#signal?.reason, failed: true });
  };

  #tellLoss(): void {
    this.#finish({ error: new EventOverflowError(this.#limit, this.#dropped), failed: true });
  }

  #finish(end: { error: unknown; failed: boolean }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    if (end.failed) this.#ready.reject(end.error);
    else this.#ready.resolve();
    this.#signal?.removeEventListener("abort", this.#abort);
    const [first, ...others] = this.#waiting;
    this.#waiting = [];
    if (first !== undefined) {
      this.#end = { error: undefined, failed: false };
      if (end.failed) first.reject(end.error);
      else first.resolve({ done: true, value: undefined });
    }
    for (const other of others) other.resolve({ done: true, value: undefined });
    // the daemon may be gone, and what it still sends is dropped: there is nothing to tell
    this.#released = this.#producer.release().catch(ignore);
  }

  #shift(): T {
    const event = this.#queue[this.#head]!;
    this.#queue[this.#head] = undefined as T; // lets go of it
    this.#head++;
    // cut off what was read once it is the larger part: a shift() a time would be quadratic
    if (this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return event;
  }
}

function ignore(): void {}

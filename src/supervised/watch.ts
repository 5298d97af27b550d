/**
 * Events over any number of connections.
 *
 * @module
 */

import type { EventStream } from "../events.ts";
import { ConnectionError, ProtocolError } from "../errors.ts";
import { withStackOf } from "../session/failure.ts";
import type { Resync } from "../supervised_state.ts";

/** The events of one connection. */
interface Generation<T> {
  readonly stream: EventStream<T>;
  /** Whether its connection still stands. */
  isAlive(): boolean;
  /** The mark that goes before its events, until it has gone. */
  resync: Resync | undefined;
  /** Whether it was ever registered for them; one that was closed before that has nothing to tell. */
  stood: boolean;
}

/** What feeds a loop. */
export interface WatchOwner {
  /** The loop has ended. */
  left(): void;
  /** Ends the loop. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Events as they come, for one loop, over any number of connections.
 *
 * When the connection is lost the events that had come are still delivered; when it stands again,
 * a {@linkcode Resync} comes before the events of the new one. The loop ends when this side closes
 * the supervised connection, and throws when it is given up, when the daemon refuses to register
 * for the events, and an `EventOverflowError` as any other loop over events does.
 *
 * What waits is bounded by the queue of one connection; of connections that came and went while the
 * loop was busy, only the mark of the last remains.
 */
export class SupervisedEvents<T> implements AsyncIterableIterator<T | Resync>, AsyncDisposable {
  /** Resolves when the daemon sends the events for the first time; rejects when it refuses to. */
  readonly ready: Promise<void>;
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #owner: WatchOwner;
  // shows whose loop it was, when the connection is given up
  readonly #opened: Error = new Error();
  #generations: Generation<T>[] = [];
  #dropped = 0;
  #end: { readonly error: unknown; readonly failed: boolean } | undefined;
  #wake: (() => void) | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #iterating = false;

  /** Starts without a connection. */
  constructor(owner: WatchOwner) {
    this.#owner = owner;
    this.ready = this.#ready.promise;
    this.ready.catch(() => {}); // the loop tells it too
    if (owner.signal?.aborted) this.#abort();
    else owner.signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Events that were dropped because the consumer was too slow. */
  get dropped(): number {
    return this.#generations.reduce((sum, { stream }) => sum + stream.dropped, this.#dropped);
  }

  /** There is a new connection. */
  attach(stream: EventStream<T>, isAlive: () => boolean, resync: Resync | undefined): void {
    if (this.#end !== undefined) return void stream.close();
    // whatever came of connections in between is older than the mark, and listed again after it
    for (const { stream } of this.#generations.splice(1)) this.#forget(stream);
    const generation = { stream, isAlive, resync, stood: false };
    this.#generations.push(generation);
    stream.ready.then(() => {
      generation.stood = this.#end === undefined;
      this.#ready.resolve();
    }, (error) => {
      if (!isLost(generation, error)) this.#ready.reject(error);
    });
    this.#wake?.();
  }

  /** No more connections will come, because of this error or because this side has closed it. */
  finish(cause: Error | undefined): void {
    if (cause === undefined) return this.#finish({ error: undefined, failed: false });
    const text = `No more events: the connection was given up: ${cause.message}`;
    const error = new ConnectionError(text, "error", { cause });
    this.#finish({ error: withStackOf(error, this.#opened, OWN_FRAMES), failed: true });
  }

  /** The next event, or mark. */
  next(): Promise<IteratorResult<T | Resync>> {
    const result = this.#turn.then(() => this.#advance());
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Leaves the loop. */
  async return(): Promise<IteratorResult<T | Resync>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** Ends the subscription; events that wait are dropped. Safe to call again; never rejects. */
  async close(): Promise<void> {
    const streams = this.#generations.map(({ stream }) => stream);
    this.#finish({ error: undefined, failed: false });
    this.#end = { error: undefined, failed: false }; // nobody asks for an error that waited
    for (const stream of streams) this.#forget(stream);
    this.#generations = [];
    await Promise.all(streams.map((stream) => stream.close()));
  }

  /** Itself, once: its events go to one loop. */
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

  async #advance(): Promise<IteratorResult<T | Resync>> {
    for (;;) {
      const generation = this.#generations[0];
      if (generation === undefined) {
        if (this.#end !== undefined) return this.#last();
        await new Promise<void>((resolve) => this.#wake = resolve);
        this.#wake = undefined;
        continue;
      }
      try {
        const { resync } = generation;
        if (resync !== undefined) {
          await generation.stream.ready;
          generation.resync = undefined;
          if (this.#generations[0] !== generation) continue;
          if (generation.stood) return { done: false, value: resync };
          this.#generations.shift();
          this.#forget(generation.stream);
          continue;
        }
        const result = await generation.stream.next();
        if (!result.done) return result;
      } catch (error) {
        if (!isLost(generation, error)) {
          if (this.#end === undefined) this.#finish({ error, failed: true });
          this.#end = { error: undefined, failed: false };
          for (const { stream } of this.#generations.splice(0)) this.#forget(stream);
          throw error;
        }
      }
      // it has ended: with its connection, or because this side has closed it
      if (this.#generations[0] === generation) {
        this.#generations.shift();
        this.#dropped += generation.stream.dropped;
      }
    }
  }

  #last(): Promise<IteratorResult<T | Resync>> {
    const { error, failed } = this.#end!;
    this.#end = { error: undefined, failed: false };
    return failed ? Promise.reject(error) : Promise.resolve({ done: true, value: undefined });
  }

  readonly #abort = (): void => {
    const { signal } = this.#owner;
    this.#finish({ error: signal?.reason, failed: true });
    for (const { stream } of this.#generations.splice(0)) this.#forget(stream);
  };

  #finish(end: { readonly error: unknown; readonly failed: boolean }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    if (end.failed) this.#ready.reject(end.error);
    else this.#ready.resolve();
    this.#owner.signal?.removeEventListener("abort", this.#abort);
    this.#owner.left();
    this.#wake?.();
  }

  #forget(stream: EventStream<T>): void {
    this.#dropped += stream.dropped;
    stream.close();
  }
}

// Of the constructor.
const OWN_FRAMES = 1;

// What ends with the connection is no error of the loop's: it goes on with the next, or ends where
// this side is about to close it.
function isLost({ isAlive }: { isAlive(): boolean }, error: unknown): boolean {
  if (error instanceof ProtocolError) return !isAlive();
  return error instanceof ConnectionError && (!isAlive() || error.reason === "client");
}

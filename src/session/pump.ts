/**
 * Bytes between an engine and a transport.
 *
 * @module
 */

import { settledWithin } from "../settled_within.ts";
import type { ByteDuplex } from "../transport.ts";
import { FAREWELL } from "./farewell.ts";

/** What the pump tells its owner. */
export interface PumpEvents {
  /** Bytes have come; must not throw. */
  received(chunk: Uint8Array): void;
  /** The peer has closed. */
  ended(): void;
  /** Reading or writing failed. */
  failed(error: unknown): void;
  /** Takes what is to be sent. */
  takeOutput(): Uint8Array[];
  /** What to wait for before reading on; `undefined` when there is nothing. */
  hold(): Promise<void> | undefined;
  /** The transport has taken so much of what was sent before. */
  taken?(bytes: number): void;
}

/**
 * Reads for as long as the connection lives and its owner does not hold it, whatever anybody does
 * with what was read, and writes what was made in one turn of the event loop in one piece.
 */
export class Pump {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #owner: PumpEvents;
  #flushing = false;
  #stopped = false;
  #broken = false;
  #backlog = 0;
  #reading: Promise<void> = Promise.resolve();
  #written: Promise<unknown> = Promise.resolve();

  /** Takes the duplex over; reading starts with `start()`. */
  constructor(duplex: ByteDuplex, owner: PumpEvents) {
    this.#reader = duplex.readable.getReader();
    this.#writer = duplex.writable.getWriter();
    this.#owner = owner;
    // a failure shows in the write or read that it concerns
    this.#writer.closed.catch(() => {});
    this.#reader.closed.catch(() => {});
  }

  /** Bytes that the transport has not taken yet. */
  get backlog(): number {
    return this.#backlog;
  }

  /** Starts to read. */
  start(): void {
    this.#reading = this.#read().catch(() => {});
  }

  /** Sends, before the event loop turns, what the engine has by then. */
  schedule(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.flush();
    });
  }

  /** Sends what the engine has now. */
  flush(): void {
    if (this.#stopped) return;
    for (const chunk of this.#owner.takeOutput()) {
      const size = chunk.length;
      this.#backlog += size;
      this.#written = this.#writer.write(chunk).then(() => this.#taken(size), this.#failWrite);
    }
  }

  /** Sends what the engine has now; resolves when the transport has taken it, never rejects. */
  written(): Promise<unknown> {
    this.flush();
    return this.#written;
  }

  /** Sends what is left, as far as the peer takes it in time, and closes; never rejects. */
  async close(): Promise<void> {
    if (this.#stopped) return;
    this.flush();
    this.#stopped = true;
    await settledWithin(this.#writer.close().catch(() => {}), FAREWELL);
    await this.#reader.cancel().catch(() => {});
  }

  /** Lets go of the connection at once. */
  abort(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#writer.abort(reason).catch(() => {});
    this.#reader.cancel(reason).catch(() => {});
  }

  #taken(bytes: number): void {
    this.#backlog -= bytes;
    if (!this.#stopped) this.#owner.taken?.(bytes);
  }

  // A peer that answers and hangs up makes our next write fail: what it sent is read first. Where
  // reading does not end by itself, the failed write ends it.
  readonly #failWrite = (error: unknown): void => {
    // those that follow the first fail as well
    if (this.#stopped || this.#broken) return;
    this.#broken = true;
    settledWithin(this.#reading, FAREWELL).then(() => this.#fail(error));
  };

  readonly #fail = (error: unknown): void => {
    if (!this.#stopped) this.#owner.failed(error);
  };

  async #read(): Promise<void> {
    try {
      for (;;) {
        for (let hold = this.#owner.hold(); hold !== undefined; hold = this.#owner.hold()) {
          await hold;
        }
        if (this.#stopped) return;
        const { done, value } = await this.#reader.read();
        if (this.#stopped) return;
        if (done) return this.#owner.ended();
        this.#owner.received(value);
        this.flush();
      }
    } catch (error) {
      this.#fail(error);
    }
  }
}

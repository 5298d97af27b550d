/**
 * A connection that a session begins, and somebody else goes on with.
 *
 * @module
 */

import type { ByteDuplex } from "../transport.ts";

/**
 * Lends a connection to a session, until it is taken back.
 *
 * A session has always a read in flight. Taken back, that read is the first of whoever goes on, so
 * that nothing is lost; it is for a peer that says nothing by itself in between.
 */
export class Handover {
  /** The connection as the session sees it. */
  readonly lent: ByteDuplex;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #reading: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;
  #taken = false;

  /** Takes a connection over. */
  constructor(duplex: ByteDuplex) {
    const reader = this.#reader = duplex.readable.getReader();
    const writer = this.#writer = duplex.writable.getWriter();
    // a failure shows in the read or write that it concerns
    reader.closed.catch(() => {});
    writer.closed.catch(() => {});
    const readable = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const { done, value } = await this.#read();
        if (this.#taken) return; // who took it has the promise of this read
        this.#reading = undefined;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => this.#taken ? undefined : reader.cancel(reason),
    }, { highWaterMark: 0 });
    const writable = new WritableStream<Uint8Array>({
      write: (chunk) => writer.write(chunk),
      close: () => this.#taken ? undefined : writer.close(),
      abort: (reason) => this.#taken ? undefined : writer.abort(reason),
    });
    const { secure, encrypted, label } = duplex;
    this.lent = { readable, writable, secure, encrypted, label };
  }

  /** Takes the connection back from the session, which must have nothing under way. */
  take(): HandedOver {
    this.#taken = true;
    const reader = this.#reader;
    return {
      read: () => {
        const begun = this.#reading;
        this.#reading = undefined;
        return begun ?? reader.read();
      },
      writer: this.#writer,
      close: (reason) => {
        reader.cancel(reason).catch(() => {});
        this.#writer.abort(reason).catch(() => {});
      },
    };
  }

  #read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    return this.#reading = this.#reader.read();
  }
}

/** A connection that was taken back. */
export interface HandedOver {
  /** Reads on. */
  read(): Promise<ReadableStreamReadResult<Uint8Array>>;
  /** Writes. */
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Closes it at once. */
  close(reason: unknown): void;
}

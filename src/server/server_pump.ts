/**
 * Bytes between a server's engine and a transport, with a brake in each direction.
 *
 * @module
 */

import type { ByteDuplex } from "../transport.ts";

/** What the pump tells its owner. */
export interface ServerPumpEvents {
  /** Bytes have come; must not throw. */
  received(chunk: Uint8Array): void;
  /** The peer has closed. */
  ended(): void;
  /** Reading or writing failed. */
  failed(error: unknown): void;
  /** Takes what is to be sent. */
  takeOutput(): Uint8Array[];
  /** The transport has taken so much of what was sent before. */
  written(bytes: number): void;
}

/**
 * Reads while it is not paused, and says when what it wrote has left: a client that does not read
 * its replies must not make the server collect more of them.
 */
export class ServerPump {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #owner: ServerPumpEvents;
  #flushing = false;
  #stopped = false;
  #paused = false;
  #resume: (() => void) | undefined;
  #backlog = 0;

  /** Takes the duplex over; reading starts with `start()`. */
  constructor(duplex: ByteDuplex, owner: ServerPumpEvents) {
    this.#reader = duplex.readable.getReader();
    this.#writer = duplex.writable.getWriter();
    this.#owner = owner;
    // a failure shows in the write or read that it concerns
    this.#writer.closed.catch(ignore);
    this.#reader.closed.catch(ignore);
    this.#writer.ready.catch(ignore);
  }

  /** Bytes that the transport has not taken yet. */
  get backlog(): number {
    return this.#backlog;
  }

  /** Starts to read. */
  start(): void {
    this.#read().catch(ignore);
  }

  /** Whether reading stops after the chunk in hand. */
  set paused(paused: boolean) {
    this.#paused = paused;
    if (!paused) {
      this.#resume?.();
      this.#resume = undefined;
    }
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
      this.#writer.write(chunk).then(() => {
        this.#backlog -= size;
        if (!this.#stopped) this.#owner.written(size);
      }, this.#fail);
    }
  }

  /** Sends what is left and closes; never rejects. */
  async close(): Promise<void> {
    if (this.#stopped) return;
    this.flush();
    this.#stopped = true;
    this.paused = false;
    await this.#writer.close().catch(ignore);
    await this.#reader.cancel().catch(ignore);
  }

  /** Lets go of the connection at once. */
  abort(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.paused = false;
    this.#writer.abort(reason).catch(ignore);
    this.#reader.cancel(reason).catch(ignore);
  }

  readonly #fail = (error: unknown): void => {
    if (!this.#stopped) this.#owner.failed(error);
  };

  async #read(): Promise<void> {
    try {
      for (;;) {
        while (this.#paused) await new Promise<void>((resolve) => this.#resume = resolve);
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

function ignore(): void {}

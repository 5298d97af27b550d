/**
 * Web streams over a socket that pushes what it reads, the same for every runtime.
 *
 * @module
 */

import { ConnectionError } from "../src/errors.ts";

/**
 * How much is read ahead of a reader, in bytes. Reading stops beyond it, so a peer that sends faster
 * than we read is held back by the kernel's buffers.
 */
export const READ_AHEAD: number = 256 * 1024;

/**
 * How many chunks may wait to be written before `ready` says so; with one, every write would.
 */
const WRITE_AHEAD = 2;

/** The socket below a {@linkcode SocketStreams}. */
export interface SocketControl {
  /**
   * Writes a chunk that is not empty; never called again before it has ended. It is over when the
   * kernel has all bytes, because then the caller may use the chunk again.
   */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** Goes on reading after {@linkcode SocketStreams.push} has said `false`. */
  resume(): void;
  /** Closes the socket in order: the peer still gets what was written. */
  finish(): Promise<void> | undefined;
  /**
   * Closes the socket at once; a pending write ends. Harmless when it is closed already. What it
   * returns is when nothing is left of it, where that takes time.
   */
  destroy(): Promise<void> | void;
}

/**
 * The two streams of a socket.
 *
 * A socket ends once: by the first of the peer's end, a failure, and our closing, cancelling or
 * aborting. Whatever the runtime reports afterwards is an echo of that and is dropped.
 */
export class SocketStreams {
  /** Bytes from the peer. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes to the peer. */
  readonly writable: WritableStream<Uint8Array>;
  readonly #label: string;
  readonly #control: SocketControl;
  readonly #readAhead: number;
  #source!: ReadableStreamDefaultController<Uint8Array>;
  #sourceOpen = true;
  #over: ConnectionError | undefined;
  #unreported = false;
  #flowing = true;
  #stopFlowing: (() => void) | undefined;

  /**
   * Makes the streams of `control`; `label` names the socket in messages, `readAhead` is how much is
   * read ahead of a reader.
   */
  constructor(label: string, control: SocketControl, readAhead: number = READ_AHEAD) {
    this.#label = label;
    this.#control = control;
    this.#readAhead = readAhead;
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#source = controller;
      },
      pull: () => this.#pull(),
      cancel: () => {
        this.#sourceOpen = false;
        return this.#release();
      },
    }, { highWaterMark: readAhead, size: byteLength });
    this.writable = new WritableStream<Uint8Array>({
      // abort() waits for the write in flight, which may wait for the peer for ever: only the
      // controller's signal tells of it at once.
      start: (controller) => {
        controller.signal.addEventListener("abort", () => this.#release(), { once: true });
      },
      write: (chunk) => {
        if (this.#over) throw this.#over;
        return chunk.byteLength === 0 ? undefined : this.#control.write(chunk);
      },
      close: () => this.#finish(),
      abort: () => this.#release(),
    }, { highWaterMark: WRITE_AHEAD });
  }

  /** Takes bytes that were read; `false` means to stop reading until `resume()`. */
  push(chunk: Uint8Array): boolean {
    if (this.#over) return false;
    this.#source.enqueue(chunk);
    if (this.#source.desiredSize! > 0) return true;
    this.#flowing = false;
    this.#stopFlowing?.();
    return false;
  }

  /** The peer has closed; what was read before can still be had. Returns the error for writes. */
  end(): ConnectionError {
    if (this.#over) return this.#over;
    this.#over = new ConnectionError(
      `The connection to ${this.#label} was closed by the peer`,
      "eof",
    );
    this.#control.destroy();
    this.#endReadable();
    return this.#over;
  }

  /** The socket has failed; returns the error that the streams report. */
  fail(cause: unknown): ConnectionError {
    if (this.#over) return this.#over;
    this.#over = new ConnectionError(
      `The connection to ${this.#label} failed: ${cause instanceof Error ? cause.message : cause}`,
      "error",
      { cause },
    );
    this.#control.destroy();
    // error() throws away what waits to be read, and that may hold the answer to a call.
    this.#unreported = true;
    this.#reportIfRead();
    this.#stopFlowing?.();
    return this.#over;
  }

  #pull(): Promise<void> | undefined {
    if (this.#over) {
      this.#reportIfRead();
      return undefined;
    }
    if (!this.#flowing) {
      this.#flowing = true;
      this.#control.resume();
    }
    // A stream whose pull() has not ended does not call it again for every chunk that is read.
    return new Promise((resolve) => this.#stopFlowing = resolve);
  }

  #reportIfRead(): void {
    if (this.#unreported && this.#source.desiredSize === this.#readAhead) {
      this.#endReadable(this.#over);
    }
  }

  async #finish(): Promise<void> {
    if (this.#over) return;
    this.#over = this.#closed();
    try {
      await this.#control.finish();
    } finally {
      this.#endReadable();
    }
  }

  #release(): Promise<void> | void {
    this.#over ??= this.#closed();
    const released = this.#control.destroy();
    this.#endReadable(this.#unreported ? this.#over : undefined);
    return released;
  }

  #endReadable(error?: ConnectionError): void {
    if (!this.#sourceOpen) return;
    this.#sourceOpen = false;
    if (error) this.#source.error(error);
    else this.#source.close();
  }

  #closed(): ConnectionError {
    return new ConnectionError(`The connection to ${this.#label} is closed`, "client");
  }
}

function byteLength(chunk: Uint8Array): number {
  return chunk.byteLength;
}

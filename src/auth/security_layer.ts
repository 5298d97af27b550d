/**
 * A connection that can be given a security layer while it is in use.
 *
 * @module
 */

import type { ByteDuplex } from "../transport.ts";
import type { SecurityLayer } from "./mechanism.ts";

/** Passes bytes through as they are, until it is given a layer. */
export class SecurableDuplex implements ByteDuplex {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly label: string;
  readonly setKeepsAlive?: (alive: boolean) => void;
  readonly #inner: ByteDuplex;
  #layer: SecurityLayer | undefined;

  /** Takes a connection over. */
  constructor(inner: ByteDuplex) {
    this.#inner = inner;
    this.label = inner.label;
    if (inner.setKeepsAlive) this.setKeepsAlive = (alive) => inner.setKeepsAlive!(alive);
    const reader = inner.readable.getReader();
    const writer = inner.writable.getWriter();
    writer.closed.catch(() => {}); // told by the write or close that it concerns
    reader.closed.catch(() => {});
    this.readable = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        for (let enqueued = false; !enqueued;) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          // asked only now: the layer counts for what comes after it, in a read that waits already
          for (const chunk of this.#layer ? this.#layer.decode(value) : [value]) {
            if (chunk.byteLength === 0) continue;
            controller.enqueue(chunk);
            enqueued = true;
          }
        }
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 });
    this.writable = new WritableStream<Uint8Array>({
      // abort() waits for the write in flight, which may wait for the peer for ever
      start: (controller) => {
        const { signal } = controller;
        signal.addEventListener("abort", () => {
          writer.abort(signal.reason).catch(() => {});
        }, { once: true });
      },
      write: (chunk) =>
        chunk.byteLength === 0
          ? undefined
          : writer.write(this.#layer ? this.#layer.encode(chunk) : chunk),
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    });
  }

  /** Whether nobody can read along: by the connection's own means, or by the layer's. */
  get secure(): boolean {
    return this.#inner.secure || this.encrypted;
  }

  /** Whether the bytes are encrypted on their way. */
  get encrypted(): boolean {
    return this.#inner.encrypted || (this.#layer?.encrypts ?? false);
  }

  /** Protects everything from here on. */
  install(layer: SecurityLayer): void {
    this.#layer = layer;
  }
}

/**
 * Web streams over a socket of Node's, on whichever runtime has them.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";
import { type SocketControl, SocketStreams } from "./socket_streams.ts";

/** The part of Node's sockets that is used. */
export interface NetSocket {
  /** Bytes that the kernel has not taken yet. */
  readonly writableLength: number;
  /** The peer's address. */
  readonly remoteAddress?: string;
  /** The peer's port. */
  readonly remotePort?: number;
  /** Calls back at every event. */
  on(event: string, listener: (argument: never) => void): this;
  /** Calls back at the next event. */
  once(event: string, listener: (argument: never) => void): this;
  /** Calls back no more. */
  off(event: string, listener: (argument: never) => void): this;
  /** Writes; calls back when the kernel has taken it. */
  write(bytes: Uint8Array, written: () => void): boolean;
  /** Stops reading. */
  pause(): this;
  /** Reads. */
  resume(): this;
  /** Closes at once. */
  destroy(): this;
  /** Closes after what was written. */
  destroySoon(): void;
  /** Sends small messages at once. */
  setNoDelay(on: boolean): this;
  /** Keeps the process alive. */
  ref(): this;
  /** Lets the process end. */
  unref(): this;
}
/** What can be paused. */
export interface Flow {
  /** Stops reading. */
  pause(): void;
  /** Goes on reading. */
  resume(): void;
}

/** One socket, of `node:net` or `node:tls`. */
export class NodeSocket implements SocketControl {
  /** Its streams, which whoever reads the socket pushes to. */
  readonly streams: SocketStreams;
  readonly #socket: NetSocket;
  readonly #below: Flow;
  #unwritten = 0;
  #wake: (() => void) | undefined;

  /**
   * Takes a socket that is open; `label` names it in messages. `below` is what has to be paused in
   * its place, where that is another one.
   */
  constructor(socket: NetSocket, label: string, below: Flow = socket) {
    this.#socket = socket;
    this.#below = below;
    this.streams = new SocketStreams(label, this);
    socket.on("end", () => this.streams.end());
    socket.on("error", (error: unknown) => this.streams.fail(error));
    socket.on("close", () => {
      this.streams.end();
      this.#wake?.();
    });
  }

  /** The connection. */
  duplex(label: string, secure: boolean, encrypted: boolean = false): ByteDuplex {
    const { readable, writable } = this.streams;
    const setKeepsAlive = (alive: boolean) => {
      if (alive) this.#socket.ref();
      else this.#socket.unref();
    };
    return { readable, writable, secure, encrypted, label, setKeepsAlive };
  }

  /** Takes bytes that were read, and stops reading when they are enough. */
  received(chunk: Uint8Array): void {
    // A Buffer would do, were it not for its own slice().
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (!this.streams.push(bytes)) this.#below.pause();
  }

  resume(): void {
    this.#below.resume();
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#unwritten++;
    this.#socket.write(chunk, this.#written);
    // The kernel took all of it at once: no need to wait for the callback, which comes later.
    return this.#socket.writableLength === 0 ? undefined : this.#drained();
  }

  finish(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once("close", () => resolve());
      this.#socket.destroySoon();
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #drained(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake = resolve);
    this.#wake = undefined;
    if (this.#unwritten > 0) throw this.streams.end();
  }

  readonly #written = (error?: unknown): void => {
    if (!error && --this.#unwritten === 0) this.#wake?.();
  };
}

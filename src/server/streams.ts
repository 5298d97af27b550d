/**
 * The server's end of a stream.
 *
 * @module
 */

import type { RpcEngine } from "../rpc/engine.ts";
import type { StreamState } from "../rpc/stream_state.ts";
import { wireError } from "./failure.ts";

/** What a driver does with what the client sends on a stream. */
export interface ServerStreamHandlers {
  /** Data came; a promise holds the next packets back until it resolves. */
  data?(chunk: Uint8Array): void | Promise<void>;
  /** A stretch without data came. */
  hole?(length: bigint): void | Promise<void>;
  /** The client asks for the end; a throw refuses it. */
  finish?(): void | Promise<void>;
  /** The client gave up, or is gone. */
  abort?(): void;
  /** The transport takes more again, after `write()` has answered false. */
  drain?(): void;
}

/** What a driver sends on a stream. */
export interface ServerStream {
  /** Whether anything can still be sent. */
  readonly open: boolean;
  /** Sends data; false asks to wait for `drain()`. */
  write(chunk: Uint8Array): boolean;
  /** Sends a stretch without data. */
  writeHole(length: bigint): boolean;
  /** Says that no more data comes. */
  end(): void;
  /** Gives the stream up with an error. */
  fail(error: unknown): void;
}

// What a driver may write before the reply, until it is asked to wait.
const EARLY_MAX = 1024 * 1024;

// libvirtd cuts what it reads for a client at this size (remote_daemon_stream.c).
const CHUNK = 262120;

// A packet of a hole: length word, header, length and flags.
const HOLE_SIZE = 40;

/** What a stream needs of its session. */
export interface StreamOwner {
  readonly engine: RpcEngine;
  /** Whether the transport has room. */
  writable(): boolean;
  /** Sends what the engine has by now, so many bytes of data more than before. */
  schedule(bytes: number): void;
}

/** One stream of one client. */
export class ClientStream implements ServerStream {
  readonly #owner: StreamOwner;
  readonly #state: StreamState;
  readonly #handlers: ServerStreamHandlers;
  #released = false;
  #ended = false;
  readonly #early: (() => void)[] = [];
  #earlyBytes = 0;
  #work: Promise<void> = Promise.resolve();

  /** Opens it on the engine; what is written waits for `release()`. */
  constructor(
    owner: StreamOwner,
    open: (context: ClientStream) => StreamState,
    handlers: ServerStreamHandlers,
  ) {
    this.#owner = owner;
    this.#handlers = handlers;
    this.#state = open(this);
  }

  get open(): boolean {
    return this.#state.phase === "open";
  }

  /** The call's reply is out: what was written before may follow. */
  release(): void {
    this.#released = true;
    for (const send of this.#early.splice(0)) send();
    this.#owner.schedule(this.#earlyBytes);
    this.#earlyBytes = 0;
  }

  write(chunk: Uint8Array): boolean {
    for (let at = 0; at < chunk.length; at += CHUNK) {
      const piece = chunk.subarray(at, at + CHUNK);
      this.#send(() => this.#owner.engine.sendData(this.#state, piece), piece.length);
    }
    return this.#writable();
  }

  writeHole(length: bigint): boolean {
    this.#send(() => this.#owner.engine.sendHole(this.#state, length), HOLE_SIZE);
    return this.#writable();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#send(() => this.#owner.engine.sendData(this.#state, new Uint8Array(0)));
  }

  fail(error: unknown): void {
    this.#send(() => this.#owner.engine.sendAbort(this.#state, wireError(error)));
  }

  /** Data from the client, in order. */
  received(chunk: Uint8Array, done: () => void): void {
    this.#enqueue(() => this.#handlers.data?.(chunk), done);
  }

  /** A hole from the client. */
  receivedHole(length: bigint, done: () => void): void {
    this.#enqueue(() => this.#handlers.hole?.(length), done);
  }

  /** The client asks for the end. */
  finish(done: () => void): void {
    this.#enqueue(async () => {
      await this.#handlers.finish?.();
      this.#owner.engine.sendFinish(this.#state);
      this.#owner.schedule(0);
    }, done);
  }

  /** The client gave up, or is gone. */
  abort(): void {
    this.#early.length = 0;
    this.#handlers.abort?.();
  }

  /** The transport takes more. */
  drain(): void {
    if (this.open && this.#writable()) this.#handlers.drain?.();
  }

  #writable(): boolean {
    return this.#earlyBytes < EARLY_MAX && this.#owner.writable();
  }

  #send(send: () => void, bytes = 0): void {
    if (!this.open) return;
    if (!this.#released) {
      this.#early.push(send);
      this.#earlyBytes += bytes;
      return;
    }
    send();
    this.#owner.schedule(bytes);
  }

  #enqueue(work: () => void | Promise<void> | undefined, done: () => void): void {
    this.#work = this.#work.then(work).catch((error) => {
      this.fail(error);
      this.#handlers.abort?.();
    }).finally(done);
  }
}

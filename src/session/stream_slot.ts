/**
 * A stream beside the call that opened it, as the client sees it.
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";
import type { RpcEngine } from "../rpc/engine.ts";
import { STREAM_CAP, STREAM_MARK, STREAM_PACKET } from "../rpc/limits.ts";
import type { StreamState } from "../rpc/stream_state.ts";
import { closedError, errorOf, type Failure, withStackOf } from "./failure.ts";

/** A stretch of a sparse stream that holds no data: it reads as zeros and takes no space. */
export interface Hole {
  /** Its length in bytes. */
  readonly hole: bigint;
}

/** The reader of a stream took so little that the stream had to be given up. */
export class StreamOverflowError extends Error {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "StreamOverflowError";
}

/** What a stream needs of its session. */
export interface StreamOwner {
  /** What the packets are given to. */
  readonly engine: RpcEngine;
  /** Sends what the engine has by now, soon. */
  schedule(): void;
  /** Sends it now, and resolves once the transport has taken it; never rejects. */
  written(): Promise<unknown>;
  /** The stream holds more than its mark, or does no longer. */
  full(slot: StreamSlot, full: boolean): void;
  /** Somebody begins to wait for what the daemon sends. */
  waiting(): void;
  /** The stream is over. */
  closed(slot: StreamSlot): void;
}

/**
 * One stream: what has come and is not read yet, and how it ends.
 *
 * Both sides have to agree on the end. When the daemon has sent all, and when `finish()` is called,
 * OK is sent, and the stream is over when the daemon's answer to that has come, OK or an error.
 * `abort()` sends ERROR instead, and what still comes is dropped until the answer.
 */
export class StreamSlot {
  /** Resolves when the stream is over, whatever ended it. */
  readonly over: Promise<void>;
  readonly #owner: StreamOwner;
  readonly #procedure: { readonly name: string };
  // made where the stream is opened: shows whose stream it was, long after that call has returned
  readonly #opened: Error;
  #state: StreamState | undefined;
  #queue: (Uint8Array | Hole)[] = [];
  #head = 0;
  #bytes = 0;
  #full = false;
  #dropping = false;
  #failure: Failure | undefined;
  #error: unknown;
  #isOver = false;
  #settleOver!: () => void;
  readonly #failed: ((error: unknown) => void)[] = [];
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  #release: (() => void) | undefined;

  /** Starts before its call is sent. */
  constructor(owner: StreamOwner, procedure: { readonly name: string }) {
    this.#owner = owner;
    this.#procedure = procedure;
    this.#opened = new Error();
    this.over = new Promise((resolve) => this.#settleOver = resolve);
  }

  /** The call is sent: from now on packets may come. */
  opening(state: StreamState): void {
    this.#state = state;
  }

  /** Whether the daemon, or the connection, has said the last word. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether no more can be sent. */
  get isEnding(): boolean {
    return this.#isOver || this.#failure !== undefined || this.#state?.phase !== "open";
  }

  /** Whether a reader waits, or the end is to be confirmed: the session must go on reading. */
  get isWaiting(): boolean {
    return this.#wakeReader !== undefined || this.#state?.phase === "ending";
  }

  /** Whether it failed or was given up. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Why it failed, as an error to throw; always the same one. */
  get error(): unknown {
    return this.#error ??= this.#makeError();
  }

  /** Calls a function when the stream fails, at once if it has. */
  onFailure(failed: (error: unknown) => void): void {
    if (this.#failure !== undefined) failed(this.error);
    else this.#failed.push(failed);
  }

  /** Gives the stream up when the signal says so, for as long as there is something to give up. */
  watch(signal: AbortSignal | undefined): void {
    if (signal === undefined || this.#isDone) return;
    const onAbort = () => void this.abort(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#release = () => signal.removeEventListener("abort", onAbort);
  }

  /** Whether nothing waits to be taken. */
  get isEmpty(): boolean {
    return this.#head === this.#queue.length;
  }

  // What the daemon has ended may still wait for its reader.
  get #isDone(): boolean {
    return this.#isOver && this.isEmpty;
  }

  /** What has come next, if it is there. */
  take(): Uint8Array | Hole | undefined {
    if (this.isEmpty) return undefined;
    const item = this.#queue[this.#head]!;
    this.#queue[this.#head++] = undefined as never; // lets go of it
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
      if (this.#isOver) this.#release?.();
    }
    if (item instanceof Uint8Array) this.#bytes -= item.length;
    if (this.#full && this.#bytes < STREAM_MARK / 2) this.#setFull(false);
    return item;
  }

  /** Resolves when there is something to take, or never will be again. */
  arrival(): Promise<void> | undefined {
    if (!this.isEmpty || this.#isOver || this.#failure !== undefined) return undefined;
    return new Promise((resolve) => {
      this.#wakeReader = () => {
        this.#wakeReader = undefined;
        resolve();
      };
      this.#owner.waiting();
    });
  }

  /** Drops what has come and what is to come; sending goes on. */
  dropInput(): void {
    this.#dropping = true;
    this.#empty();
  }

  /**
   * Sends data and resolves once the transport has taken it. An empty chunk sends nothing: on the
   * wire it would mean the end.
   */
  async write(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; at += STREAM_PACKET) {
      this.#checkWritable();
      const piece = data.length <= STREAM_PACKET ? data : data.subarray(at, at + STREAM_PACKET);
      this.#owner.engine.sendData(this.#state!, piece);
      await this.#taken();
    }
    this.#checkWritable();
  }

  /** Sends a stretch without data. */
  async writeHole(length: bigint): Promise<void> {
    this.#checkWritable();
    this.#owner.engine.sendHole(this.#state!, length);
    await this.#taken();
    this.#checkWritable();
  }

  /** Asks for the end and resolves when the daemon has confirmed it; rejects when it failed. */
  async finish(): Promise<void> {
    if (this.#state?.phase === "open" && this.#failure === undefined) this.#sendFinish();
    await this.over;
    if (this.#failure !== undefined) throw this.error;
  }

  /** Gives the stream up and resolves when the daemon knows; never rejects. */
  async abort(reason: unknown): Promise<void> {
    if (this.#isDone) return;
    this.#fail({ kind: "thrown", value: reason });
    this.#empty();
    this.#sendAbort();
    await this.over;
  }

  /** Nobody waits for the stream any more, though its opening has succeeded. */
  abandon(): void {
    this.dropInput();
    this.#sendAbort();
  }

  /** Data has come. */
  received(data: Uint8Array): void {
    if (this.#dropping || this.#failure !== undefined) return;
    this.#bytes += data.length;
    if (this.#bytes > STREAM_CAP) {
      const text = `Cannot keep more than ${STREAM_CAP >> 20} MiB of "${this.#procedure.name}" ` +
        `for a reader that takes nothing while calls on the same connection wait for answers; ` +
        `read it, or give it a connection of its own`;
      return void this.abort(new StreamOverflowError(text));
    }
    this.#queue.push(data);
    if (!this.#full && this.#bytes > STREAM_MARK) this.#setFull(true);
    this.#wakeReader?.();
  }

  /** A stretch without data has come. */
  receivedHole(length: bigint): void {
    if (this.#dropping || this.#failure !== undefined) return;
    if (length < 0n) {
      const text = `Expected a hole of 0 bytes or more, found ${length}`;
      return void this.abort(new ProtocolError(text));
    }
    this.#queue.push({ hole: length });
    this.#wakeReader?.();
  }

  /** The daemon has sent all: the end is asked for at once, whether somebody reads or not. */
  receivedEnd(): void {
    if (this.#state?.phase === "open" && this.#failure === undefined) this.#sendFinish();
  }

  /** The daemon has confirmed the end, or the abort. */
  confirmed(): void {
    this.#end();
  }

  /** The daemon has given the stream up, or the connection is gone. */
  failed(failure: Failure): void {
    if (this.#isOver) return;
    this.#fail(failure);
    this.#end();
  }

  #sendFinish(): void {
    this.#owner.engine.sendFinish(this.#state!);
    this.#owner.schedule();
    this.#owner.waiting();
  }

  #sendAbort(): void {
    if (this.#state?.phase !== "open") return;
    this.#owner.engine.sendAbort(this.#state);
    this.#owner.schedule();
    this.#owner.waiting();
  }

  #taken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeWriter = resolve;
      this.#owner.written().then(() => resolve());
    });
  }

  #checkWritable(): void {
    if (this.#failure !== undefined) throw this.error;
    if (this.isEnding) throw new TypeError("Cannot write: the daemon has ended the stream");
  }

  #fail(failure: Failure): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#wakeReader?.();
    this.#wakeWriter?.();
    for (const failed of this.#failed) failed(this.error);
  }

  #end(): void {
    this.#isOver = true;
    if (this.isEmpty || this.#failure !== undefined) this.#release?.();
    this.#owner.closed(this);
    this.#settleOver();
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  #empty(): void {
    this.#queue = [];
    this.#head = 0;
    this.#bytes = 0;
    if (this.#full) this.#setFull(false);
    if (this.#isOver) this.#release?.();
  }

  #setFull(full: boolean): void {
    this.#full = full;
    this.#owner.full(this, full);
  }

  #makeError(): unknown {
    const failure = this.#failure;
    if (failure === undefined || failure.kind === "thrown") return failure?.value;
    const error = failure.kind === "closed"
      ? closedError(failure, `The stream of "${this.#procedure.name}" broke off`)
      : errorOf(failure, this.#procedure);
    return error instanceof Error ? withStackOf(error, this.#opened, OWN_FRAMES) : error;
  }
}

// What lies between whoever calls `Session.openStream()` and the constructor here.
const OWN_FRAMES = 3;

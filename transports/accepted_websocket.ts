/**
 * Byte streams over a WebSocket that a server has accepted, of the package `ws`.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";
import { type SocketControl, SocketStreams } from "./socket_streams.ts";
import { closingReason, isOrderlyEnd } from "./websocket_failure.ts";
import { PAUSE, PAUSING_SUBPROTOCOL, RESUME } from "./websocket_protocol.ts";

/** The part of a WebSocket of the package `ws` that is used. */
export interface ServerWebSocket {
  /** The subprotocol that was selected. */
  readonly protocol: string;
  /** Bytes that have not left; always 0 on Bun. */
  readonly bufferedAmount: number;
  /** Calls back at every event. */
  // deno-lint-ignore no-explicit-any -- each event has arguments of its own
  on(event: string, listener: (...args: any[]) => void): unknown;
  /** Sends a frame; calls back once the kernel has it. */
  send(data: Uint8Array, done: (error?: Error) => void): void;
  /** Asks whether the peer is there. */
  ping(): void;
  /** Says that we are; calls back once the kernel has it. */
  pong(data: Uint8Array, masked: boolean, done: () => void): void;
  /** Stops reading. */
  pause(): void;
  /** Goes on reading. */
  resume(): void;
  /** Starts to close it. */
  close(code?: number, reason?: string): void;
  /** Closes it at once. */
  terminate(): void;
}

/**
 * Bytes that may wait for the kernel before the writer waits, where it does not need them again:
 * enough that the kernel finds the next chunk when it has taken one.
 */
const WAITING = 256 * 1024;

/** Milliseconds that a peer has to answer when the connection is closed. */
const FAREWELL = 1000;

/** RFC 6455 allows 123 bytes. */
const REASON_MAX = 123;

/** How a WebSocket has ended. */
export interface WebSocketEnd {
  /** The code of RFC 6455, 7.4.1; 1006 where the connection broke off. */
  readonly code: number;
  /** What the peer has said to it. */
  readonly reason: string;
}

/** A WebSocket that was accepted. */
export class AcceptedWebSocket implements SocketControl {
  /** The connection, which carries libvirt's packets. */
  readonly duplex: ByteDuplex;
  /** Resolves when it is closed. */
  readonly closed: Promise<WebSocketEnd>;
  readonly #socket: ServerWebSocket;
  readonly #streams: SocketStreams;
  readonly #ahead: number;
  #open = true;
  #standing = false;
  #heard = 0;
  #taken = 0;
  // bytes that the kernel has not taken yet
  #waiting = 0;
  #answering = false;
  #told: PromiseWithResolvers<void> | undefined;
  #wake: (() => void) | undefined;

  /**
   * Takes the WebSocket over; `label` names it in messages. Where what is written is given away, a
   * write may end before the kernel has it, which saves a turn of the event loop each.
   */
  constructor(socket: ServerWebSocket, label: string, encrypted: boolean, givenAway = false) {
    this.#socket = socket;
    this.#ahead = givenAway ? WAITING : 0;
    const streams = this.#streams = new SocketStreams(label, this);
    const { readable, writable } = streams;
    this.duplex = { readable, writable, secure: encrypted, encrypted, label };
    socket.on("message", (data: Uint8Array, binary: boolean) => this.#received(data, binary));
    socket.on("pong", () => this.#heard++);
    socket.on("ping", (data: Uint8Array) => this.#answer(data));
    let failure: Error | undefined;
    socket.on("error", (error: Error) => failure = error);
    this.closed = new Promise((resolve) => {
      socket.on("close", (code: number, reason: unknown) => {
        this.#open = false;
        this.#resumeWriting();
        this.#wake?.();
        const end = { code, reason: String(reason) };
        if (failure !== undefined) streams.fail(failure);
        else if (isOrderlyEnd(code)) streams.end();
        else streams.fail(closingReason(code, end.reason));
        resolve(end);
      });
    });
  }

  /** Whether it is neither closed nor broken. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** How often the peer has shown that it is there: by a frame, or by what it has taken. */
  get signs(): number {
    return this.#heard + this.#taken;
  }

  /** Whether the peer takes nothing at the moment, so that a ping would not reach it either. */
  get stalled(): boolean {
    return this.#waiting > 0 || this.#told !== undefined;
  }

  /** Asks the peer for a sign. */
  ping(): void {
    if (this.#open) this.#socket.ping();
  }

  /** Closes it in order, with a code and a reason; a peer that does not answer is left. */
  async close(code: number, reason: string): Promise<void> {
    if (this.#open) this.#socket.close(code, shortened(reason));
    this.#letRead();
    await this.#closeInTime();
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    return this.#told === undefined ? this.#send(chunk) : this.#sendLater(chunk);
  }

  resume(): void {
    if (!this.#standing) return;
    this.#standing = false;
    if (this.#open) this.#socket.resume();
  }

  async finish(): Promise<void> {
    await this.close(1000, "");
  }

  destroy(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#resumeWriting();
    this.#wake?.();
    this.#socket.terminate();
  }

  #received(data: Uint8Array, binary: boolean): void {
    this.#heard++;
    if (!binary) return this.#word(new TextDecoder().decode(data));
    if (data.byteLength === 0 || !this.#open) return;
    // A Buffer would do, were it not for its own slice().
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (this.#streams.push(bytes) || this.#standing) return;
    this.#standing = true;
    this.#socket.pause();
  }

  // RFC 6455, 5.5.3: of several pings only the latest need be answered.
  #answer(data: Uint8Array): void {
    this.#heard++;
    if (this.#answering) return;
    this.#answering = true;
    this.#socket.pong(data, false, () => this.#answering = false);
  }

  #word(text: string): void {
    if (this.#socket.protocol === PAUSING_SUBPROTOCOL && text === PAUSE) {
      this.#told ??= Promise.withResolvers();
    } else if (this.#socket.protocol === PAUSING_SUBPROTOCOL && text === RESUME) {
      this.#resumeWriting();
    } else {
      this.#socket.close(1003, "libvirt's packets are binary");
      this.#streams.fail("the peer sent text, where libvirt's packets are binary");
    }
  }

  #resumeWriting(): void {
    this.#told?.resolve();
    this.#told = undefined;
  }

  // The callback and not `bufferedAmount`, which Bun does not tell.
  #send(chunk: Uint8Array): Promise<void> | undefined {
    if (!this.#open) throw this.#streams.end();
    this.#waiting += chunk.byteLength;
    this.#socket.send(chunk, this.#sent(chunk.byteLength));
    return this.#waiting > this.#ahead ? this.#leave() : undefined;
  }

  #sent(bytes: number): (error?: Error) => void {
    return (error) => {
      this.#waiting -= bytes;
      if (error) this.#streams.fail(error);
      else this.#taken++;
      if (error || this.#waiting <= this.#ahead / 2) this.#wake?.();
    };
  }

  // Woken by the end too, after which no callback may come.
  async #leave(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake = resolve);
    this.#wake = undefined;
    if (!this.#open) throw this.#streams.end();
  }

  async #sendLater(chunk: Uint8Array): Promise<void> {
    await this.#told?.promise;
    await this.#send(chunk);
  }

  // The peer's answer to our closing cannot be read while we stand.
  #letRead(): void {
    if (!this.#standing) return;
    this.#standing = false;
    this.#socket.resume();
  }

  async #closeInTime(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, FAREWELL));
    await Promise.race([this.closed, late]);
    clearTimeout(timer);
    this.#socket.terminate();
  }
}

function shortened(reason: string): string {
  const encoder = new TextEncoder();
  const { read } = encoder.encodeInto(reason, new Uint8Array(REASON_MAX));
  return reason.slice(0, read);
}

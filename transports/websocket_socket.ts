/**
 * Byte streams over a client's WebSocket of whatever make.
 *
 * @module
 */

import { settledWithin } from "../src/settled_within.ts";
import { READ_AHEAD, type SocketControl, SocketStreams } from "./socket_streams.ts";
import { closingReason, isOrderlyEnd } from "./websocket_failure.ts";
import { PAUSE, PAUSING_SUBPROTOCOL, RESUME } from "./websocket_protocol.ts";

/** What is needed of a WebSocket: the standard's, and what Bun and the package `ws` have beyond it. */
export interface WebSocketLike {
  /** How binary frames are delivered. */
  binaryType: string;
  /** The subprotocol that the server has selected. */
  readonly protocol: string;
  /** 1 while it is open. */
  readonly readyState: number;
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount: number;
  /** Sends a frame. */
  // deno-lint-ignore no-explicit-any -- each make names other types
  send(data: any): void;
  /** Starts to close it. */
  close(code?: number, reason?: string): void;
  /** Calls a listener for each event of a type. */
  // deno-lint-ignore no-explicit-any -- each make has events of its own
  addEventListener(type: any, listener: (event: any) => void): void;
  /** Stops reading. */
  pause?(): void;
  /** Goes on reading. */
  resume?(): void;
  /** Closes it at once. */
  terminate?(): void;
}

/**
 * Bytes in one frame at most. Servers have limits (Bun's is 16 MiB unless told otherwise), and between
 * two frames it can be seen how much waits.
 */
export const PIECE: number = 256 * 1024;

/**
 * Bytes that may wait to leave. Beyond it a write waits, as otherwise an upload would be copied to
 * memory: a WebSocket takes all that it is given.
 */
const WAITING = 1024 * 1024;

/** `readyState` of a WebSocket that is open. */
const OPEN = 1;

/**
 * Milliseconds between looks at what waits to leave: no event tells. Browsers look once a second for a
 * page in the background, which then uploads 1 MiB a second, Chromium's `WebSocketStream` aside.
 */
const LOOK = 1;

/** Read ahead of a reader where stopping takes a word to the server and its time to come. */
const FAR_READ_AHEAD = 2 * 1024 * 1024;

/**
 * Bytes beyond the read-ahead at which the connection is given up: the peer cannot be stopped, or does
 * not obey. More than a packet of libvirt's (32 MiB), which must be read whole.
 */
const FLOOD = 64 * 1024 * 1024;

/** Milliseconds that the peer has to answer when the connection is closed. */
export const FAREWELL = 1000;

/** The byte streams of a client's WebSocket, which must not have delivered anything yet. */
export class WebSocketSocket implements SocketControl {
  /** The streams. */
  readonly streams: SocketStreams;
  /** Resolves when the WebSocket is closed. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocketLike;
  #open = true;
  #standing = false;
  #unasked = 0;

  /** Takes the WebSocket over; `label` names it in messages. */
  constructor(socket: WebSocketLike, label: string) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    this.streams = new SocketStreams(
      label,
      this,
      socket.pause === undefined ? FAR_READ_AHEAD : READ_AHEAD,
    );
    socket.addEventListener("message", ({ data }) => this.#received(data));
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => {
        this.#open = false;
        if (isOrderlyEnd(code)) this.streams.end();
        else this.streams.fail(closingReason(code, String(reason)));
        resolve();
      });
    });
    // the close event comes after it and has the code
    socket.addEventListener("error", () => {});
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (chunk.byteLength > PIECE) return this.#writePieces(chunk);
    return this.#send(chunk);
  }

  resume(): void {
    this.#unasked = 0;
    if (!this.#standing) return;
    this.#standing = false;
    if (this.#socket.resume !== undefined) this.#socket.resume();
    else if (this.#socket.readyState === OPEN) this.#socket.send(RESUME);
  }

  finish(): Promise<void> {
    if (this.#open) this.#socket.close(1000);
    this.#letRead();
    return this.closed;
  }

  destroy(): Promise<void> | undefined {
    if (!this.#open) return undefined;
    this.#open = false;
    this.#socket.close();
    this.#letRead();
    return this.#closeInTime();
  }

  #received(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) {
      this.streams.fail("the server sent text, where libvirt's packets are binary");
      return;
    }
    if (data.byteLength === 0 || this.streams.push(new Uint8Array(data))) return;
    if (!this.#open) return;
    this.#unasked += data.byteLength;
    if (this.#unasked > FLOOD) {
      this.streams.fail(
        "the server sends faster than it is read, and cannot be stopped; read faster, or use " +
          "a proxy that knows to pause",
      );
    } else if (!this.#standing) {
      this.#stop();
    }
  }

  #stop(): void {
    const { pause, protocol } = this.#socket;
    if (pause === undefined && protocol !== PAUSING_SUBPROTOCOL) return;
    this.#standing = true;
    if (pause !== undefined) this.#socket.pause!();
    else this.#socket.send(PAUSE);
  }

  // The peer's answer to our closing cannot be read by one that stands.
  #letRead(): void {
    if (this.#standing) this.#socket.resume?.();
  }

  async #writePieces(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength; at += PIECE) {
      if (!this.#open) throw this.streams.end();
      await this.#send(chunk.subarray(at, at + PIECE));
    }
  }

  #send(piece: Uint8Array): Promise<void> | undefined {
    const socket = this.#socket;
    // One that is closing drops what it is given, and on Deno counts it as sent.
    if (socket.readyState !== OPEN) return this.#refused();
    socket.send(piece);
    return socket.bufferedAmount > WAITING ? this.#leave() : undefined;
  }

  async #refused(): Promise<never> {
    await this.closed;
    throw this.streams.end();
  }

  async #leave(): Promise<void> {
    while (this.#open && this.#socket.bufferedAmount > WAITING) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
    if (!this.#open) throw this.streams.end();
  }

  // No standard WebSocket can be dropped: one whose peer never answers is left to the runtime.
  async #closeInTime(): Promise<void> {
    await settledWithin(this.closed, FAREWELL);
    this.#socket.terminate?.();
  }
}

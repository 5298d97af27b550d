/**
 * Byte streams over a `WebSocketStream`, which Chromium has: a WebSocket that can stop reading, and
 * whose writes wait by themselves. Measured there, a server gets 7 MiB rid of to a reader that does not
 * read, and a writer 4 MiB to a server that does not.
 *
 * @module
 */

import { settledWithin } from "../src/settled_within.ts";
import { type SocketControl, SocketStreams } from "./socket_streams.ts";
import { closingReason, isOrderlyEnd } from "./websocket_failure.ts";
import { FAREWELL, PIECE } from "./websocket_socket.ts";

/** What `opened` resolves with. */
export interface OpenedWebSocketStream {
  /** Text or binary frames. */
  readonly readable: ReadableStream<string | ArrayBuffer | Uint8Array<ArrayBuffer>>;
  /** Frames to send. */
  readonly writable: WritableStream<Uint8Array>;
  /** The subprotocol that the server has selected. */
  readonly protocol: string;
}

/** The part of a `WebSocketStream` that is used. */
export interface WebSocketStreamLike {
  /** Resolves when the handshake is over. */
  readonly opened: Promise<OpenedWebSocketStream>;
  /** Resolves when the connection has ended in order, and rejects when it broke off. */
  readonly closed: Promise<WebSocketEnd>;
  /** Starts to close it. */
  close(): void;
}

interface WebSocketEnd {
  readonly closeCode?: number;
  readonly reason?: string;
}

/** What makes a `WebSocketStream`. */
export type WebSocketStreamConstructor = new (
  url: string,
  options: { protocols: string[]; signal?: AbortSignal },
) => WebSocketStreamLike;

/** The platform's own, where it has one. */
export function platformWebSocketStream(): WebSocketStreamConstructor | undefined {
  return (globalThis as { WebSocketStream?: WebSocketStreamConstructor }).WebSocketStream;
}

/** The byte streams of a `WebSocketStream` that is open. */
export class WebSocketStreamSocket implements SocketControl {
  /** The streams. */
  readonly streams: SocketStreams;
  readonly #socket: WebSocketStreamLike;
  readonly #reader: ReadableStreamDefaultReader<string | ArrayBuffer | Uint8Array<ArrayBuffer>>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #closed: Promise<WebSocketEnd>;
  #open = true;
  #resume: (() => void) | undefined;

  /** Takes it over; `label` names it in messages. */
  constructor(socket: WebSocketStreamLike, opened: OpenedWebSocketStream, label: string) {
    this.#socket = socket;
    this.#reader = opened.readable.getReader();
    this.#writer = opened.writable.getWriter();
    this.streams = new SocketStreams(label, this);
    this.#closed = socket.closed.catch((error) => error as WebSocketEnd);
    this.#writer.closed.catch(() => {});
    this.#read();
  }

  async write(chunk: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < chunk.byteLength; at += PIECE) {
        await this.#writer.write(chunk.subarray(at, at + PIECE));
      }
    } catch {
      await this.#ended();
      throw this.streams.end();
    }
  }

  resume(): void {
    this.#resume?.();
  }

  async finish(): Promise<void> {
    this.#resume?.();
    await this.#writer.close().catch(() => {});
    await this.#closed;
  }

  destroy(): Promise<void> | undefined {
    if (!this.#open) return undefined;
    this.#open = false;
    this.#resume?.();
    this.#socket.close();
    return settledWithin(this.#closed, FAREWELL);
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        if (typeof value === "string") {
          this.streams.fail("the server sent text, where libvirt's packets are binary");
          return;
        }
        if (value.byteLength === 0 || this.streams.push(new Uint8Array(value))) continue;
        if (this.#open) await new Promise<void>((resolve) => this.#resume = resolve);
        this.#resume = undefined;
      }
    } catch {
      // the end tells why
    }
    await this.#ended();
  }

  async #ended(): Promise<void> {
    const { closeCode = 1006, reason = "" } = await this.#closed;
    this.#open = false;
    if (isOrderlyEnd(closeCode)) this.streams.end();
    else this.streams.fail(closingReason(closeCode, reason));
  }
}

/**
 * Connections inside one process.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";
import { type SocketControl, SocketStreams } from "./socket_streams.ts";

/** Large writes go over in pieces, so that what is unread stays bounded. */
const PIECE = 64 * 1024;

/** One end. */
class MemorySocket implements SocketControl {
  readonly streams: SocketStreams;
  peer!: MemorySocket;
  #full = false;
  #open = true;
  #wake: (() => void) | undefined;

  constructor(label: string) {
    this.streams = new SocketStreams(label, this);
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#full || chunk.byteLength > PIECE) return this.#writePieces(chunk);
    this.#full = !this.peer.streams.push(chunk.slice());
    return undefined;
  }

  resume(): void {
    this.peer.#full = false;
    this.peer.#wake?.();
  }

  finish(): undefined {
    this.destroy();
  }

  destroy(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#wake?.();
    this.peer.streams.end();
  }

  async #writePieces(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength; at += PIECE) {
      if (this.#full) await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
      if (!this.#open) throw this.streams.end();
      this.#full = !this.peer.streams.push(chunk.slice(at, at + PIECE));
    }
  }
}

/**
 * Makes the two ends of one connection: what is written to either is read from the other.
 *
 * Each behaves as a socket does, backpressure included: a writer waits while 256 KiB are unread.
 * `label` names both ends in messages.
 */
export function memoryPair(label = "memory"): [ByteDuplex, ByteDuplex] {
  const [left, right] = [new MemorySocket(label), new MemorySocket(label)];
  [left.peer, right.peer] = [right, left];
  return [duplexOf(left, label), duplexOf(right, label)];
}

function duplexOf(socket: MemorySocket, label: string): ByteDuplex {
  const { readable, writable } = socket.streams;
  return { readable, writable, secure: true, encrypted: false, label };
}

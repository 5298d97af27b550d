/**
 * Connections inside one process.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";
import { type SocketControl, SocketStreams } from "./socket_streams.ts";

/** Large writes go over in pieces, so that what is unread stays bounded. */
const PIECE = 64 * 1024;

/** The longest that a timer takes, in milliseconds. */
const AGES = 2 ** 31 - 1;

/** What an open socket does for a process, and memory does not: it keeps it alive. */
class Hold {
  #timer: ReturnType<typeof setInterval> | undefined;

  set(alive: boolean): void {
    clearInterval(this.#timer);
    this.#timer = alive ? setInterval(() => {}, AGES) : undefined;
  }
}

/** One end. */
class MemorySocket implements SocketControl {
  readonly streams: SocketStreams;
  peer!: MemorySocket;
  readonly #hold: Hold;
  #full = false;
  #open = true;
  #wake: (() => void) | undefined;

  constructor(label: string, hold: Hold) {
    this.streams = new SocketStreams(label, this);
    this.#hold = hold;
  }

  setKeepsAlive(alive: boolean): void {
    if (this.#open) this.#hold.set(alive);
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
    this.#hold.set(false);
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
 * While the connection is open it keeps the process alive, unless either end is told otherwise.
 * `label` names both ends in messages.
 */
export function memoryPair(label = "memory"): [ByteDuplex, ByteDuplex] {
  const hold = new Hold();
  const [left, right] = [new MemorySocket(label, hold), new MemorySocket(label, hold)];
  [left.peer, right.peer] = [right, left];
  hold.set(true);
  return [duplexOf(left, label), duplexOf(right, label)];
}

function duplexOf(socket: MemorySocket, label: string): ByteDuplex {
  const { readable, writable } = socket.streams;
  const setKeepsAlive = (alive: boolean) => socket.setKeepsAlive(alive);
  return { readable, writable, secure: true, encrypted: false, label, setKeepsAlive };
}

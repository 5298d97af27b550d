/**
 * Finds the packets in a stream of bytes and passes them on, or not, without taking them apart.
 *
 * @module
 */

import { MessageType, type PacketHead } from "../rpc/frame.ts";
import { DESCRIPTORS_MAX, HEADER_SIZE, LENGTH_SIZE, MESSAGE_MAX } from "../rpc/limits.ts";
import { ProtocolError } from "../xdr/errors.ts";

/** What becomes of a packet: it goes on as it comes, or not at all, or is looked at whole first. */
export type Fate = "pass" | "drop" | "whole";

/** Decides about packets. */
export interface PacketJudge {
  /** Before a packet; what is put out now goes before it. */
  head(head: PacketHead): Fate;
  /** A packet to be looked at whole; answers what goes on in its place, if anything. */
  whole(packet: Uint8Array, head: PacketHead): Uint8Array | undefined;
}

const HEAD = LENGTH_SIZE + HEADER_SIZE;
// the count of descriptors comes first in the body
const HEAD_WITH_COUNT = HEAD + 4;

/**
 * The most that is kept of a packet to be looked at whole. None of those has more than a name or a
 * handful of words, and a client that is not known well shall not fill memory.
 */
const WHOLE_MAX = 64 * 1024;

/**
 * One direction of a connection.
 *
 * Bytes that pass are views of what came, never copied but for a head that spans two chunks; of a
 * packet on its way no more is kept than its head.
 */
export class PacketCutter {
  /** Packets that have begun. */
  packets = 0;
  readonly #judge: PacketJudge;
  #out: Uint8Array[] = [];
  // bytes of the packet in hand that are still to come, and what becomes of them
  #rest = 0;
  #passing = false;
  // the head that spans chunks
  readonly #head = new Uint8Array(HEAD_WITH_COUNT);
  readonly #headView = new DataView(this.#head.buffer);
  #have = 0;
  #whole: { readonly head: PacketHead; readonly packet: Uint8Array } | undefined;
  #wholeHave = 0;
  // where in the chunk begins what passes and is not put out yet
  #runFrom = 0;
  #chunk: Uint8Array = this.#head.subarray(0, 0);
  #at = 0;

  /** Starts before the first byte. */
  constructor(judge: PacketJudge) {
    this.#judge = judge;
  }

  /** Whether what is put out ends with a whole packet. */
  get atBoundary(): boolean {
    return this.#rest === 0 || !this.#passing;
  }

  /** Whether a packet has begun and not ended. */
  get inPacket(): boolean {
    return this.#rest > 0 || this.#have > 0;
  }

  /** Takes what is put out. */
  take(): Uint8Array[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** Puts out bytes of our own; only at a boundary, as in `head()`. */
  insert(bytes: Uint8Array): void {
    this.#endRun();
    this.#out.push(bytes);
  }

  /**
   * Takes bytes until they are over or `enough()` says so, and answers how many; throws a
   * ProtocolError for what is no packet.
   */
  push(chunk: Uint8Array, enough: () => boolean): number {
    this.#chunk = chunk;
    this.#at = this.#runFrom = 0;
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (this.#at < chunk.length) {
      if (this.#rest > 0) this.#body();
      else if (enough()) break;
      else this.#begin(view);
    }
    this.#endRun();
    return this.#at;
  }

  #endRun(): void {
    if (this.#runFrom < this.#at) this.#out.push(this.#chunk.subarray(this.#runFrom, this.#at));
    this.#runFrom = this.#at;
  }

  #body(): void {
    const n = Math.min(this.#rest, this.#chunk.length - this.#at);
    if (this.#whole !== undefined) {
      this.#whole.packet.set(this.#chunk.subarray(this.#at, this.#at + n), this.#wholeHave);
      this.#wholeHave += n;
    }
    this.#at += n;
    this.#rest -= n;
    if (!this.#passing) this.#runFrom = this.#at;
    if (this.#rest === 0 && this.#whole !== undefined) {
      this.#looked(this.#whole.packet, this.#whole.head);
    }
  }

  #looked(packet: Uint8Array, head: PacketHead): void {
    this.#whole = undefined;
    const replaced = this.#judge.whole(packet, head);
    if (replaced !== undefined) this.#out.push(replaced);
  }

  // The start of a packet, which lies in the chunk, or spans it and others.
  #begin(view: DataView): void {
    const at = this.#at;
    const there = this.#chunk.length - at;
    if (this.#have === 0 && there >= HEAD) {
      const size = headSize(view.getUint32(at + 16));
      if (there >= size) return this.#judged(view, at, size);
    }
    this.#endRun();
    let size = this.#have >= HEAD ? headSize(this.#headView.getUint32(16)) : HEAD;
    for (;;) {
      const n = Math.min(size - this.#have, this.#chunk.length - this.#at);
      this.#head.set(this.#chunk.subarray(this.#at, this.#at + n), this.#have);
      this.#have += n;
      this.#at += n;
      if (this.#have < size) break;
      const full = headSize(this.#headView.getUint32(16));
      if (size === full) {
        this.#runFrom = this.#at;
        this.#have = 0;
        return this.#judged(this.#headView, 0, size);
      }
      size = full;
    }
    this.#runFrom = this.#at;
  }

  /** `size` bytes at `at` of the view are the packet's head; it is the chunk's, or our own copy. */
  #judged(view: DataView, at: number, size: number): void {
    const own = view === this.#headView;
    const length = view.getUint32(at);
    const type = view.getUint32(at + 16);
    if (length < size || length > LENGTH_SIZE + MESSAGE_MAX) {
      throw new ProtocolError(
        `Expected a packet of ${size} to ${LENGTH_SIZE + MESSAGE_MAX} bytes, found the length ` +
          `${length}`,
      );
    }
    this.packets++;
    const head: PacketHead = {
      program: view.getUint32(at + 4),
      version: view.getUint32(at + 8),
      procedure: view.getInt32(at + 12),
      type,
      serial: view.getUint32(at + 20),
      status: view.getUint32(at + 24),
    };
    let fate = this.#judge.head(head);
    this.#rest = length - size;
    if (size === HEAD_WITH_COUNT) {
      const count = view.getUint32(at + HEAD);
      if (count > DESCRIPTORS_MAX) {
        throw new ProtocolError(
          `Expected a packet with at most ${DESCRIPTORS_MAX} file descriptors, found ${count}`,
        );
      }
      // each descriptor has brought a byte of its own, outside the length
      this.#rest += count;
      fate = "drop";
    }
    this.#passing = fate === "pass";
    if (fate === "whole" && length > WHOLE_MAX) {
      throw new ProtocolError(
        `Expected at most ${WHOLE_MAX} bytes of procedure ${head.procedure}, found ${length}`,
      );
    }
    if (!own) this.#at += size;
    if (fate === "pass") {
      if (own) this.#out.push(this.#head.slice(0, size));
      return;
    }
    if (!own) {
      // what passes ends before this head
      this.#at -= size;
      this.#endRun();
      this.#at += size;
    }
    this.#runFrom = this.#at;
    if (fate !== "whole") return;
    const packet = new Uint8Array(length);
    packet.set(new Uint8Array(view.buffer, view.byteOffset + at, size));
    if (this.#rest === 0) return this.#looked(packet, head);
    this.#whole = { head, packet };
    this.#wholeHave = size;
  }
}

function headSize(type: number): number {
  return type === MessageType.CALL_WITH_FDS || type === MessageType.REPLY_WITH_FDS
    ? HEAD_WITH_COUNT
    : HEAD;
}

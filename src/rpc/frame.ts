/**
 * Packets: a length word, a header of six words, a body.
 *
 * @module
 */

import { ProtocolError } from "../xdr/errors.ts";
import {
  DESCRIPTORS_MAX,
  HEADER_SIZE,
  LEGACY_PAYLOAD_MAX,
  LENGTH_SIZE,
  MESSAGE_MAX,
} from "./limits.ts";

/** What a packet is for (virnetprotocol.x, `virNetMessageType`). */
export const MessageType = {
  /** A call, to the server. */
  CALL: 0,
  /** The answer to a call, or to a stream packet that failed. */
  REPLY: 1,
  /** Something that the peer says by itself: an event, a ping. */
  MESSAGE: 2,
  /** Data, end or abort of a stream. */
  STREAM: 3,
  /** A call whose packet file descriptors follow. */
  CALL_WITH_FDS: 4,
  /** An answer whose packet file descriptors follow. */
  REPLY_WITH_FDS: 5,
  /** A stretch of a stream that holds no data. */
  STREAM_HOLE: 6,
} as const;

/** How it goes (virnetprotocol.x, `virNetMessageStatus`). */
export const MessageStatus = {
  /** Well; for a stream: its end. */
  OK: 0,
  /** An error is in the body; for a stream from the client: its abort. */
  ERROR: 1,
  /** More of the stream follows. */
  CONTINUE: 2,
} as const;

/** What a packet says before its body. */
export interface PacketHead {
  /** Program number. */
  readonly program: number;
  /** Program version. */
  readonly version: number;
  /** Procedure number. */
  readonly procedure: number;
  /** A value of `MessageType`. */
  readonly type: number;
  /** Serial of the call that it belongs to; 0 for messages. */
  readonly serial: number;
  /** A value of `MessageStatus`. */
  readonly status: number;
}

/** A packet whose length has been checked. */
export interface Frame extends PacketHead {
  /** How many file descriptors came with it; they are lost here. */
  readonly descriptors: number;
  /** The body: a view into the bytes received, never written to again by the decoder. */
  readonly body: Uint8Array;
}

const EMPTY = /* @__PURE__ */ new Uint8Array(0);
// A body this long is assembled in one piece from the start; a longer one grows with what arrives,
// so that a peer which announces 32 MiB and sends nothing costs no memory.
const FIRST_PIECE = LENGTH_SIZE + HEADER_SIZE + LEGACY_PAYLOAD_MAX;
// Gathering costs a copy and a large allocation; a smaller packet is not worth taking apart.
const SPLIT_FROM = 65536;

/** How a decoder deals with what it reads. */
export interface FrameDecoderOptions {
  /**
   * Whether a large packet of stream data is passed on in the parts in which it comes, as if the peer
   * had sent several, instead of being gathered first.
   */
  readonly splitStreams?: boolean;
}

/**
 * Cuts a stream of bytes, in whatever chunks it comes, into packets.
 *
 * A packet inside one chunk is not copied; one that spans chunks is gathered once.
 *
 * @example
 * ```ts
 * import { FrameDecoder } from "@virtwire/libvirt/protocol";
 *
 * function count(decoder: FrameDecoder, chunk: Uint8Array): number {
 *   decoder.push(chunk);
 *   let n = 0;
 *   while (decoder.next() !== undefined) n++;
 *   return n;
 * }
 * ```
 */
export class FrameDecoder {
  #chunk: Uint8Array = EMPTY;
  #view: DataView = new DataView(EMPTY.buffer);
  #at = 0;
  // the packet that spans chunks: what there is of it
  #partial: Uint8Array = EMPTY;
  #have = 0;
  // bytes that follow a packet outside its length, one a descriptor (virnetsocket.c sends each
  // descriptor with a byte of its own)
  #skip = 0;
  readonly #splitStreams: boolean;
  // the packet that is passed on in parts: its header, what is still to come, what was passed on
  #parts: Frame | undefined;
  #rest = 0;
  #passed = 0;

  /** Starts before the first byte. */
  constructor(options: FrameDecoderOptions = {}) {
    this.#splitStreams = options.splitStreams ?? false;
  }

  /** Bytes of a packet that is not complete yet. */
  get pending(): number {
    const passed = this.#parts === undefined ? 0 : this.#passed;
    return passed + this.#have + this.#chunk.length - this.#at;
  }

  /** Gives it more bytes; call `next()` until it answers `undefined` before the next `push()`. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#at = 0;
  }

  /** The next packet, or `undefined` when more bytes are needed; throws a ProtocolError. */
  next(): Frame | undefined {
    if (this.#skip > 0) {
      const n = Math.min(this.#skip, this.#chunk.length - this.#at);
      this.#skip -= n;
      this.#at += n;
      if (this.#skip > 0) return undefined;
    }
    if (this.#parts !== undefined) return this.#part(this.#parts);
    if (this.#have > 0) return this.#gather();
    const at = this.#at;
    const there = this.#chunk.length - at;
    if (there >= LENGTH_SIZE) {
      const length = this.#checked(this.#view.getUint32(at), this.#chunk, at);
      if (there >= length) {
        this.#at = at + length;
        return this.#frame(this.#chunk, this.#view, at, length);
      }
      if (this.#splitStreams && length >= SPLIT_FROM && there > LENGTH_SIZE + HEADER_SIZE) {
        const isData = this.#view.getUint32(at + 16) === MessageType.STREAM &&
          this.#view.getUint32(at + 24) === MessageStatus.CONTINUE;
        if (isData) {
          this.#parts = this.#frame(this.#chunk, this.#view, at, there);
          this.#rest = length - there;
          this.#passed = there;
          this.#at += there;
          return this.#parts;
        }
      }
    }
    if (there > 0) this.#keep(there);
    // whoever has a packet of the chunk may by now have transferred its buffer
    this.#chunk = EMPTY;
    this.#at = 0;
    return undefined;
  }

  // The next part of the packet that is passed on in parts.
  #part(frame: Frame): Frame | undefined {
    const n = Math.min(this.#rest, this.#chunk.length - this.#at);
    if (n === 0) return undefined;
    const body = this.#chunk.subarray(this.#at, this.#at + n);
    this.#at += n;
    this.#rest -= n;
    this.#passed += n;
    if (this.#rest === 0) this.#parts = undefined;
    return { ...frame, body };
  }

  // Completes the packet whose start came with earlier chunks.
  #gather(): Frame | undefined {
    if (this.#have < LENGTH_SIZE && !this.#take(LENGTH_SIZE)) return undefined;
    const view = new DataView(this.#partial.buffer, 0, LENGTH_SIZE);
    const length = this.#checked(view.getUint32(0), this.#partial, 0);
    if (!this.#take(length)) return undefined;
    const bytes = this.#partial;
    this.#partial = EMPTY;
    this.#have = 0;
    return this.#frame(bytes, new DataView(bytes.buffer), 0, length);
  }

  // Takes bytes of the chunk until `wanted` are there; says whether they are.
  #take(wanted: number): boolean {
    const n = Math.min(wanted - this.#have, this.#chunk.length - this.#at);
    const needed = this.#have + n;
    if (needed > this.#partial.length) {
      const size = Math.min(Math.max(wanted, LENGTH_SIZE), Math.max(FIRST_PIECE, needed * 4));
      const grown = new Uint8Array(Math.max(size, needed));
      grown.set(this.#partial.subarray(0, this.#have));
      this.#partial = grown;
    }
    this.#partial.set(this.#chunk.subarray(this.#at, this.#at + n), this.#have);
    this.#have += n;
    this.#at += n;
    return this.#have === wanted;
  }

  #keep(n: number): void {
    const length = n >= LENGTH_SIZE ? this.#view.getUint32(this.#at) : LENGTH_SIZE;
    this.#partial = EMPTY;
    this.#have = 0;
    this.#take(n < LENGTH_SIZE ? LENGTH_SIZE : length);
  }

  #checked(length: number, bytes: Uint8Array, at: number): number {
    if (length >= LENGTH_SIZE + HEADER_SIZE && length <= LENGTH_SIZE + MESSAGE_MAX) return length;
    throw new ProtocolError(
      `Expected a packet of ${LENGTH_SIZE + HEADER_SIZE} to ${LENGTH_SIZE + MESSAGE_MAX} bytes, ` +
        `found the length ${length}${textHint(bytes.subarray(at, at + LENGTH_SIZE))}`,
    );
  }

  #frame(bytes: Uint8Array, view: DataView, at: number, length: number): Frame {
    const type = view.getUint32(at + 16);
    let start = at + LENGTH_SIZE + HEADER_SIZE;
    let descriptors = 0;
    if (type === MessageType.CALL_WITH_FDS || type === MessageType.REPLY_WITH_FDS) {
      descriptors = length < LENGTH_SIZE + HEADER_SIZE + 4 ? -1 : view.getUint32(start);
      if (descriptors < 0 || descriptors > DESCRIPTORS_MAX) {
        throw new ProtocolError(
          `Expected a packet with at most ${DESCRIPTORS_MAX} file descriptors, ` +
            `found ${descriptors < 0 ? "no count" : descriptors}`,
        );
      }
      this.#skip = descriptors;
      start += 4;
    }
    return {
      program: view.getUint32(at + 4),
      version: view.getUint32(at + 8),
      procedure: view.getInt32(at + 12),
      type,
      serial: view.getUint32(at + 20),
      status: view.getUint32(at + 24),
      descriptors,
      body: bytes.subarray(start, at + length),
    };
  }
}

// An HTTP server, an ssh banner or a shell's complaint at the other end reads as a huge length.
function textHint(bytes: Uint8Array): string {
  const printable = bytes.every((b) => b >= 0x20 && b < 0x7f);
  return printable && bytes.length === LENGTH_SIZE
    ? ` (the text ${JSON.stringify(String.fromCharCode(...bytes))}: this is not a libvirt daemon)`
    : "";
}

/**
 * Packets on their way out.
 *
 * @module
 */

import { keepaliveProgram } from "../../gen/rpc/keepalive.ts";
import type { Encode } from "../procedure.ts";
import { ProtocolError } from "../xdr/errors.ts";
import { XdrWriter } from "../xdr/writer.ts";
import { MessageStatus, MessageType } from "./frame.ts";
import { HEADER_SIZE, LENGTH_SIZE, MESSAGE_MAX } from "./limits.ts";

const FIRST_CAPACITY = 256;
// Payload from this size on leaves as a chunk of its own instead of being copied behind its header.
const OWN_CHUNK = 65536;

/** The first four words of a header. */
export interface Address {
  /** Program number. */
  readonly program: number;
  /** Program version. */
  readonly version: number;
  /** Procedure number. */
  readonly procedure: number;
  /** Serial of the call that the packet belongs to. */
  readonly serial: number;
}

/** Collects packets: those made between two `take()` leave as one chunk. */
export class PacketWriter {
  readonly #writer = new XdrWriter(FIRST_CAPACITY);
  #chunks: Uint8Array[] = [];

  /** Whether there is nothing to send. */
  get empty(): boolean {
    return this.#writer.length === 0 && this.#chunks.length === 0;
  }

  /** Hands over what there is. */
  take(): Uint8Array[] {
    this.#seal();
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  /** A packet with an encoded body; nothing is added when the body cannot be encoded. */
  packet<T>(to: Address, type: number, status: number, encode: Encode<T>, value: T): void {
    const writer = this.#writer;
    const start = this.#header(to.program, to.version, to.procedure, type, to.serial, status);
    try {
      encode(writer, value);
      const length = writer.length - start;
      checkLength(length);
      writer.patchUint32(start, length);
    } catch (error) {
      writer.truncate(start);
      throw error;
    }
  }

  /** A stream packet whose body is bytes. */
  stream(to: Address, status: number, data?: Uint8Array): void {
    const type = MessageType.STREAM;
    const length = data?.length ?? 0;
    checkLength(LENGTH_SIZE + HEADER_SIZE + length);
    const start = this.#header(to.program, to.version, to.procedure, type, to.serial, status);
    this.#writer.patchUint32(start, LENGTH_SIZE + HEADER_SIZE + length);
    if (data === undefined || length === 0) return;
    if (length < OWN_CHUNK) {
      this.#writer.raw(data);
      // XDR pads to words of a packet: the next one has to begin at a word
      if (length % 4 !== 0) this.#seal();
    } else {
      this.#seal();
      this.#chunks.push(data);
    }
  }

  /** A ping or a pong. */
  keepalive(procedure: number): void {
    const { number, version } = keepaliveProgram;
    const start = this.#header(
      number,
      version,
      procedure,
      MessageType.MESSAGE,
      0,
      MessageStatus.OK,
    );
    this.#writer.patchUint32(start, LENGTH_SIZE + HEADER_SIZE);
  }

  #header(
    program: number,
    version: number,
    procedure: number,
    type: number,
    serial: number,
    status: number,
  ): number {
    const writer = this.#writer;
    const start = writer.reserve(LENGTH_SIZE + HEADER_SIZE);
    writer.patchUint32(start + 4, program);
    writer.patchUint32(start + 8, version);
    writer.patchUint32(start + 12, procedure);
    writer.patchUint32(start + 16, type);
    writer.patchUint32(start + 20, serial);
    writer.patchUint32(start + 24, status);
    return start;
  }

  #seal(): void {
    if (this.#writer.length > 0) this.#chunks.push(this.#writer.detach());
  }
}

function checkLength(length: number): void {
  if (length <= LENGTH_SIZE + MESSAGE_MAX) return;
  throw new ProtocolError(
    `Cannot send a packet of ${length} bytes: the protocol allows ${LENGTH_SIZE + MESSAGE_MAX}`,
    "local",
  );
}

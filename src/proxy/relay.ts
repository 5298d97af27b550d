/**
 * What goes between a client and a daemon, and what does not. Bytes in, bytes out: no IO.
 *
 * @module
 */

import { ConnectFlags } from "../../gen/enums/host.ts";
import {
  authList,
  connectClose,
  connectOpen,
  connectSupportsFeature,
} from "../../gen/remote/connect.ts";
import {
  decodeConnectOpenArgs,
  decodeConnectSupportsFeatureArgs,
  encodeAuthListRet,
  encodeConnectSupportsFeatureRet,
} from "../../gen/remote/connect_server.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { encodeNetMessageError, type NetMessageError } from "../../gen/rpc/error.ts";
import { keepaliveProgram } from "../../gen/rpc/keepalive.ts";
import type { Encode } from "../procedure.ts";
import { MessageStatus, MessageType, type PacketHead } from "../rpc/frame.ts";
import { HEADER_SIZE, LENGTH_SIZE } from "../rpc/limits.ts";
import { PacketWriter } from "../rpc/packet_writer.ts";
import { Feature } from "../session/features.ts";
import { ProtocolError } from "../xdr/errors.ts";
import { XdrReader } from "../xdr/reader.ts";
import type { JudgedProcedure, ProcedureFilter } from "./filter.ts";
import { type Fate, PacketCutter } from "./packet_cutter.ts";
import {
  accessDenied,
  authenticatedAlready,
  cannotPassDescriptors,
  otherName,
  tooManyStreams,
  unknownProgram,
} from "./refusals.ts";

/** Bytes of answers of our own from which on the client is not read until they have left. */
const ANSWERS_MARK = 64 * 1024;

/** Streams that a client may have open at once. */
const STREAMS_MAX = 256;

const BODY = LENGTH_SIZE + HEADER_SIZE;

/** What a relay goes by. */
export interface RelayOptions {
  /** Which calls pass. */
  readonly filter: ProcedureFilter;
  /** The name that the daemon is opened by, whatever the client says. */
  readonly name: string;
  /** Whether the daemon is opened read-only, whatever the client says. */
  readonly readOnly: boolean;
  /** Hears of calls that were refused. */
  refused?(procedure: string): void;
}

/**
 * Passes packets between a client and a daemon that has accepted us.
 *
 * A call that the filter refuses is answered here, as libvirt's access control does, and the client
 * goes on. Packets of a stream pass while the call that opened it has passed and the stream lives.
 */
export class Relay {
  /** Calls that have passed. */
  calls = 0;
  /** Calls that were refused. */
  refusals = 0;
  /** Whether the client has asked for the daemon to be opened. */
  opened = false;
  /** Whether the client has said goodbye. */
  closing = false;
  readonly #options: RelayOptions;
  readonly #up: PacketCutter;
  readonly #down: PacketCutter;
  // by serial, whether the call that opened it is answered
  readonly #streams = new Map<number, boolean>();
  readonly #answers = new PacketWriter();
  #answered = 0;
  #waiting = 0;

  /** Starts before the first byte of either side. */
  constructor(options: RelayOptions) {
    this.#options = options;
    this.#up = new PacketCutter({
      head: (head) => this.#fromClient(head),
      whole: (packet, head) => this.#look(packet, head),
    });
    this.#down = new PacketCutter({
      head: (head) => this.#fromDaemon(head),
      whole: (packet) => packet,
    });
  }

  /** Packets of either side. */
  get packets(): number {
    return this.#up.packets + this.#down.packets;
  }

  /** Whether nothing is on its way: no call without its answer, no stream, no half packet. */
  get idle(): boolean {
    return this.#waiting <= 0 && this.#streams.size === 0 && !this.#up.inPacket &&
      !this.#down.inPacket;
  }

  /**
   * Takes bytes of the client and answers how many; fewer than all where our own answers are to
   * leave first. Throws a ProtocolError for what is no packet of a client's.
   */
  receive(chunk: Uint8Array): number {
    return this.#up.push(chunk, this.#enough);
  }

  /** Takes bytes of the daemon; throws a ProtocolError for what is no packet of a daemon's. */
  receiveFromDaemon(chunk: Uint8Array): void {
    this.#down.push(chunk, never);
  }

  /** What is to be sent to the daemon. */
  takeForDaemon(): Uint8Array[] {
    return this.#up.take();
  }

  /** What is to be sent to the client. */
  takeForClient(): Uint8Array[] {
    if (this.#answered > 0 && this.#down.atBoundary) this.#insertAnswers();
    return this.#down.take();
  }

  readonly #enough = (): boolean => this.#answered >= ANSWERS_MARK;

  #fromClient(head: PacketHead): Fate {
    const { filter } = this.#options;
    const { program, type, serial } = head;
    if (program === keepaliveProgram.number) {
      return type === MessageType.MESSAGE ? "pass" : unexpected(head, "client");
    }
    switch (type) {
      case MessageType.STREAM:
      case MessageType.STREAM_HOLE:
        // of a stream that is over, or was refused: its packets may cross the answer
        return this.#streams.has(serial) ? "pass" : "drop";
      case MessageType.CALL:
      case MessageType.CALL_WITH_FDS:
        break;
      default:
        return unexpected(head, "client");
    }
    if (!filter.knows(program)) return this.#refuse(head, unknownProgram(program, head.version));
    const judged = filter.judge(program, head.procedure);
    if (type === MessageType.CALL_WITH_FDS) {
      return this.#refuse(head, cannotPassDescriptors(judged.name));
    }
    if (program === remoteProgram.number) {
      switch (head.procedure) {
        case authList.number:
          return this.#answer(head, encodeAuthListRet, { types: [0] });
        case connectOpen.number:
        case connectSupportsFeature.number:
          return "whole";
        case connectClose.number:
          this.closing = true;
      }
    }
    switch (judged.verdict) {
      case "depends":
        return "whole";
      case "refuse":
        return this.#refuse(head, this.#denied(judged));
      case "descriptors":
        return this.#refuse(head, cannotPassDescriptors(judged.name));
      case "authentication":
        return this.#refuse(head, authenticatedAlready());
      case "pass":
        return this.#pass(head, judged);
    }
  }

  #pass(head: PacketHead, { stream }: JudgedProcedure): Fate {
    if (stream) {
      if (this.#streams.size >= STREAMS_MAX) return this.#refuse(head, tooManyStreams(STREAMS_MAX));
      this.#streams.set(head.serial, false);
    }
    this.calls++;
    this.#waiting++;
    return "pass";
  }

  // A call whose arguments matter.
  #look(packet: Uint8Array, head: PacketHead): Uint8Array | undefined {
    const body = packet.subarray(BODY);
    if (head.program === remoteProgram.number) {
      if (head.procedure === connectOpen.number) return this.#open(head, body);
      if (head.procedure === connectSupportsFeature.number) {
        const { feature } = decodeConnectSupportsFeatureArgs(new XdrReader(body));
        if (feature === Feature.FD_PASSING) {
          this.#answer(head, encodeConnectSupportsFeatureRet, { supported: 0 });
          return undefined;
        }
      }
    }
    const judged = this.#options.filter.judge(head.program, head.procedure);
    if (judged.verdict === "refuse") {
      this.#refuse(head, this.#denied(judged));
      return undefined;
    }
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const refused = judged.refusedIf.find(({ fromEnd, mask, set }) =>
      body.length < fromEnd || ((view.getUint32(body.length - fromEnd) & mask) !== 0) === set
    );
    if (refused !== undefined) {
      this.#refuse(head, this.#denied(judged, refused.permission));
      return undefined;
    }
    return this.#pass(head, judged) === "pass" ? packet : undefined;
  }

  #open(head: PacketHead, body: Uint8Array): Uint8Array | undefined {
    const args = decodeConnectOpenArgs(new XdrReader(body));
    const { name, readOnly } = this.#options;
    const wanted = args.name ?? "";
    if (wanted !== "" && wanted !== name) {
      this.#refuse(head, otherName(wanted, name));
      return undefined;
    }
    this.opened = true;
    this.calls++;
    this.#waiting++;
    const flags = readOnly ? args.flags | ConnectFlags.RO : args.flags;
    const writer = new PacketWriter();
    const { CALL } = MessageType;
    writer.packet(head, CALL, MessageStatus.OK, connectOpen.encode, { name, flags });
    return writer.take()[0];
  }

  #denied({ name }: JudgedProcedure, permission?: string): NetMessageError {
    const { preset } = this.#options.filter.rules;
    const what = permission === undefined ? name : `${name} with ${permission}`;
    return accessDenied(`the proxy's filter "${preset}" does not let ${what} through`);
  }

  #refuse(head: PacketHead, error: NetMessageError): "drop" {
    this.refusals++;
    this.#write(head, MessageStatus.ERROR, encodeNetMessageError, error);
    this.#options.refused?.(this.#options.filter.judge(head.program, head.procedure).name);
    return "drop";
  }

  #answer<R>(head: PacketHead, encode: Encode<R>, result: R): "drop" {
    this.#write(head, MessageStatus.OK, encode, result);
    return "drop";
  }

  #write<R>(head: PacketHead, status: number, encode: Encode<R>, value: R): void {
    this.#answers.packet(head, MessageType.REPLY, status, encode, value);
    // near enough for a limit: an error with its texts
    this.#answered += 256;
  }

  #insertAnswers(): void {
    this.#answered = 0;
    for (const chunk of this.#answers.take()) this.#down.insert(chunk);
  }

  #fromDaemon(head: PacketHead): Fate {
    if (this.#answered > 0) this.#insertAnswers();
    const { type, serial } = head;
    switch (type) {
      case MessageType.REPLY:
        if (this.#streams.size > 0) this.#streamAnswered(head);
        else this.#waiting--;
        return "pass";
      case MessageType.REPLY_WITH_FDS: {
        this.#waiting--;
        const { name } = this.#options.filter.judge(head.program, head.procedure);
        this.#refuse(head, cannotPassDescriptors(name));
        return "drop";
      }
      case MessageType.MESSAGE:
      case MessageType.STREAM_HOLE:
        return "pass";
      case MessageType.STREAM:
        // its end, in order or not; what the client still sends of it is not for the daemon
        if (head.status !== MessageStatus.CONTINUE) this.#streams.delete(serial);
        return "pass";
      default:
        return unexpected(head, "daemon");
    }
  }

  // The daemon answers the call that opens a stream, and later may answer a packet of the stream
  // that it could not take, with an error under the same serial.
  #streamAnswered({ serial, status }: PacketHead): void {
    if (this.#streams.get(serial) !== true) this.#waiting--;
    if (!this.#streams.has(serial)) return;
    if (status === MessageStatus.ERROR) this.#streams.delete(serial);
    else this.#streams.set(serial, true);
  }
}

function never(): boolean {
  return false;
}

function unexpected(head: PacketHead, side: "client" | "daemon"): never {
  throw new ProtocolError(
    `Expected a packet that a ${side} sends, found type ${head.type} of program ` +
      `0x${head.program.toString(16)}, procedure ${head.procedure}`,
  );
}

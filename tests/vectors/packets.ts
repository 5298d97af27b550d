/**
 * Packets with their bodies decoded, by the generated codecs of both halves.
 *
 * @module
 */

import { remoteDispatch } from "../../gen/remote/dispatch.ts";
import { decodeNetMessageError, encodeNetMessageError } from "../../gen/rpc/error.ts";
import type { Decode, Encode, EventMessage, Procedure } from "../../src/procedure.ts";
import { FrameDecoder, MessageStatus, MessageType } from "../../src/rpc/frame.ts";
import { PacketWriter } from "../../src/rpc/packet_writer.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import { codecOf, generatedExports } from "../codec/generated.ts";
import { wire } from "../codec/schema.ts";

/** A packet and what is in it. */
export interface Packet {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly type: number;
  readonly serial: number;
  readonly status: number;
  /** The procedure's name. */
  readonly name: string;
  readonly body: unknown;
}

interface Codec {
  readonly name: string;
  readonly encode: Encode<unknown>;
  readonly decode: Decode<unknown>;
}

const client = new Map<string, Procedure<unknown, unknown>>();
for (const { value, folder } of generatedExports) {
  if (folder !== "remote" || typeof value !== "object" || value === null) continue;
  if ("encode" in value && "decode" in value && "name" in value) {
    client.set((value as { name: string }).name, value as Procedure<unknown, unknown>);
  }
}

const events = new Map<number, EventMessage<unknown>>();
for (const { value } of generatedExports) {
  if (typeof value !== "object" || value === null || "encode" in value) continue;
  if ("decode" in value && "number" in value) {
    events.set((value as EventMessage<unknown>).number, value as EventMessage<unknown>);
  }
}

// What a packet's body is made of: the client encodes arguments and decodes results, the server's
// half does the opposite, so that a packet decoded and encoded again has passed through both.
function codecFor(type: number, status: number, procedure: number): Codec {
  if (type === MessageType.MESSAGE) {
    const { name, decode } = events.get(procedure)!;
    const { msg } = wire.programs.remote.procedures.find(({ number }) => number === procedure)!;
    return { name, decode, encode: codecOf("remote", msg!).encode };
  }
  const entry = remoteDispatch.procedures[procedure]!;
  const { name } = entry;
  if (status === MessageStatus.ERROR) {
    return {
      name,
      decode: decodeNetMessageError,
      encode: encodeNetMessageError as Encode<unknown>,
    };
  }
  const calls = client.get(name)!;
  return type === MessageType.CALL
    ? { name, decode: entry.decode, encode: calls.encode }
    : { name, decode: calls.decode, encode: entry.encode as Encode<unknown> };
}

/** Decodes all packets of the chunks, strictly and to their last byte. */
export function decodePackets(chunks: readonly Uint8Array[]): Packet[] {
  const decoder = new FrameDecoder();
  const packets: Packet[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      const { program, version, procedure, type, serial, status } = frame;
      const { name, decode } = codecFor(type, status, procedure);
      const reader = new XdrReader(frame.body, { strict: true });
      const body = decode(reader);
      reader.finish();
      packets.push({ program, version, procedure, type, serial, status, name, body });
    }
  }
  if (decoder.pending > 0) throw new Error(`${decoder.pending} bytes are left`);
  return packets;
}

/** Encodes packets again. */
export function encodePackets(packets: readonly Packet[]): Uint8Array[] {
  const writer = new PacketWriter();
  for (const packet of packets) {
    const { encode } = codecFor(packet.type, packet.status, packet.procedure);
    writer.packet(packet, packet.type, packet.status, encode, packet.body);
  }
  return writer.take();
}

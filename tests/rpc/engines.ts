/**
 * Engines for tests, and what came out of them in a form that can be compared.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { encodeHex } from "@std/encoding/hex";
import { qemuProgram } from "../../gen/qemu/program.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import type { NetMessageError } from "../../gen/rpc/error.ts";
import type { Encode, Procedure } from "../../src/procedure.ts";
import { type EngineOptions, RpcEngine } from "../../src/rpc/engine.ts";
import { type Frame, FrameDecoder } from "../../src/rpc/frame.ts";
import type { RpcEvent } from "../../src/rpc/rpc_event.ts";
import { concat } from "./frames.ts";

/** A client that knows the remote and the qemu program. */
export function newClient(options: Partial<EngineOptions> = {}): RpcEngine {
  return new RpcEngine({ role: "client", programs: [remoteProgram, qemuProgram], ...options });
}

/** A server that knows the remote and the qemu program. */
export function newServer(options: Partial<EngineOptions> = {}): RpcEngine {
  return new RpcEngine({ role: "server", programs: [remoteProgram, qemuProgram], ...options });
}

/** A procedure of the remote program whose arguments and results are words as they are. */
export function rawProcedure(number: number): Procedure<Uint8Array, Uint8Array> {
  return {
    program: remoteProgram,
    number,
    name: `raw${number}`,
    encode: encodeRaw,
    decode: (reader) => reader.rest(),
  };
}

/** Writes bytes as they are. */
export const encodeRaw: Encode<Uint8Array> = (writer, bytes) => writer.raw(bytes);

/** All that an engine has to send, in one piece. */
export function output(engine: RpcEngine): Uint8Array<ArrayBuffer> {
  return concat(...engine.takeOutput());
}

/** An event in one line. */
export function line(event: RpcEvent): string {
  switch (event.type) {
    case "reply":
      return `reply ${event.call.serial} [${encodeHex(event.body)}] fds ${event.descriptors}`;
    case "error":
      return `error ${event.call.serial} code ${event.error.code} ${event.error.message}`;
    case "message":
      return `message ${event.program.toString(16)}:${event.procedure} [${encodeHex(event.body)}]`;
    case "call": {
      const { program, version, procedure, serial } = event.call;
      return `call ${program.toString(16)}/${version}:${procedure} serial ${serial} ` +
        `[${encodeHex(event.body)}] fds ${event.descriptors} ${event.known ? "known" : "unknown"}`;
    }
    case "data":
      return `data ${event.stream.serial} [${encodeHex(event.data)}]`;
    case "hole":
      return `hole ${event.stream.serial} ${event.length} flags ${event.flags}`;
    case "end":
    case "finish":
      return `${event.type} ${event.stream.serial}`;
    case "abort":
      return `abort ${event.stream.serial} ${event.error && `code ${event.error.code}`}`;
    case "keepalive":
      return event.kind;
    case "dead":
      return "dead";
    case "failure":
      return `failure ${event.error.name} ${event.error.origin}: ${event.error.message}`;
  }
}

/** What the bytes mean to an engine. */
export function receive(engine: RpcEngine, ...bytes: readonly Uint8Array[]): string[] {
  return bytes.flatMap((chunk) => engine.receive(chunk)).map(line);
}

/** An error on the wire that says nothing. */
export const NO_ERROR: NetMessageError = {
  code: 0,
  domain: 0,
  message: null,
  level: 0,
  dom: null,
  str1: null,
  str2: null,
  str3: null,
  int1: 0,
  int2: 0,
  net: null,
};

/** The frames of the bytes that come in these chunks. */
export function framesOf(chunks: readonly Uint8Array[]): Frame[] {
  const decoder = new FrameDecoder();
  const frames: Frame[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      frames.push(frame);
    }
  }
  assertEquals(decoder.pending, 0);
  return frames;
}

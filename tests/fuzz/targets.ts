/**
 * What is fed: each target takes bytes and says in a few words what became of them, or throws a
 * `Flaw`.
 *
 * @module
 */

import { domainOpenConsole } from "../../gen/remote/domain.ts";
import { qemuProgram } from "../../gen/qemu/program.ts";
import { lxcProgram } from "../../gen/lxc/program.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import { type Frame, FrameDecoder } from "../../src/rpc/frame.ts";
import type { RpcEvent } from "../../src/rpc/rpc_event.ts";
import { ProtocolError, XdrError } from "../../src/xdr/errors.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import { XdrWriter } from "../../src/xdr/writer.ts";
import { differenceOf } from "../codec/difference.ts";
import { Random } from "../codec/random.ts";
import { toGenerated } from "../codec/values.ts";
import { callsOf } from "../codec/schema.ts";
import { rawProcedure } from "../rpc/engines.ts";
import { concat } from "../rpc/frames.ts";
import {
  clientPacket,
  daemonPacket,
  damage,
  makeValue,
  packets,
  type Subject,
  SUBJECTS,
} from "./grammar.ts";

/** Something took an input as it must not. */
export class Flaw extends Error {
  override readonly name: string = "Flaw";
}

/** Something to feed. */
export interface Target {
  readonly name: string;
  /** A new input. */
  make(random: Random): Uint8Array;
  /** An input from one that was worth keeping. */
  change(bytes: Uint8Array, random: Random): Uint8Array;
  /** Says what became of it: inputs with a new answer are worth keeping. */
  feed(bytes: Uint8Array): string | Promise<string>;
}

/** What an error says, but for the numbers and texts in it. */
export function templateOf(error: Error): string {
  return `${error.name} ${error.message.replace(/"[^"]*"|-?\d+n?|0x[0-9a-f]+/g, "#").slice(0, 60)}`;
}

// what grows with each change is worth no more for it
const LONGEST = 2048;

function refused<T>(feed: () => T): T | string {
  try {
    return feed();
  } catch (error) {
    if (error instanceof ProtocolError) return templateOf(error);
    throw error;
  }
}

/** Damages bytes some times. */
export function changed(bytes: Uint8Array, random: Random): Uint8Array {
  let one = bytes;
  for (let n = 1 + random.below(3); n > 0; n--) one = damage(one, random);
  return one.subarray(0, LONGEST);
}

/** A generator that the bytes themselves seed: the same input always does the same. */
export function randomOf(bytes: Uint8Array): Random {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return new Random(hash);
}

function framesOf(chunks: readonly Uint8Array[]): { frames: Frame[]; error: string | undefined } {
  const decoder = new FrameDecoder();
  const frames: Frame[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    const error = refused(() => {
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
        frames.push({ ...frame, body: frame.body.slice() });
      }
      return undefined;
    });
    if (error !== undefined) return { frames, error };
  }
  return { frames, error: undefined };
}

/** Cuts bytes into chunks. */
export function cut(bytes: Uint8Array, random: Random): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random.below(random.oneIn(2) ? 8 : 200);
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

const frame: Target = {
  name: "frame",
  make: (random) => packets(random, random.oneIn(2) ? clientPacket : daemonPacket),
  change: changed,
  feed(bytes) {
    const whole = framesOf([bytes]);
    const parts = framesOf(cut(bytes, randomOf(bytes)));
    if (whole.error !== parts.error || whole.frames.length !== parts.frames.length) {
      throw new Flaw(`in one piece ${whole.error}, in many ${parts.error}`);
    }
    const difference = differenceOf(whole.frames, parts.frames);
    if (difference !== undefined) throw new Flaw(`cut up, it differs: ${difference}`);
    const size = whole.frames.reduce((sum, { body }) => sum + body.length + 28, 0);
    if (size > bytes.length) throw new Flaw(`${size} bytes came out of ${bytes.length}`);
    return `${whole.frames.length} ${whole.error}`;
  },
};

const subjectOf = (bytes: Uint8Array): Subject =>
  SUBJECTS[((bytes[0] ?? 0) << 8 | (bytes[1] ?? 0)) % SUBJECTS.length]!;

const strict = new XdrReader(new Uint8Array(0), { strict: true });
const lenient = new XdrReader(new Uint8Array(0));
const writer = new XdrWriter();

function encoded({ codec }: Subject, value: unknown): Uint8Array {
  writer.truncate(0);
  codec.encode(writer, value);
  return writer.bytes();
}

const decode: Target = {
  name: "decode",
  make(random) {
    const at = random.below(SUBJECTS.length);
    const { samples } = SUBJECTS[at]!;
    const sample = samples.length === 0 ? random.bytes(40) : random.pick(samples);
    return concat(Uint8Array.of(at >> 8, at & 0xff), changed(sample, random));
  },
  change: (bytes, random) => concat(bytes.subarray(0, 2), changed(bytes.subarray(2), random)),
  feed(bytes) {
    const subject = subjectOf(bytes);
    const body = bytes.subarray(2);
    const value = refused(() => ({ value: subject.codec.decode(lenient.reset(body)) }));
    const exact = refused(() => {
      const value = subject.codec.decode(strict.reset(body));
      strict.finish();
      return { value };
    });
    if (typeof value === "string") {
      if (typeof exact !== "string") {
        throw new Flaw(`${subject.name}: only the strict reader takes it`);
      }
      return value;
    }
    if (typeof exact === "string") return `${subject.name} ${exact}`;
    // what was understood can be said again, and is then understood the same; libvirt's own decoder
    // takes a NUL in a text, which can be said to nobody
    const again = refused(() => encoded(subject, exact.value).slice());
    if (typeof again === "string" && again.includes("NUL")) return `${subject.name} ${again}`;
    if (typeof again === "string") throw new Flaw(`${subject.name}: cannot be said: ${again}`);
    const difference = differenceOf(subject.codec.decode(strict.reset(again)), exact.value);
    if (difference !== undefined) throw new Flaw(`${subject.name}: said again, ${difference}`);
    return `${subject.name} strict`;
  },
};

// deno-fmt-ignore
const JUNK: readonly unknown[] = [
  undefined, null, NaN, Infinity, -1, 0.5, 1e99, 4294967296, -2147483649, 2n ** 64n, -(2n ** 63n) - 1n,
  "", "\ud800", "nul\0", "x".repeat(5000), true, {}, [], [undefined], new Uint8Array(70_000), Symbol("s"),
  () => 0, new Date(0), { field: "f", type: 9, value: 1 },
];

function withJunk(value: unknown, random: Random): unknown {
  if (random.oneIn(8) || typeof value !== "object" || value === null) return random.pick(JUNK);
  if (value instanceof Uint8Array) return random.pick(JUNK);
  const copy = Array.isArray(value) ? [...value] : Object.assign(
    Object.create(
      Object.getPrototypeOf(value),
    ),
    value,
  );
  const keys = Object.keys(copy);
  if (keys.length === 0) return random.pick(JUNK);
  const key = random.pick(keys);
  copy[key] = withJunk(copy[key], random);
  return copy;
}

const encode: Target = {
  name: "encode",
  make: (random) => random.bytes(8),
  change: (_, random) => random.bytes(8),
  feed(bytes) {
    const subject = subjectOf(bytes);
    const random = randomOf(bytes);
    const good = toGenerated(subject.struct, makeValue(subject.struct, random.below(50)));
    const value = withJunk(good, random);
    let body: Uint8Array;
    try {
      body = encoded(subject, value);
    } catch (error) {
      if (error instanceof XdrError || error instanceof TypeError || error instanceof RangeError) {
        return templateOf(error);
      }
      throw error;
    }
    // what is taken is at least a message of the protocol
    subject.codec.decode(strict.reset(body));
    strict.finish();
    return `${subject.name} taken`;
  },
};

const programs = [remoteProgram, qemuProgram, lxcProgram];
const STREAMS: ReadonlySet<number> = new Set(
  callsOf("remote").filter((one) => one.readstream ?? one.writestream).map(({ number }) => number),
);

function lineOf(event: RpcEvent): string {
  return event.type === "failure" ? templateOf(event.error) : event.type;
}

function feedEngine(engine: RpcEngine, bytes: Uint8Array): string {
  const random = randomOf(bytes);
  const events = cut(bytes, random).flatMap((chunk) => {
    const found = engine.receive(chunk);
    for (const event of found) if (event.type === "failure") engine.receive(chunk);
    return found;
  });
  const failures = events.filter(({ type }) => type === "failure").length;
  if (failures > 1 || (failures === 1 && events.at(-1)!.type !== "failure")) {
    throw new Flaw("something came after a failure");
  }
  const size = engine.takeOutput().reduce((sum, { length }) => sum + length, 0);
  if (size > bytes.length) throw new Flaw(`${size} bytes are answered to ${bytes.length}`);
  engine.receiveEnd();
  return events.map(lineOf).join();
}

const client: Target = {
  name: "client",
  make: (random) => packets(random, daemonPacket),
  change: changed,
  feed(bytes) {
    const engine = new RpcEngine({ role: "client", programs });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    // calls of what the first packet answers, so that answers are met
    const procedure = bytes.length >= 28 ? view.getInt32(12) : 1;
    for (let n = 0; n < 6; n++) {
      engine.sendCall(rawProcedure(procedure), new Uint8Array(0), n, STREAMS.has(procedure));
    }
    engine.sendCall(domainOpenConsole, { dom: NOBODY, devName: null, flags: 0 }, 6, true);
    engine.takeOutput();
    const before = engine.pendingCalls;
    const line = feedEngine(engine, bytes);
    if (engine.pendingCalls > before) throw new Flaw("calls came from nowhere");
    return line;
  },
};

const NOBODY = toGenerated(
  SUBJECTS.find(({ name }) => name === "remote_nonnull_domain")!.struct,
  makeValue(SUBJECTS.find(({ name }) => name === "remote_nonnull_domain")!.struct, 0),
) as Parameters<typeof domainOpenConsole.encode>[1]["dom"];

const server: Target = {
  name: "server",
  make: (random) => packets(random, clientPacket),
  change: changed,
  feed(bytes) {
    const engine = new RpcEngine({ role: "server", programs });
    for (let serial = 1; serial < 4; serial++) {
      engine.openStream(
        { program: remoteProgram.number, version: 1, procedure: 209, serial },
        null,
      );
    }
    return feedEngine(engine, bytes);
  },
};

/** Targets that need no event loop. */
export const TARGETS: readonly Target[] = [frame, decode, encode, client, server];

/**
 * Packets made byte by byte, so that tests compare the engine with something that is not the engine.
 *
 * The numbers are those of virnetprotocol.x, written out: nothing here comes from `src` or `gen`.
 *
 * @module
 */

/** Program numbers. */
export const PROGRAM = {
  remote: 0x20008086,
  qemu: 0x20008087,
  lxc: 0x20008088,
  keepalive: 0x6b656570,
} as const;

/** What a packet is for. */
export const TYPE = {
  call: 0,
  reply: 1,
  message: 2,
  stream: 3,
  callWithDescriptors: 4,
  replyWithDescriptors: 5,
  hole: 6,
} as const;

/** How it goes. */
export const STATUS = { ok: 0, error: 1, more: 2 } as const;

/** The words of a packet's header and what follows them; what is left out is 0, or empty. */
export interface PacketFields {
  /** The length word, where it is to be another than the packet's real length. */
  readonly length?: number;
  readonly program?: number;
  readonly version?: number;
  readonly procedure?: number;
  readonly type?: number;
  readonly serial?: number;
  readonly status?: number;
  readonly body?: Uint8Array;
}

/** A packet; of the remote program, version 1, unless said otherwise. */
export function packet(fields: PacketFields = {}): Uint8Array<ArrayBuffer> {
  const body = fields.body ?? new Uint8Array(0);
  const header = words(
    fields.length ?? 28 + body.length,
    fields.program ?? PROGRAM.remote,
    fields.version ?? 1,
    fields.procedure ?? 0,
    fields.type ?? 0,
    fields.serial ?? 0,
    fields.status ?? 0,
  );
  return concat(header, body);
}

/** A call. */
export function call(
  procedure: number,
  serial: number,
  body?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return packet({ procedure, serial, type: TYPE.call, ...bodyOf(body) });
}

/** The answer to a call. */
export function reply(
  procedure: number,
  serial: number,
  body?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return packet({ procedure, serial, type: TYPE.reply, ...bodyOf(body) });
}

/** The refusal of a call. */
export function errorReply(
  procedure: number,
  serial: number,
  error: Uint8Array = errorBody(),
): Uint8Array<ArrayBuffer> {
  return packet({ procedure, serial, type: TYPE.reply, status: STATUS.error, body: error });
}

/** An event. */
export function message(procedure: number, body?: Uint8Array): Uint8Array<ArrayBuffer> {
  return packet({ procedure, type: TYPE.message, ...bodyOf(body) });
}

/** Data of a stream; without any, the packet says that no more comes. */
export function streamData(
  procedure: number,
  serial: number,
  data?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return packet({ procedure, serial, type: TYPE.stream, status: STATUS.more, ...bodyOf(data) });
}

/** The end of a stream, or its confirmation. */
export function streamFinish(procedure: number, serial: number): Uint8Array<ArrayBuffer> {
  return packet({ procedure, serial, type: TYPE.stream, status: STATUS.ok });
}

/** The end of a stream by an error, from the server with a body that says which. */
export function streamAbort(
  procedure: number,
  serial: number,
  error?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return packet({ procedure, serial, type: TYPE.stream, status: STATUS.error, ...bodyOf(error) });
}

/** A stretch of a stream without data. */
export function hole(
  procedure: number,
  serial: number,
  length: bigint,
  flags = 0,
): Uint8Array<ArrayBuffer> {
  const body = concat(hyper(length), words(flags));
  return packet({ procedure, serial, type: TYPE.hole, status: STATUS.more, body });
}

/** A packet that carries descriptors: their count before the body, a byte for each behind it. */
export function withDescriptors(
  fields: PacketFields & { readonly descriptors: number },
): Uint8Array<ArrayBuffer> {
  const counted = concat(words(fields.descriptors), fields.body ?? new Uint8Array(0));
  const dummies = new Uint8Array(fields.descriptors).fill(0xdd);
  return concat(packet({ ...fields, body: counted }), dummies);
}

/** A keepalive ping. */
export function ping(): Uint8Array<ArrayBuffer> {
  return packet({ program: PROGRAM.keepalive, procedure: 1, type: TYPE.message });
}

/** The answer to a keepalive ping. */
export function pong(): Uint8Array<ArrayBuffer> {
  return packet({ program: PROGRAM.keepalive, procedure: 2, type: TYPE.message });
}

/** The fields of an error; what is left out is 0, or absent. */
export interface ErrorFields {
  readonly code?: number;
  readonly domain?: number;
  readonly message?: string;
  readonly level?: number;
  readonly dom?: { readonly name: string; readonly uuid: Uint8Array; readonly id: number };
  readonly str1?: string;
  readonly str2?: string;
  readonly str3?: string;
  readonly int1?: number;
  readonly int2?: number;
  readonly net?: { readonly name: string; readonly uuid: Uint8Array };
}

/** The body of an error reply. */
export function errorBody(fields: ErrorFields = {}): Uint8Array<ArrayBuffer> {
  const { dom, net } = fields;
  return concat(
    words(fields.code ?? 0, fields.domain ?? 0),
    optional(fields.message, text),
    words(fields.level ?? 0),
    optional(dom, (d) => concat(text(d.name), d.uuid, words(d.id))),
    optional(fields.str1, text),
    optional(fields.str2, text),
    optional(fields.str3, text),
    words(fields.int1 ?? 0, fields.int2 ?? 0),
    optional(net, (n) => concat(text(n.name), n.uuid)),
  );
}

/** 32-bit words, big-endian; negative ones in two's complement. */
export function words(...values: number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(values.flatMap((v) => [v >>> 24, v >>> 16, v >>> 8, v]));
}

/** A 64-bit word. */
export function hyper(value: bigint): Uint8Array<ArrayBuffer> {
  return words(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)));
}

/** A string: its length, its bytes, zeroes up to the next word. */
export function text(value: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(value);
  return concat(words(bytes.length), bytes, new Uint8Array((4 - bytes.length % 4) % 4));
}

/** A value that may be absent: 0, or 1 and the value. */
export function optional<T>(
  value: T | undefined,
  encode: (value: T) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  return value === undefined ? words(0) : concat(words(1), encode(value));
}

/** The parts one after another. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function bodyOf(body: Uint8Array | undefined): { body?: Uint8Array } {
  return body === undefined ? {} : { body };
}

/**
 * Packets of the protocol in words.
 *
 * @module
 */

import { adminDispatch } from "../../gen/admin/dispatch.ts";
import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import { lxcDispatch } from "../../gen/lxc/dispatch.ts";
import { qemuDispatch } from "../../gen/qemu/dispatch.ts";
import { remoteDispatch } from "../../gen/remote/dispatch.ts";
import * as protocol from "../protocol.ts";
import {
  decodeNetMessageError,
  decodeNetStreamHole,
  type DispatchTable,
  type EventMessage,
  type Frame,
  KEEPALIVE_PING,
  keepaliveProgram,
  MessageStatus,
  MessageType,
  type Procedure,
  Uuid,
  XdrReader,
} from "../protocol.ts";

/** Who has sent a packet. */
export type Side = "client" | "daemon";

/** A packet in words. */
export interface Described {
  /** `call`, `reply`, `error`, `event`, `data`, `hole`, `end`, `finish`, `abort`, `ping`, `pong`. */
  readonly kind: string;
  /** The program's name, or its number. */
  readonly program: string;
  /** The procedure's name, or its number. */
  readonly procedure: string;
  readonly serial: number;
  /** Bytes of the body. */
  readonly bytes: number;
  /** File descriptors that came with it. */
  readonly descriptors: number;
  /** What it says, decoded; `undefined` where it says nothing. */
  readonly body: unknown;
  /** Why the body cannot be decoded. */
  readonly fault?: string;
}

type Key = `${number}:${number}`;
type Known = Pick<Procedure<never, unknown>, "name" | "decode">;

const TABLES: readonly DispatchTable[] = [remoteDispatch, qemuDispatch, lxcDispatch, adminDispatch];
const PROGRAMS = new Map(TABLES.map(({ program }) => [program.number, program.name]));
const ARGUMENTS = new Map<Key, Known>(
  TABLES.flatMap(({ program, procedures }) =>
    Object.entries(procedures).map(([number, entry]) =>
      [`${program.number}:${+number}`, entry] as const
    )
  ),
);

// The protocol's entry point exports every procedure and message: what they are tells which it is.
const RESULTS = new Map<Key, Known>();
const MESSAGES = new Map<Key, Known>();
for (const value of Object.values(protocol) as unknown[]) {
  if (!isDescription(value)) continue;
  const key: Key = `${value.program.number}:${value.number}`;
  if ("encode" in value) RESULTS.set(key, value as unknown as Known);
  else MESSAGES.set(key, value);
}

function isDescription(value: unknown): value is EventMessage<unknown> {
  return typeof value === "object" && value !== null && "program" in value && "decode" in value &&
    "name" in value;
}

/** Procedures whose arguments or results are secrets. */
const SECRET = new Set([
  "authSaslStart",
  "authSaslStep",
  "secretSetValue",
  "secretGetValue",
  "domainSetUserPassword",
]);

/** Says what a packet is. */
export function describe(frame: Frame, from: Side, secrets: boolean): Described {
  const { serial, body, descriptors } = frame;
  const key: Key = `${frame.program}:${frame.procedure}`;
  if (frame.program === keepaliveProgram.number) {
    const kind = frame.procedure === KEEPALIVE_PING ? "ping" : "pong";
    return {
      kind,
      program: "keepalive",
      procedure: kind,
      serial,
      bytes: 0,
      descriptors,
      body: undefined,
    };
  }
  const known = ARGUMENTS.get(key) ?? MESSAGES.get(key);
  const base = {
    program: PROGRAMS.get(frame.program) ?? `0x${frame.program.toString(16)}`,
    procedure: known?.name ?? `procedure ${frame.procedure}`,
    serial,
    bytes: body.length,
    descriptors,
  };
  const [kind, decoder] = kindOf(frame, from, key);
  if (decoder === undefined) return { kind, ...base, body: undefined };
  if (SECRET.has(base.procedure) && !secrets && kind !== "error") {
    return { kind, ...base, body: "hidden; --secrets shows it" };
  }
  try {
    const reader = new XdrReader(body, { strict: true });
    const value = decoder(reader);
    reader.finish();
    return { kind, ...base, body: value };
  } catch (error) {
    return { kind, ...base, body: undefined, fault: (error as Error).message };
  }
}

function kindOf(
  { type, status, body }: Frame,
  from: Side,
  key: Key,
): [kind: string, decode?: ((reader: XdrReader) => unknown) | undefined] {
  switch (type) {
    case MessageType.CALL:
    case MessageType.CALL_WITH_FDS:
      return from === "client" ? ["call", ARGUMENTS.get(key)?.decode] : ["call?"];
    case MessageType.REPLY:
    case MessageType.REPLY_WITH_FDS:
      return status === MessageStatus.ERROR
        ? ["error", errorIn]
        : ["reply", RESULTS.get(key)?.decode];
    case MessageType.MESSAGE:
      return ["event", MESSAGES.get(key)?.decode];
    case MessageType.STREAM:
      if (status === MessageStatus.OK) return ["finish"];
      if (status === MessageStatus.ERROR) return body.length === 0 ? ["abort"] : ["abort", errorIn];
      return body.length === 0 ? ["end"] : ["data"];
    case MessageType.STREAM_HOLE:
      return ["hole", decodeNetStreamHole];
  }
  return [`type ${type}`];
}

function errorIn(reader: XdrReader): unknown {
  const { code, domain, message } = decodeNetMessageError(reader);
  return {
    code: ErrorNumber[code] ?? code,
    domain: ErrorDomain[domain] ?? domain,
    message,
  };
}

const TEXT = 80;
const ITEMS = 4;

/** A value on one line; what is long is cut unless all is wanted. */
export function inspect(value: unknown, full: boolean): string {
  if (typeof value === "string") {
    const cut = !full && value.length > TEXT;
    return JSON.stringify(cut ? `${value.slice(0, TEXT)}…` : value);
  }
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Uuid) return value.toString();
  if (value instanceof Uint8Array) {
    const shown = Array.from(
      full ? value : value.subarray(0, 8),
      (byte) => byte.toString(16).padStart(2, "0"),
    );
    return `<${value.length} bytes ${shown.join("")}${shown.length < value.length ? "…" : ""}>`;
  }
  if (Array.isArray(value)) {
    const shown = (full ? value : value.slice(0, ITEMS)).map((item) => inspect(item, full));
    if (shown.length < value.length) shown.push(`… ${value.length - shown.length} more`);
    return `[${shown.join(", ")}]`;
  }
  const entries = Object.entries(value);
  const { field, value: typed } = value as { field?: unknown; value?: unknown };
  // a typed parameter
  if (typeof field === "string" && "type" in value) return `${field}=${inspect(typed, full)}`;
  return `{${entries.map(([key, each]) => `${key}: ${inspect(each, full)}`).join(", ")}}`;
}

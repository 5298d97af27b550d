/**
 * From what ended a call to the error that its caller gets.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import type { NetMessageError } from "../../gen/rpc/error.ts";
import {
  AuthError,
  type CloseReason,
  ConnectionError,
  LibvirtError,
  type LibvirtErrorFields,
  ProtocolError,
  UnsupportedError,
} from "../errors.ts";
import type { Procedure } from "../procedure.ts";

/**
 * Why a call ended without a result.
 *
 * It stays data until the caller's `await` goes on, where the error is created: there its stack
 * shows who called, at no cost for the calls that succeed.
 */
export type Failure =
  /** The daemon answered an error. */
  | { readonly kind: "answer"; readonly error: NetMessageError }
  /** The connection is gone. */
  | {
    readonly kind: "closed";
    readonly reason: CloseReason;
    readonly error: Error | undefined;
    readonly label: string;
  }
  /** A value to throw as it is: an abort's reason, arguments that cannot be sent. */
  | { readonly kind: "thrown"; readonly value: unknown };

/** Creates what a failed call throws. */
export function errorOf(
  failure: Failure,
  procedure: Pick<Procedure<never, unknown>, "name">,
): unknown {
  switch (failure.kind) {
    case "answer":
      return libvirtErrorOf(failure.error, procedure.name);
    case "closed":
      return closedError(failure, `"${procedure.name}" got no answer`);
    case "thrown":
      return failure.value;
  }
}

/** The error of something that was pending on a connection that ended. */
export function closedError(
  { reason, error, label }: { reason: CloseReason; error: Error | undefined; label: string },
  what: string,
): Error {
  // one that ended inside a packet has gone as any other
  if (error instanceof ProtocolError && reason === "error") {
    return new ProtocolError(`${what}: ${error.message}`, error.origin, { cause: error });
  }
  const why = {
    client: "this side closed the connection",
    eof: "the daemon closed the connection",
    keepalive: "the daemon no longer answers",
    error: "the connection failed",
  }[reason];
  const isKnown = error === undefined || reason === "eof" && !(error instanceof ProtocolError);
  const detail = isKnown ? "" : `: ${error.message}`;
  const options = error === undefined ? {} : { cause: error };
  return new ConnectionError(`${what}: ${why} (${label})${detail}`, reason, options);
}

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/**
 * The error with the stack of `opened`, less the frames of this library on top of it: packets are
 * handled where nobody's caller is on the stack.
 */
export function withStackOf<E extends Error>(error: E, opened: Error, ownFrames: number): E {
  const frames = opened.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  frames.splice(0, ownFrames);
  if (frames.length > 0) {
    error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
  }
  return error;
}

// A procedure that the daemon does not know has no code of its own (virnetserverprogram.c).
const UNKNOWN_PROCEDURE = /^unknown procedure: \d+$/;

/** The error that a daemon answered, as a class that callers can catch. */
export function libvirtErrorOf(wire: NetMessageError, procedure?: string): LibvirtError {
  const unknown = wire.code === ErrorNumber.RPC &&
    (wire.domain === ErrorDomain.RPC || wire.domain === ErrorDomain.REMOTE) &&
    UNKNOWN_PROCEDURE.test(wire.message ?? "");
  const fields: LibvirtErrorFields = {
    code: wire.code,
    domain: wire.domain,
    level: wire.level,
    str1: wire.str1,
    str2: wire.str2,
    str3: wire.str3,
    int1: wire.int1,
    int2: wire.int2,
    dom: wire.dom === null
      ? null
      : { name: wire.dom.name, uuid: wire.dom.uuid.toString(), id: wire.dom.id },
    net: wire.net === null ? null : { name: wire.net.name, uuid: wire.net.uuid.toString() },
    ...(procedure === undefined ? {} : { procedure }),
  };
  if (unknown) {
    const message = `The daemon does not know the procedure "${procedure ?? "?"}": it is older ` +
      `than this call, or built without it (${wire.message})`;
    return new UnsupportedError(message, fields);
  }
  const message = wire.message ?? `The daemon answered error ${wire.code} without a message`;
  if (wire.code === ErrorNumber.NO_SUPPORT) return new UnsupportedError(message, fields);
  if (isAuthCode(wire.code)) return new AuthError(message, fields);
  return new LibvirtError(message, fields);
}

function isAuthCode(code: number): boolean {
  return code === ErrorNumber.AUTH_FAILED || code === ErrorNumber.AUTH_CANCELLED ||
    code === ErrorNumber.AUTH_UNAVAILABLE;
}

/**
 * What can go wrong: an answer of the daemon, a connection, a protocol.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../gen/enums/errors.ts";

export { ProtocolError, XdrError } from "./xdr/errors.ts";

/** The object that an error concerns, as the daemon names it. */
export interface ErrorObject {
  /** Name of the domain or network. */
  readonly name: string;
  /** Its UUID in canonical form. */
  readonly uuid: string;
  /** Its runtime id; -1 for an inactive domain, absent for a network. */
  readonly id?: number;
}

/** The fields of libvirt's `virError` beside the message. */
export interface LibvirtErrorFields {
  /** Error number: a value of `ErrorNumber`. */
  readonly code: number;
  /** Which part of libvirt raised it: a value of `ErrorDomain`. */
  readonly domain?: number;
  /** Severity: 0 none, 1 warning, 2 error. */
  readonly level?: number;
  /** Extra text, by convention the message's first argument. */
  readonly str1?: string | null;
  /** Extra text. */
  readonly str2?: string | null;
  /** Extra text. */
  readonly str3?: string | null;
  /** Extra number; the errno where the code is `SYSTEM_ERROR`. */
  readonly int1?: number;
  /** Extra number. */
  readonly int2?: number;
  /** The domain that it concerns. */
  readonly dom?: ErrorObject | null;
  /** The network that it concerns. */
  readonly net?: ErrorObject | null;
  /** The procedure that was called. */
  readonly procedure?: string;
  /** `remote` when the daemon answered it, `local` when nothing was sent. */
  readonly origin?: "local" | "remote";
}

/**
 * An error of libvirt's: the daemon understood the call and refused it.
 *
 * @example
 * ```ts
 * import { LibvirtError } from "@virtwire/libvirt";
 *
 * function explain(error: unknown): string {
 *   return error instanceof LibvirtError ? `${error.codeName}: ${error.message}` : String(error);
 * }
 * ```
 */
export class LibvirtError extends Error {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "LibvirtError";
  /** Error number: a value of `ErrorNumber`. */
  readonly code: number;
  /** Which part of libvirt raised it: a value of `ErrorDomain`. */
  readonly domain: number;
  /** Severity: 0 none, 1 warning, 2 error. */
  readonly level: number;
  /** Extra text, by convention the message's first argument; `null` when absent. */
  readonly str1: string | null;
  /** Extra text; `null` when absent. */
  readonly str2: string | null;
  /** Extra text; `null` when absent. */
  readonly str3: string | null;
  /** Extra number; the errno where the code is `SYSTEM_ERROR`. */
  readonly int1: number;
  /** Extra number. */
  readonly int2: number;
  /** The domain that it concerns; `null` when the daemon names none. */
  readonly dom: ErrorObject | null;
  /** The network that it concerns; `null` when the daemon names none. */
  readonly net: ErrorObject | null;
  /** The procedure that was called, in camelCase; `undefined` when no call is concerned. */
  readonly procedure: string | undefined;
  /** `remote` when the daemon answered it, `local` when nothing was sent. */
  readonly origin: "local" | "remote";

  /** Creates the error. */
  constructor(message: string, fields: LibvirtErrorFields, options?: ErrorOptions) {
    super(message, options);
    this.code = fields.code;
    this.domain = fields.domain ?? ErrorDomain.NONE;
    this.level = fields.level ?? 2;
    this.str1 = fields.str1 ?? null;
    this.str2 = fields.str2 ?? null;
    this.str3 = fields.str3 ?? null;
    this.int1 = fields.int1 ?? 0;
    this.int2 = fields.int2 ?? 0;
    this.dom = fields.dom ?? null;
    this.net = fields.net ?? null;
    this.procedure = fields.procedure;
    this.origin = fields.origin ?? "remote";
  }

  /** Name of `code` without its prefix: `NO_DOMAIN`; `UNKNOWN_n` for a number newer than this library. */
  get codeName(): string {
    return ErrorNumber[this.code] ?? `UNKNOWN_${this.code}`;
  }

  /** Name of `domain` without its prefix: `QEMU`; `UNKNOWN_n` for a number newer than this library. */
  get domainName(): string {
    return ErrorDomain[this.domain] ?? `UNKNOWN_${this.domain}`;
  }
}

/** The daemon, or we before asking it, did not accept who the caller is. */
export class AuthError extends LibvirtError {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "AuthError";
}

/**
 * The daemon, the driver or the transport cannot do what was asked.
 *
 * `origin` is `local` where nothing was sent.
 */
export class UnsupportedError extends LibvirtError {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "UnsupportedError";
}

/** Creates the error for something that this side refuses before anything is sent. */
export function unsupported(message: string, procedure?: string): UnsupportedError {
  return new UnsupportedError(message, {
    code: ErrorNumber.NO_SUPPORT,
    domain: ErrorDomain.REMOTE,
    origin: "local",
    ...(procedure === undefined ? {} : { procedure }),
  });
}

/** Creates the error for a peer that does not accept who the caller is, or cannot be told. */
export function authFailed(message: string, options?: ErrorOptions): AuthError {
  return new AuthError(message, {
    code: ErrorNumber.AUTH_FAILED,
    domain: ErrorDomain.REMOTE,
    origin: "local",
  }, options);
}

/**
 * Why a connection ended: the caller closed it, the peer hung up, something failed, or the peer no
 * longer answered.
 */
export type CloseReason = "client" | "eof" | "error" | "keepalive";

/** The connection could not be made, or is gone; what was pending on it fails with this error. */
export class ConnectionError extends Error {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "ConnectionError";
  /** Why; `error` for a connection that could not be made. */
  readonly reason: CloseReason;

  /** Creates the error. */
  constructor(message: string, reason: CloseReason = "error", options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * Whether an error says that the object asked for does not exist.
 *
 * @example
 * ```ts
 * import { type Connection, type Domain, isNotFound } from "@virtwire/libvirt";
 *
 * async function find(conn: Connection, name: string): Promise<Domain | undefined> {
 *   try {
 *     return await conn.lookupDomainByName(name);
 *   } catch (error) {
 *     if (isNotFound(error)) return undefined;
 *     throw error;
 *   }
 * }
 * ```
 */
export function isNotFound(error: unknown): error is LibvirtError {
  return error instanceof LibvirtError && isNotFoundCode(error.code);
}

// A set of them would be in every bundle, as bundlers take reading a property for an effect.
function isNotFoundCode(code: number): boolean {
  switch (code) {
    case ErrorNumber.NO_DOMAIN:
    case ErrorNumber.NO_NETWORK:
    case ErrorNumber.NO_NETWORK_PORT:
    case ErrorNumber.NO_STORAGE_POOL:
    case ErrorNumber.NO_STORAGE_VOL:
    case ErrorNumber.NO_NODE_DEVICE:
    case ErrorNumber.NO_INTERFACE:
    case ErrorNumber.NO_NWFILTER:
    case ErrorNumber.NO_NWFILTER_BINDING:
    case ErrorNumber.NO_SECRET:
    case ErrorNumber.NO_DOMAIN_SNAPSHOT:
    case ErrorNumber.NO_DOMAIN_CHECKPOINT:
    case ErrorNumber.NO_DOMAIN_METADATA:
    case ErrorNumber.NO_NETWORK_METADATA:
    case ErrorNumber.NO_DOMAIN_BACKUP:
    case ErrorNumber.NO_SERVER:
    case ErrorNumber.NO_CLIENT:
      return true;
    default:
      return false;
  }
}

/** Whether an error says that the daemon, driver or transport cannot do what was asked. */
export function isUnsupported(error: unknown): error is LibvirtError {
  return error instanceof UnsupportedError ||
    (error instanceof LibvirtError && isUnsupportedCode(error.code));
}

function isUnsupportedCode(code: number): boolean {
  switch (code) {
    case ErrorNumber.NO_SUPPORT:
    case ErrorNumber.ARGUMENT_UNSUPPORTED:
    case ErrorNumber.OPERATION_UNSUPPORTED:
    case ErrorNumber.CONFIG_UNSUPPORTED:
      return true;
    default:
      return false;
  }
}

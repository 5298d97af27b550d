/**
 * Errors with every field as libvirt's daemon fills it.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import type { NetMessageError } from "../../gen/rpc/error.ts";
import { LibvirtError } from "../errors.ts";
import { Uuid } from "../xdr/uuid.ts";
import { errorMessage, errorTemplate } from "./error_text.ts";

/**
 * Creates the error that libvirt raises for a code with some details.
 *
 * @example
 * ```ts
 * import { ErrorDomain, ErrorNumber } from "@virtwire/libvirt";
 * import { failure } from "@virtwire/libvirt/server";
 *
 * console.log(failure(ErrorDomain.TEST, ErrorNumber.NO_DOMAIN, "no domain 'web'").message);
 * // Domain not found: no domain 'web'
 * ```
 */
export function failure(domain: number, code: number, detail?: string): LibvirtError {
  return new LibvirtError(errorMessage(code, detail), {
    code,
    domain,
    str1: errorTemplate(code, detail !== undefined),
    str2: detail ?? null,
    int1: -1,
    int2: -1,
  });
}

/** Creates the error of a failed system call, with its number and the system's text for it. */
export function systemFailure(
  domain: number,
  errno: number,
  reason: string,
  detail: string,
): LibvirtError {
  const text = `${detail}: ${reason}`;
  return new LibvirtError(text, {
    code: ErrorNumber.SYSTEM_ERROR,
    domain,
    str1: "%s",
    str2: text,
    int1: errno,
    int2: -1,
  });
}

/** Creates the error of an argument that the public function itself refuses. */
export function badArgument(
  domain: number,
  cFunction: string,
  argument: string,
  problem: string,
): LibvirtError {
  return new LibvirtError(`${argument} in ${cFunction} ${problem}`, {
    code: ErrorNumber.INVALID_ARG,
    domain,
    str1: cFunction,
    str2: argument.replace(/^string /, ""),
  });
}

/** Creates the error of flags that a driver's function does not take. */
export function badFlags(domain: number, cFunction: string, unknown: number): LibvirtError {
  const text = `unsupported flags (0x${(unknown >>> 0).toString(16)}) in function ${cFunction}`;
  return new LibvirtError(text, {
    code: ErrorNumber.INVALID_ARG,
    domain,
    str1: cFunction,
    str2: "flags",
  });
}

/** Creates an error of the RPC layer itself. */
export function rpcFailure(detail: string): LibvirtError {
  return failure(ErrorDomain.RPC, ErrorNumber.RPC, detail);
}

/** The error as it goes over the wire; whatever is not libvirt's becomes an internal error. */
export function wireError(error: unknown): NetMessageError {
  if (!(error instanceof LibvirtError)) {
    const text = error instanceof Error ? error.message : String(error);
    return wireError(failure(ErrorDomain.RPC, ErrorNumber.INTERNAL_ERROR, text));
  }
  const { dom, net } = error;
  return {
    code: error.code,
    domain: error.domain,
    message: sendable(error.message),
    level: error.level,
    dom: dom === null
      ? null
      : { name: sendable(dom.name), uuid: Uuid.parse(dom.uuid), id: dom.id ?? -1 },
    str1: error.str1 === null ? null : sendable(error.str1),
    str2: error.str2 === null ? null : sendable(error.str2),
    str3: error.str3 === null ? null : sendable(error.str3),
    int1: error.int1,
    int2: error.int2,
    net: net === null ? null : { name: sendable(net.name), uuid: Uuid.parse(net.uuid) },
  };
}

// An error may quote what a client has sent: a NUL, where C's text ends, or as much as fits in a
// packet, to which the rest of the sentence comes.
const LONGEST = 65_536;

function sendable(text: string): string {
  const end = text.indexOf("\0");
  return text.slice(0, end < 0 ? LONGEST : Math.min(end, LONGEST)).toWellFormed();
}

/**
 * What the proxy answers by itself.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import type { NetMessageError } from "../../gen/rpc/error.ts";

const LEVEL_ERROR = 2;

function refusal(code: number, domain: number, message: string, detail: string): NetMessageError {
  return {
    code,
    domain,
    message: `${message}: ${detail}`,
    level: LEVEL_ERROR,
    dom: null,
    str1: `${message}: %s`,
    str2: detail,
    str3: null,
    int1: -1,
    int2: -1,
    net: null,
  };
}

/** libvirt's own answer where its access control does not allow a call. */
export function accessDenied(detail: string): NetMessageError {
  return refusal(ErrorNumber.ACCESS_DENIED, ErrorDomain.ACCESS, "access denied", detail);
}

/** For a call that would pass file descriptors. */
export function cannotPassDescriptors(procedure: string): NetMessageError {
  return refusal(
    ErrorNumber.NO_SUPPORT,
    ErrorDomain.RPC,
    "this function is not supported by the connection driver",
    `${procedure} passes file descriptors, which a WebSocket cannot carry`,
  );
}

/** For a client that wants to say who it is, though nobody asks. */
export function authenticatedAlready(): NetMessageError {
  return refusal(
    ErrorNumber.AUTH_FAILED,
    ErrorDomain.RPC,
    "authentication failed",
    "the proxy has authenticated already",
  );
}

/** For a program that no daemon speaks on this socket, in the daemon's words. */
export function unknownProgram(program: number, version: number): NetMessageError {
  return refusal(
    ErrorNumber.RPC,
    ErrorDomain.RPC,
    "Cannot find program",
    `${program} version ${version}`,
  );
}

/** For a client that wants another hypervisor than the target's. */
export function otherName(wanted: string, target: string): NetMessageError {
  return refusal(
    ErrorNumber.ACCESS_DENIED,
    ErrorDomain.ACCESS,
    "access denied",
    `the target is "${target}", not "${wanted}"; open it by that name, or by an empty one`,
  );
}

/** For a client that has too much open. */
export function tooManyStreams(limit: number): NetMessageError {
  return refusal(
    ErrorNumber.OPERATION_FAILED,
    ErrorDomain.RPC,
    "operation failed",
    `there are ${limit} streams open on this connection; finish some`,
  );
}

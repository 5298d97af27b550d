/**
 * The test driver's refusals, in libvirt's words.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { LibvirtError } from "../../errors.ts";
import { testFunctionName } from "../c_names.ts";
import type { CallContext } from "../driver.ts";
import { badFlags, failure } from "../failure.ts";

/** Creates an error that the test driver itself raises. */
export function refusal(code: number, detail?: string): LibvirtError {
  return failure(ErrorDomain.TEST, code, detail);
}

/** Creates the error of an operation that the object's state does not allow. */
export function invalidOperation(detail: string): LibvirtError {
  return refusal(ErrorNumber.OPERATION_INVALID, detail);
}

/** Creates the error of an argument that the driver does not take. */
export function invalidArgument(detail: string): LibvirtError {
  return refusal(ErrorNumber.INVALID_ARG, detail);
}

/** Creates the error that stands for anything unexpected. */
export function internalError(detail: string): LibvirtError {
  return refusal(ErrorNumber.INTERNAL_ERROR, detail);
}

/** Creates the error of a driver's function that fails without an error of its own. */
export function unknownCause(): LibvirtError {
  return new LibvirtError("An error occurred, but the cause is unknown", {
    code: ErrorNumber.INTERNAL_ERROR,
    domain: ErrorDomain.NONE,
  });
}

/** `VIR_TYPED_PARAM_STRING_OKAY`, which the daemon adds for clients that know string parameters. */
export const STRING_OKAY = 4;

/** Refuses flags that the driver's function does not know. */
export function checkFlags(context: CallContext, flags: number, known: number = 0): void {
  const unknown = flags & ~known;
  if (unknown !== 0) {
    throw badFlags(ErrorDomain.TEST, testFunctionName(context.procedure), unknown);
  }
}

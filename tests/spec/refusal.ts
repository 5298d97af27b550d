/**
 * What a refusal looks like.
 *
 * @module
 */

import { assertInstanceOf } from "@std/assert";
import { LibvirtError } from "../../mod.ts";

/** The code, domain and message of the error that a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<[string, string, string]> {
  const error = await call.then(
    () => {
      throw new Error("The call was not refused");
    },
    (reason: unknown) => reason,
  );
  assertInstanceOf(error, LibvirtError);
  return [error.codeName, error.domainName, error.message];
}

/** The different codes of the errors that calls are refused with, all made at once. */
export async function refusalCodes(calls: readonly Promise<unknown>[]): Promise<string[]> {
  const refusals = await Promise.all(calls.map(refusal));
  return [...new Set(refusals.map(([code]) => code))];
}

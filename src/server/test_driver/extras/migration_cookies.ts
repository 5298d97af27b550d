/**
 * What the two halves of a migration tell each other by way of the client.
 *
 * @module
 */

import { ErrorNumber } from "../../../../gen/enums/errors.ts";
import { refusal } from "../refusals.ts";

/** Bytes that the client carries without reading them. */
export type Cookie = Uint8Array;

/** What a step was done for, for the next step to see. */
export function cookie(step: string, name: string): Cookie {
  return new TextEncoder().encode(`${step} ${name}`);
}

/** Throws unless a cookie comes from a step; so that a client which carries the wrong one is found. */
export function checkCookie(given: Cookie, step: string): void {
  const found = new TextDecoder().decode(given);
  if (found.startsWith(`${step} `)) return;
  throw refusal(
    ErrorNumber.INTERNAL_ERROR,
    `malformed migration cookie: expected that of '${step}', found '${found}'`,
  );
}

/**
 * An error as one line for a terminal.
 *
 * @module
 */

import { LibvirtError } from "../errors.ts";

/** What went wrong in one line; the library's messages say what to do themselves. */
export function explain(error: unknown): string {
  if (error instanceof LibvirtError && error.origin === "remote") {
    return `${error.message} (${error.domainName}/${error.codeName})`;
  }
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return "The daemon has not answered in time";
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * Opening a stream for an object.
 *
 * @module
 */

import { unsupported } from "../errors.ts";
import type { Procedure } from "../procedure.ts";
import type { Caller, CallOptions, OpenedStream } from "../session/caller.ts";

/** Calls a procedure that opens a stream, where the caller knows how to. */
export async function openStream<A, R>(
  procedure: Procedure<A, R>,
  caller: Caller,
  args: A,
  options: CallOptions,
): Promise<OpenedStream<R>> {
  if (caller.openStream === undefined) {
    throw unsupported(`"${procedure.name}" needs a caller that opens streams`, procedure.name);
  }
  return await caller.openStream(procedure, args, options);
}

/**
 * One timeout over several calls.
 *
 * @module
 */

import type { CallOptions } from "./session/caller.ts";

/** When a method that makes several calls began, for `remaining()`. */
export function startOf(options: CallOptions): number {
  return options.timeout === undefined ? 0 : performance.now();
}

/**
 * The options for the next call of a method that began at `start`: the same signal, and what is
 * left of the timeout, so that it bounds the method and not each of its calls.
 */
export function remaining(options: CallOptions, start: number): CallOptions {
  if (options.timeout === undefined) return options;
  const left = options.timeout - (performance.now() - start);
  // a call that starts too late ends with the same TimeoutError as one that takes too long
  return { signal: options.signal, timeout: Math.max(left, 1) };
}

/** A signal that fires with the caller's, or as a `TimeoutError` when the time is over. */
export function deadline({ signal, timeout }: CallOptions): AbortSignal | undefined {
  if (timeout === undefined) return signal;
  const timer = AbortSignal.timeout(timeout);
  return signal === undefined ? timer : AbortSignal.any([signal, timer]);
}

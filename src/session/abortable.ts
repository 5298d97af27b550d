/**
 * Waiting for what others wait for too.
 *
 * @module
 */

import type { CallOptions } from "./caller.ts";

/**
 * Waits for a promise that is shared: each who waits may stop by a signal or timeout of their own.
 *
 * `what` names the promise in the `TimeoutError`.
 */
export async function abortable<T>(
  promise: Promise<T>,
  { signal, timeout }: CallOptions,
  what: string,
): Promise<T> {
  if (signal === undefined && timeout === undefined) return await promise;
  signal?.throwIfAborted();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = timeout === undefined ? undefined : setTimeout(() => {
    reject(new DOMException(`${what} got no answer within ${timeout} ms`, "TimeoutError"));
  }, timeout);
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  }
}

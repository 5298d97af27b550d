/**
 * Abort for what cannot be aborted.
 *
 * @module
 */

/**
 * Waits for `opening`, but rejects with the signal's reason as soon as it is aborted; what opens
 * after that goes to `discard`.
 */
export function abortable<T>(
  opening: Promise<T>,
  signal: AbortSignal | undefined,
  discard: (late: T) => void,
): Promise<T> {
  if (!signal) return opening;
  return new Promise((resolve, reject) => {
    function onAbort(): void {
      reject(signal!.reason);
      opening.then(discard, () => {});
    }
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    opening.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

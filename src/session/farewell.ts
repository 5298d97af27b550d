/**
 * How long a connection waits for the daemon when it closes.
 *
 * @module
 */

/**
 * Milliseconds that a daemon has to answer the calls that say goodbye, and again to take the last
 * bytes: a hung one must not hang `close()`.
 */
export const FAREWELL = 1000;

/** Waits until the promise has settled, at most so many milliseconds; it must not reject. */
export async function settledWithin(promise: Promise<void>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

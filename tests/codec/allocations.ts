/**
 * Watches what is allocated.
 *
 * @module
 */

/**
 * Runs `fn` and returns the size in bytes of the largest `Uint8Array` that was created by length
 * meanwhile.
 *
 * What decoders allocate by a number read from the wire goes through that constructor; the arrays
 * that they fill item by item grow with the bytes read.
 */
export function largestAllocation(fn: () => void): number {
  const original = globalThis.Uint8Array;
  let largest = 0;
  const watched = new Proxy(original, {
    construct(target, args: unknown[], newTarget): object {
      if (typeof args[0] === "number") largest = Math.max(largest, args[0]);
      return Reflect.construct(target, args, newTarget);
    },
  });
  globalThis.Uint8Array = watched;
  try {
    fn();
  } finally {
    globalThis.Uint8Array = original;
  }
  return largest;
}

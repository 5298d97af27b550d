/**
 * Serials of calls.
 *
 * @module
 */

/**
 * The serial after `last`: they count up, wrap round past 2^32 - 1, leave out 0, which messages
 * carry, and pass over those that a call or a stream still uses.
 */
export function nextSerial(last: number, inUse: (serial: number) => boolean): number {
  let serial = last;
  do serial = (serial + 1) >>> 0; while (serial === 0 || inUse(serial));
  return serial;
}

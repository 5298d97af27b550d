/**
 * The codec of nothing, for procedures without arguments or without a result.
 *
 * @module
 */

/** Writes nothing. */
export function encodeVoid(): void {}

/** Reads nothing. */
export function decodeVoid(): void {}

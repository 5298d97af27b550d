/**
 * The version of this package; a test compares it with deno.json's.
 *
 * @module
 */

/** The version. */
export const VERSION = "0.1.0";

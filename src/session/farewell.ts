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

/**
 * A hand in the fate of calls, for tests of those who call.
 *
 * @module
 */

/**
 * Decides what happens to a call, by its procedure's name in camelCase, before it is handled.
 *
 * `undefined` lets it be; a promise delays it, and refuses it with what it rejects with; `"stall"`
 * never answers it; `"drop"` closes the connection. What it throws is the answer.
 */
export type Interceptor = (procedure: string) => undefined | Promise<void> | "stall" | "drop";

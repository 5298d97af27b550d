/**
 * Puts what the system or the runtime refused into words.
 *
 * @module
 */

import { ConnectionError } from "../src/errors.ts";
import type { Permission, Runtime } from "./runtime.ts";

/** What was tried, for {@linkcode failure}. */
export interface Attempt {
  /** Start of the message: `Cannot connect to unix:/run/x`. */
  readonly what: string;
  /** What a runtime with permissions has to allow for it. */
  readonly needs: readonly Permission[];
  /** What to say, by the system's name of the failure. */
  readonly advice: Readonly<Record<string, string>>;
}

/** What may happen to any attempt. */
const GENERAL: Readonly<Record<string, string>> = {
  EMFILE: "this process has too many open files; close connections or raise the limit (ulimit -n)",
  ENFILE: "the system has too many open files; close some or raise its limit",
};

/** Makes the error for an attempt that has failed; its `cause` is what the runtime threw. */
export function failure(runtime: Runtime, attempt: Attempt, cause: unknown): ConnectionError {
  const code = runtime.errorCode(cause);
  const found = runtime.permissionHint(cause, attempt.needs) ??
    (code === undefined ? undefined : attempt.advice[code] ?? GENERAL[code]) ??
    (cause instanceof Error && cause.message !== "" ? cause.message : code ?? String(cause));
  return new ConnectionError(`${attempt.what}: ${found}`, "error", { cause });
}

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

/** What to say where a port cannot be listened on. */
export const PORT_ADVICE: Attempt["advice"] = {
  EADDRINUSE: "the port is in use; stop the other server or choose another port",
  EACCES: "permission denied; choose a port from 1024 on",
  EADDRNOTAVAIL: "this machine does not have the address; choose one that it has",
  ENOTFOUND: "host not found; check its name",
};

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

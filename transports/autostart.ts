/**
 * Starting the user's own daemon when none runs.
 *
 * @module
 */

import { ConnectionError } from "../src/errors.ts";
import type { ByteDuplex } from "../src/transport.ts";
import type { Runtime } from "./runtime.ts";

/** Milliseconds that a daemon has to make its socket. */
const START_WAIT = 10_000;
/** Milliseconds between two tries. */
const PAUSE = 20;
/** As libvirt has it: the daemon ends when nobody has used it for two minutes. */
const ARGUMENTS: readonly string[] = ["--timeout=120"];

/**
 * Starts a daemon, which goes on by itself, and connects to its socket.
 *
 * @param dial Tries to connect.
 * @throws {ConnectionError} when the daemon cannot be started or does not listen in time.
 */
export async function startAndDial(
  runtime: Runtime,
  daemon: string,
  dial: () => Promise<ByteDuplex>,
  signal: AbortSignal | undefined,
): Promise<ByteDuplex> {
  try {
    await runtime.startDetached(daemon, ARGUMENTS);
  } catch (cause) {
    const found = runtime.permissionHint(cause, [{ kind: "run", name: daemon }]) ??
      (runtime.errorCode(cause) === "ENOENT"
        ? "there is no such program; install libvirt's daemon, or set LIBVIRT_AUTOSTART=0"
        : cause instanceof Error
        ? cause.message
        : String(cause));
    throw new ConnectionError(`Cannot start ${daemon}: ${found}`, "error", { cause });
  }
  const end = performance.now() + START_WAIT;
  for (;;) {
    try {
      return await dial();
    } catch (cause) {
      signal?.throwIfAborted();
      if (!isNotListening(runtime, cause)) throw cause;
      if (performance.now() > end) {
        const text = `${daemon} was started but does not listen after ${START_WAIT / 1000} s; ` +
          "run it by hand to see why";
        throw new ConnectionError(text, "error", { cause });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Whether a failure to connect means that no daemon runs. */
export function isNotListening(runtime: Runtime, error: unknown): boolean {
  const code = runtime.errorCode(error);
  return code === "ENOENT" || code === "ECONNREFUSED";
}

/**
 * Connections to unix sockets.
 *
 * @module
 */

import { ConnectionError } from "../src/errors.ts";
import type { ByteDuplex, DialOptions, UnixEndpoint } from "../src/transport.ts";
import { detectRuntime } from "./detect.ts";
import { type Attempt, failure } from "./failure.ts";
import { unixLabel } from "./labels.ts";
import type { Permission, Runtime } from "./runtime.ts";

/** Room for a path in `sockaddr_un` of Linux, its final zero left out. */
const MAX_PATH = 107;

/** What a runtime with permissions has to allow for the use of a unix socket. */
export function unixPermissions(path: string): Permission[] {
  return [
    { kind: "read", path },
    { kind: "write", path },
    { kind: "net", address: unixLabel(path) },
  ];
}

/**
 * Checks a path before the system does, which has no clear word for either mistake.
 *
 * @throws {TypeError} when it cannot be the path of a socket.
 */
export function checkSocketPath(path: string): void {
  if (!path.startsWith("/") || path.includes("\0")) {
    throw new TypeError(`Not the absolute path of a socket: ${JSON.stringify(path)}`);
  }
  const length = new TextEncoder().encode(path).byteLength;
  if (length > MAX_PATH) {
    throw new TypeError(
      `The path of a socket has at most ${MAX_PATH} bytes, this one has ${length}: ${path}`,
    );
  }
}

/**
 * Connects to a unix socket. When nobody listens there, the daemon that `autostart` names is started.
 *
 * @throws {ConnectionError} when the connection cannot be made; the message says what to do.
 * @throws {TypeError} when the path is not absolute or too long.
 */
export async function dialUnix(
  endpoint: UnixEndpoint,
  options: DialOptions = {},
): Promise<ByteDuplex> {
  const { path } = endpoint;
  const { signal } = options;
  checkSocketPath(path);
  signal?.throwIfAborted();
  const runtime = detectRuntime();
  try {
    return await dialOrStart(runtime, endpoint, signal);
  } catch (error) {
    if (error instanceof ConnectionError) throw error; // in words already
    throw signal?.aborted ? signal.reason : failure(runtime, attemptAt(path), error);
  }
}

async function dialOrStart(
  runtime: Runtime,
  { path, autostart }: UnixEndpoint,
  signal: AbortSignal | undefined,
): Promise<ByteDuplex> {
  const dial = () => runtime.dialUnix(path, signal);
  try {
    return await dial();
  } catch (error) {
    if (autostart === undefined) throw error;
    const { isNotListening, startAndDial } = await import("./autostart.ts");
    if (!isNotListening(runtime, error)) throw error;
    return await startAndDial(runtime, autostart, dial, signal);
  }
}

function attemptAt(path: string): Attempt {
  const denied = "permission denied; run as root or as a member of the group that owns the " +
    "socket, usually libvirt";
  return {
    what: `Cannot connect to ${unixLabel(path)}`,
    needs: unixPermissions(path),
    advice: {
      ENOENT: "there is no such socket; start the libvirt daemon or check the path",
      ENOTDIR: "there is no such socket; start the libvirt daemon or check the path",
      ECONNREFUSED: "nothing listens on this socket; start the libvirt daemon",
      EACCES: denied,
      EPERM: denied,
      EAGAIN: "the daemon is too busy to take the connection; try again later",
    },
  };
}

/**
 * Whether something is at a path where a daemon's socket, or its program, is looked for.
 *
 * @throws {ConnectionError} when the runtime does not let us look: which folder to allow, and with it
 *   what the connection itself will need.
 */
export function daemonFileExists(runtime: Runtime, path: string): boolean {
  try {
    return runtime.exists(path);
  } catch (error) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const needs: Permission[] = [
      { kind: "read", path: folder },
      { kind: "write", path: folder },
      { kind: "net", address: unixLabel(path) },
    ];
    throw failure(runtime, { what: `Cannot look for ${path}`, needs, advice: {} }, error);
  }
}

/**
 * From a URI to a daemon's administration.
 *
 * @module
 */

import { adminConnectClose, adminConnectOpen } from "../gen/admin/calls.ts";
import { adminProgram } from "../gen/admin/program.ts";
import { detectRuntime } from "../transports/detect.ts";
import { dialDefault } from "../transports/default.ts";
import type { Runtime } from "../transports/runtime.ts";
import { AdminConnection } from "./admin_objects.ts";
import { deadline } from "./deadline.ts";
import { Session } from "./session/session.ts";
import { parseUri, uriParameter } from "./uri.ts";
import { withoutSecrets } from "./uri/secrets.ts";

/** Options of `connectAdmin()`. */
export interface AdminConnectOptions {
  /** Ends the attempt: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the whole attempt, after which it rejects with a `TimeoutError`. */
  readonly timeout?: number | undefined;
}

/**
 * Connects to the administration of a daemon on this host.
 *
 * The URI names the daemon: `libvirtd:///system`, `virtqemud:///session`, with `?socket=PATH` for
 * another socket. Without one `LIBVIRT_ADMIN_DEFAULT_URI` counts, else libvirtd, the system's for
 * root and the user's own otherwise.
 *
 * Throws a TypeError for a malformed URI, a ConnectionError when nobody answers and a LibvirtError
 * when the daemon refuses: the socket is root's alone.
 *
 * @example
 * ```ts
 * import { connectAdmin } from "@virtwire/libvirt/admin";
 *
 * await using admin = await connectAdmin("libvirtd:///system");
 * for (const server of await admin.listServers()) console.log(server.name);
 * ```
 */
export async function connectAdmin(
  uri?: string,
  options: AdminConnectOptions = {},
): Promise<AdminConnection> {
  const runtime = detectRuntime();
  const text = adminUri(uri, runtime);
  const path = adminSocket(text, runtime);
  const signal = deadline(options);
  signal?.throwIfAborted();
  const duplex = await dialDefault({ kind: "unix", path }, { signal });
  const session = new Session(duplex, { programs: [adminProgram] });
  try {
    await session.call(adminConnectOpen, { flags: 0 }, { signal });
    return new AdminConnection(session, {
      uri: text,
      get isOpen() {
        return session.isOpen;
      },
      closed: session.closed,
      close: () => session.close(() => session.call(adminConnectClose, undefined)),
    });
  } catch (error) {
    session.abort(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** The URI that libvirt's own admin client would take (libvirt-admin.c). */
function adminUri(uri: string | undefined, runtime: Runtime): string {
  return uri || runtime.env("LIBVIRT_ADMIN_DEFAULT_URI") ||
    `libvirtd:///${runtime.uid() === 0 ? "system" : "session"}`;
}

/** The socket that libvirt's own admin client would use (libvirt-admin.c). */
function adminSocket(text: string, runtime: Runtime): string {
  const parsed = parseUri(text);
  const socket = uriParameter(parsed, "socket");
  if (socket !== undefined) return socket;
  const session = parsed.path === "/session";
  if (!session && parsed.path !== "/system" || parsed.host !== undefined) {
    throw new TypeError(
      `Cannot open the administration "${withoutSecrets(text)}": expected the name of a daemon ` +
        `on this host with the path /system or /session, as in "libvirtd:///system"`,
    );
  }
  const name = parsed.driver === "libvirtd" ? "libvirt" : parsed.driver;
  return `${session ? sessionDirectory(runtime) : "/var/run/libvirt"}/${name}-admin-sock`;
}

function sessionDirectory(runtime: Runtime): string {
  const directory = runtime.env("XDG_RUNTIME_DIR") ??
    (runtime.home() === undefined ? undefined : `${runtime.home()}/.cache`);
  if (directory !== undefined) return `${directory}/libvirt`;
  throw new TypeError(
    "Cannot find the session's administration: neither XDG_RUNTIME_DIR nor HOME is set",
  );
}

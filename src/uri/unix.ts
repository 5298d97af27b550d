/**
 * Which local socket serves a URI, and which daemon to start when none does.
 *
 * @module
 */

import { ConnectionError, unsupported } from "../errors.ts";
import type { UnixEndpoint } from "../transport.ts";
import type { Context, HostFacts, UriContext } from "./host_facts.ts";
import { oneOf, REMOTE_MODES, type RemoteMode } from "./parameters.ts";

/** libvirt never writes `/run` here: a remote host may have no such directory. */
export const SOCKET_DIRECTORY = "/var/run/libvirt";
const DAEMON_DIRECTORY = "/usr/sbin";

/** Drivers whose sockets are tried when there is no URI, in the order of libvirtd's own probing. */
const SYSTEM_PROBE: readonly string[] = ["xen", "qemu", "lxc", "vbox", "bhyve", "vz"];
const SESSION_PROBE: readonly string[] = ["qemu", "vbox"];

/** Whether the user's own daemon is meant; libvirt has none for root. */
export function isSession({ uri, facts }: UriContext): boolean {
  const namesSession = uri.path === "/session" ||
    (uri.driver === "test" && uri.transport !== undefined);
  return namesSession && !facts.isRoot();
}

/** Directory of the user's own sockets, found as GLib finds it for libvirt. */
export function sessionDirectory(facts: HostFacts): string {
  const runtime = facts.env("XDG_RUNTIME_DIR") || facts.env("XDG_CACHE_HOME");
  if (runtime) return `${runtime}/libvirt`;
  const home = facts.home();
  if (home) return `${home}/.cache/libvirt`;
  throw new ConnectionError(
    "Cannot find the session daemon's socket: neither XDG_RUNTIME_DIR nor a home directory is " +
      "known; set XDG_RUNTIME_DIR, or give the path with socket=",
  );
}

/** Finds the mode: the URI's, else that of libvirt.conf, else `auto`. */
export function effectiveMode(facts: HostFacts, given: RemoteMode | undefined): RemoteMode {
  const configured = given ?? facts.config?.().remoteMode;
  return configured === undefined
    ? "auto"
    : oneOf("libvirt.conf", "remote_mode", configured, REMOTE_MODES);
}

/** Resolves a URI whose transport is `unix`. */
export function resolveUnix(context: UriContext): UnixEndpoint {
  const { uri, text, parameters: { socket, mode } } = context;
  if (socket === undefined) {
    return findDaemon(context, isSession(context), effectiveMode(context.facts, mode), uri.driver);
  }
  if (!/^[/@]/.test(socket)) {
    throw new TypeError(
      `The URI "${text}" has socket=${socket}, but a local socket needs an absolute path, as in ` +
        `socket=/run/libvirt/libvirt-sock`,
    );
  }
  return { kind: "unix", path: socket };
}

/** Finds the daemon to ask when there is no URI: the user's own one, or for root the system's. */
export function resolveWithoutUri(context: Context): UnixEndpoint {
  const { facts } = context;
  return findDaemon(context, !facts.isRoot(), effectiveMode(facts, undefined), undefined);
}

/**
 * Chooses among the daemons' sockets: the driver's own one if it exists, else libvirtd's, else the
 * one of the daemon that is to be started.
 */
function findDaemon(
  { facts, readOnly }: Context,
  session: boolean,
  mode: RemoteMode,
  driver: string | undefined,
): UnixEndpoint {
  const directory = session
    ? sessionDirectory(facts)
    : facts.systemSocketDirectory ?? SOCKET_DIRECTORY;
  // A session daemon has no read-only socket; it is told of read-only when the connection opens.
  const suffix = readOnly && !session ? "sock-ro" : "sock";
  const autostarts = session && facts.env("LIBVIRT_AUTOSTART") !== "0";
  const legacy = `${directory}/libvirt-${suffix}`;

  function modularSocket(name: string): string {
    return `${directory}/virt${name}d-${suffix}`;
  }

  function modularDriver(): string | undefined {
    if (mode === "legacy") return undefined;
    if (mode === "direct" && driver !== undefined) return driver;
    const candidates = driver !== undefined ? [driver] : session ? SESSION_PROBE : SYSTEM_PROBE;
    const running = candidates.find((each) => facts.exists(modularSocket(each)));
    if (running !== undefined || !autostarts) return running;
    if (mode === "auto" && facts.exists(legacy)) return undefined;
    // Which daemon libvirt starts is fixed when it is built; here it is the one installed.
    return candidates.find((each) => facts.exists(daemonPath(facts, `virt${each}d`)));
  }

  const modular = modularDriver();
  if (mode === "direct" && modular === undefined) {
    throw unsupported(
      "Cannot choose a daemon: remote_mode in libvirt.conf is direct, no URI is given and no " +
        'driver\'s socket exists; give a URI, as in "qemu:///system"',
    );
  }
  const path = modular === undefined ? legacy : modularSocket(modular);
  if (!autostarts) return { kind: "unix", path };
  const daemon = daemonPath(facts, modular === undefined ? "libvirtd" : `virt${modular}d`);
  // Where nothing is installed at libvirt's place the name is left to a search, as other systems
  // keep the daemons elsewhere; while the socket exists that need not be known.
  const known = !daemon.startsWith(`${DAEMON_DIRECTORY}/`) || facts.exists(path) ||
    facts.exists(daemon);
  return {
    kind: "unix",
    path,
    autostart: known ? daemon : daemon.slice(DAEMON_DIRECTORY.length + 1),
  };
}

/** libvirt reads both variables as the directory of the daemons' programs. */
function daemonPath(facts: HostFacts, daemon: string): string {
  const directory = facts.env("VIRTD_PATH") ?? facts.env("LIBVIRTD_PATH") ?? DAEMON_DIRECTORY;
  return `${directory}/${daemon}`;
}

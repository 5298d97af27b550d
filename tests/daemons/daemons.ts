/**
 * Real libvirt daemons for tests: libvirtd 9.0.0 and 12.x, installed by `install.sh`, each in
 * namespaces and a temporary directory of its own.
 *
 * @module
 */

import { childProcess, fs, path, process } from "./builtin.ts";
import { startIn } from "./kept_directory.ts";

const SCRIPT = path.join(import.meta.dirname as string, "daemon.sh");

/** The major version of a daemon. */
export type DaemonVersion = "9" | "12";

/** What a daemon is started with. */
export interface DaemonOptions {
  /** Lines of libvirtd.conf, as `max_client_requests = 64`; they win over the defaults. */
  readonly config?: readonly string[];
  /** More environment for the daemon, as `SASL_CONF_PATH`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A libvirtd that runs. */
export interface RealDaemon extends AsyncDisposable {
  readonly version: DaemonVersion;
  /** libvirtd's process id on the host. */
  readonly pid: number;
  readonly socket: string;
  readonly readOnlySocket: string;
  readonly adminSocket: string;
  /** Where its files are, and where a test may put what the daemon shall read; gone on `stop()`. */
  readonly directory: string;
  /** What the daemon has logged so far. */
  log(): string;
  /** Ends the daemon and its guests and removes its directory; idempotent. */
  stop(): Promise<void>;
}

/** Whether such a daemon can be started here: `true`, or the reason why not. */
export function daemonAvailable(version: DaemonVersion): boolean | string {
  const { status, stderr, error } = childProcess.spawnSync(SCRIPT, ["check", version], {
    encoding: "utf8",
  });
  return status === 0 || stderr?.trim() || error?.message || false;
}

/**
 * The `skip` of a test that needs such a daemon: the reason why it cannot be started, if any.
 *
 * With `VIRTWIRE_REQUIRE_DAEMONS=1` in the environment nothing is skipped: the test then fails.
 */
export function skipWithoutDaemon(version: DaemonVersion): string | false {
  if (process.env["VIRTWIRE_REQUIRE_DAEMONS"] === "1") return false;
  const available = daemonAvailable(version);
  return available === true ? false : available || `no libvirtd ${version}`;
}

/**
 * Starts a libvirtd and waits until it answers.
 *
 * @throws {Error} with the daemon's log, where it does not start
 */
export async function startDaemon(
  version: DaemonVersion,
  options: DaemonOptions = {},
): Promise<RealDaemon> {
  const { directory, stop } = await startIn(
    `virtwire-libvirtd-${version}-`,
    SCRIPT,
    (directory) => ["start", version, directory, ...options.config ?? []],
    options.env,
  );
  const sockets = path.join(directory, "run");
  return {
    version,
    pid: Number(fs.readFileSync(path.join(directory, "pid"), "utf8")),
    socket: path.join(sockets, "libvirt-sock"),
    readOnlySocket: path.join(sockets, "libvirt-sock-ro"),
    adminSocket: path.join(sockets, "libvirt-admin-sock"),
    directory,
    log: () => fs.readFileSync(path.join(directory, "log"), "utf8"),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

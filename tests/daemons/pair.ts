/**
 * Two real libvirtds as if on two hosts joined by a cable, for migration.
 *
 * @module
 */

import { fs, path, process, run } from "./builtin.ts";
import { type DaemonVersion, skipWithoutDaemon } from "./daemons.ts";
import { startIn } from "./kept_directory.ts";

const SCRIPT = path.join(import.meta.dirname as string, "pair.sh");

/** One of the two. */
export interface PairedDaemon {
  /** `a` or `b`. */
  readonly side: "a" | "b";
  /** The version that it was started as. */
  readonly version: DaemonVersion;
  /** Its socket. */
  readonly socket: string;
  /** How a client here reaches it. */
  readonly uri: string;
  /** How the other reaches it. */
  readonly peerUri: string;
  /** Its address on the cable. */
  readonly address: string;
  /** Where its own files are. */
  readonly directory: string;
  /** What it has logged so far. */
  log(): string;
  /** Kills it at once; its guests live on, and it stays down. */
  kill(): Promise<void>;
  /** Starts it again, and waits until it answers. */
  revive(): Promise<void>;
}

/** Two daemons that run. */
export interface DaemonPair extends AsyncDisposable {
  readonly a: PairedDaemon;
  readonly b: PairedDaemon;
  /** Where both see the same files; gone when the pair is. */
  readonly directory: string;
  /** Plugs the cable between the hosts in or out. */
  link(up: boolean): Promise<void>;
  /** Ends both with their guests, and removes their directory. */
  stop(): Promise<void>;
}

/** Why a test with such a pair cannot run here, if so. */
export function skipWithoutPair(
  a: DaemonVersion,
  b: DaemonVersion,
): string | false {
  const skip = skipWithoutDaemon(a) || skipWithoutDaemon(b);
  if (skip !== false || process.env["VIRTWIRE_REQUIRE_DAEMONS"] === "1") return skip;
  const guest = path.join(process.env["VIRTWIRE_CACHE"] ?? "/var/cache/virtwire", "guest/kernel");
  return fs.existsSync(guest) ? false : "there is no guest: run tests/daemons/install.sh as root";
}

/** Starts two daemons and waits until both answer. */
export async function startPair(a: DaemonVersion, b: DaemonVersion): Promise<DaemonPair> {
  const { directory, stop } = await startIn(
    "virtwire-pair-",
    SCRIPT,
    (directory) => ["start", directory, a, b],
  );
  function daemon(side: "a" | "b", version: DaemonVersion): PairedDaemon {
    const [name, address] = side === "a" ? ["alpha", "10.77.0.1"] : ["beta", "10.77.0.2"];
    const own = path.join(directory, side);
    const socket = path.join(own, "run/libvirt-sock");
    return {
      side,
      version,
      socket,
      uri: `qemu+unix:///system?socket=${socket}`,
      peerUri: `qemu+tcp://${name}/system`,
      address,
      directory: own,
      log: () => fs.readFileSync(path.join(own, "log"), "utf8"),
      kill: async () => void await run(SCRIPT, ["kill", directory, side]),
      revive: async () => void await run(SCRIPT, ["revive", directory, side]),
    };
  }
  return {
    a: daemon("a", a),
    b: daemon("b", b),
    directory,
    link: async (up) => void await run(SCRIPT, ["link", directory, up ? "up" : "down"]),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

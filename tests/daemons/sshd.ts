/**
 * A real sshd on a loopback port, with keys of its own, to reach a daemon through.
 *
 * @module
 */

import { childProcess, freePort, fs, path, process, run } from "./builtin.ts";
import type { RealDaemon } from "./daemons.ts";

const SSHD = "/usr/sbin/sshd";

/** An sshd that runs. */
export interface Sshd extends AsyncDisposable {
  readonly port: number;
  /** Private key of a user whom it lets in. */
  readonly key: string;
  /** Private key that it does not know. */
  readonly strangersKey: string;
  /** File that knows its host key. */
  readonly knownHosts: string;
  /** File that has another key for its host. */
  readonly wrongHosts: string;
  /** Ends it and all its connections. */
  stop(): Promise<void>;
}

/** Why a test with sshd cannot run here, if it cannot. */
export function skipWithoutSshd(): string | false {
  if (process.env["VIRTWIRE_REQUIRE_DAEMONS"] === "1") return false;
  for (const program of [SSHD, "/usr/bin/virt-ssh-helper", "/usr/bin/nc"]) {
    if (!fs.existsSync(program)) return `a daemon of SSH needs ${program}`;
  }
  return false;
}

/**
 * Starts an sshd that sees the daemon's sockets where a host has those of its own daemon.
 *
 * @param programs Names of the only programs that its users have; all when left out.
 */
export async function startSshd(daemon: RealDaemon, programs?: readonly string[]): Promise<Sshd> {
  const directory = fs.mkdtempSync(path.join(daemon.directory, "sshd-"));
  const file = (name: string) => path.join(directory, name);
  const port = await freePort();
  for (const name of ["host", "other-host", "user", "stranger"]) {
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file(name)]);
  }
  const publicKey = (name: string) => fs.readFileSync(file(`${name}.pub`), "utf8");
  const hostLine = (name: string) => `[127.0.0.1]:${port} ${publicKey(name)}`;
  fs.writeFileSync(file("authorized"), publicKey("user"));
  fs.writeFileSync(file("known"), hostLine("host"));
  fs.writeFileSync(file("wrong"), hostLine("other-host"));
  fs.writeFileSync(
    file("config"),
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${file("host")}`,
      `AuthorizedKeysFile ${file("authorized")}`,
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "StrictModes no",
      "UsePAM no",
      "PidFile none",
      ...(programs === undefined ? [] : [`SetEnv PATH=${file("bin")}`]),
      "",
    ].join("\n"),
  );
  fs.mkdirSync(file("bin"));
  for (const name of programs ?? []) {
    fs.symlinkSync((await run("which", [name])).trim(), path.join(file("bin"), name));
  }
  const child = childProcess.spawn("unshare", [
    ...["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "sh", "-c"],
    'mkdir -p "$2"; mount --bind "$1" "$2"; mount -t tmpfs tmpfs /run; mkdir -p /run/sshd /run/libvirt; ' +
    'mount --bind "$2" /run/libvirt; shift 2; exec "$@"',
    ...["sh", path.dirname(daemon.socket), file("bin") + "-run"],
    ...[SSHD, "-D", "-e", "-f", file("config")],
  ], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  try {
    await listening(child);
  } catch (error) {
    child.kill("SIGKILL");
    await ended;
    throw error;
  }
  async function stop(): Promise<void> {
    child.kill("SIGKILL"); // with it goes the first process of its namespace, and all others there
    await ended;
  }
  return {
    port,
    key: file("user"),
    strangersKey: file("stranger"),
    knownHosts: file("known"),
    wrongHosts: file("wrong"),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function listening(child: import("node:child_process").ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (log.includes("Server listening on")) resolve();
    });
    child.on("error", reject);
    child.on("close", () => reject(new Error(`sshd ended: ${log}`)));
  });
}

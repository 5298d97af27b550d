/**
 * Connections over SSH, by the user's own `ssh`, which knows the user's configuration, keys, agent
 * and hosts. The URI transports `libssh` and `libssh2` are served by it too.
 *
 * @module
 */

import type { ByteDuplex, DialOptions, SshEndpoint } from "../src/transport.ts";
import { withoutPassword } from "../src/uri/secrets.ts";
import { sshLabel } from "./labels.ts";
import { runProgram } from "./program.ts";
import type { ProgramEnd } from "./runtime.ts";

/**
 * Runs `ssh`, and on the other host `virt-ssh-helper` or netcat; it ends with the connection.
 *
 * `ssh` asks for a password or about an unknown host on the terminal, unless the URI has `no_tty=1`.
 *
 * @throws {ConnectionError} when `ssh` cannot be run. What `ssh` then fails at, a host key or a
 * missing program on the other host, is the error of the connection's streams.
 */
export async function dialSsh(
  endpoint: SshEndpoint,
  options: DialOptions = {},
): Promise<ByteDuplex> {
  const { command = "ssh", user } = endpoint;
  return await runProgram(
    {
      program: command,
      args: sshArguments(endpoint),
      label: sshLabel(endpoint),
      secure: true,
      encrypted: true,
      install: "install the OpenSSH client, or name another program with command= in the URI",
      // ssh says whom it was to be there
      shown: (errors) =>
        user === undefined ? errors : errors.replaceAll(user, () => withoutPassword(user)),
      advise: (end) => advise(endpoint, end),
    },
    options,
  );
}

/** The arguments that `ssh` is run with, in libvirt's own order. */
export function sshArguments(endpoint: SshEndpoint): string[] {
  const { host, port, user, keyFile } = endpoint;
  return [
    ...(port === undefined ? [] : ["-p", `${port}`]),
    ...(user === undefined ? [] : ["-l", user]),
    ...(keyFile === undefined ? [] : ["-i", keyFile]),
    ...["-T", "-e", "none"],
    ...sshOptions(endpoint).flatMap((option) => ["-o", option]),
    "--",
    host,
    remoteCommand(endpoint),
  ];
}

function sshOptions(endpoint: SshEndpoint): string[] {
  const { tty, verify, knownHosts, knownHostsVerify, authMethods, keyFile } = endpoint;
  const options: string[] = [];
  if (!tty) options.push("BatchMode=yes");
  if (!verify || knownHostsVerify === "ignore") options.push("StrictHostKeyChecking=no");
  else if (knownHostsVerify === "auto") options.push("StrictHostKeyChecking=accept-new");
  if (knownHostsVerify === "ignore") {
    // Without the files: a key that has changed would keep ssh from asking for a password.
    options.push("UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null");
  } else if (knownHosts !== undefined) {
    options.push(`UserKnownHostsFile=${quoteOption(knownHosts)}`);
  }
  if (authMethods !== undefined) {
    const names = authMethods.map((method) =>
      method === "agent" || method === "privkey" ? "publickey" : method
    );
    options.push(`PreferredAuthentications=${[...new Set(names)].join(",")}`);
    if (names.includes("publickey")) {
      if (!authMethods.includes("agent")) options.push("IdentityAgent=none");
      else if (!authMethods.includes("privkey") && keyFile === undefined) {
        options.push("IdentityFile=none");
      }
    }
  }
  return options;
}

/** Quotes a word as ssh_config(5) has it. */
function quoteOption(value: string): string {
  return /[\s"'\\#]/.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;
}

/** The command for the other host's login shell, of whichever kind that is. */
function remoteCommand(endpoint: SshEndpoint): string {
  return `sh -c ${quoteForShell(remoteScript(endpoint))}`;
}

function remoteScript(endpoint: SshEndpoint): string {
  const { proxy, remoteUri, readOnly } = endpoint;
  const helper = `virt-ssh-helper ${readOnly ? "-r " : ""}${quoteForShell(remoteUri)}`;
  switch (proxy) {
    case "native":
      return `exec ${helper}`;
    case "netcat":
      return netcatScript(endpoint);
    case "auto":
      return `if command -v virt-ssh-helper >/dev/null 2>&1; then exec ${helper}; fi; ` +
        netcatScript(endpoint);
  }
}

/**
 * Some netcats end only when told to (`-q0`) once their input has ended, others do not know the
 * option. One that does says so when the option's value is missing.
 */
function netcatScript({ netcat = "nc", socket }: SshEndpoint): string {
  if (socket === undefined) throw new TypeError("Cannot reach a socket by netcat without its path");
  const program = quoteForShell(netcat);
  return `if ${program} -q 2>&1 | grep "requires an argument" >/dev/null 2>&1; ` +
    `then ARG=-q0; else ARG=; fi; exec ${program} $ARG -U ${quoteForShell(socket)}`;
}

/** Quotes a word for a POSIX shell. */
function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The status of a shell whose command was not found (POSIX). */
const NOT_FOUND = 127;

function advise(endpoint: SshEndpoint, { status, errors }: ProgramEnd): string | undefined {
  const { proxy, netcat = "nc" } = endpoint;
  if (status === NOT_FOUND) {
    return proxy === "native"
      ? "virt-ssh-helper is part of libvirt's daemon package; install it there, or add proxy=netcat"
      : `install ${netcat} there, or name another netcat with netcat=`;
  }
  if (errors.includes("Host key verification failed")) {
    return "check the host's key, then accept it by connecting once with ssh itself, or name a " +
      "file that has it with known_hosts=";
  }
  if (errors.includes("Permission denied (")) {
    return "check the user in the URI and the key, which keyfile= can name";
  }
  return undefined;
}

/**
 * How a daemon on another host is reached by SSH.
 *
 * @module
 */

import { unsupported } from "../errors.ts";
import type { SshEndpoint } from "../transport.ts";
import { helperUri } from "./format.ts";
import type { UriContext } from "./host_facts.ts";
import { oneOf, present, SSH_PROXIES, type SshProxy } from "./parameters.ts";
import { effectiveMode, isSession, sessionDirectory, SOCKET_DIRECTORY } from "./unix.ts";

/** Resolves a URI whose transport is `ssh`, `libssh` or `libssh2`. */
export function resolveSsh(
  context: UriContext,
  transport: "ssh" | "libssh" | "libssh2",
): SshEndpoint {
  const { uri, text, facts, readOnly, parameters } = context;
  const remoteUri = helperUri(uri);
  const proxy = chooseProxy(context, remoteUri);
  if (parameters.socket === undefined && effectiveMode(facts, parameters.mode) === "direct") {
    throw unsupported(
      `Cannot connect to "${text}": remote_mode in libvirt.conf is direct, which is for local ` +
        `sockets, not for the transport ${transport}; add mode=auto`,
    );
  }
  return {
    kind: "ssh",
    host: uri.host ?? "localhost",
    proxy,
    remoteUri,
    readOnly,
    verify: parameters.verify,
    tty: parameters.tty,
    ...present({
      instead: transport === "ssh" ? undefined : transport,
      port: uri.port,
      user: uri.user,
      command: parameters.command,
      netcat: parameters.netcat,
      socket: proxy === "native" ? undefined : remoteSocket(context),
      keyFile: parameters.keyFile,
      knownHosts: parameters.knownHosts,
      knownHostsVerify: parameters.knownHostsVerify,
      authMethods: parameters.authMethods,
    }),
  };
}

/** The socket that netcat connects to on the other host, which cannot be asked which exist. */
function remoteSocket(context: UriContext): string {
  const { facts, readOnly, parameters } = context;
  if (parameters.socket !== undefined) return parameters.socket;
  if (isSession(context)) return `${sessionDirectory(facts)}/libvirt-sock`;
  return `${SOCKET_DIRECTORY}/libvirt-${readOnly ? "sock-ro" : "sock"}`;
}

function chooseProxy(context: UriContext, remoteUri: string): SshProxy {
  const { uri, text, facts, parameters } = context;
  const configured = parameters.proxy ?? facts.config?.().remoteProxy;
  const proxy = configured === undefined
    ? defaultProxy(context, remoteUri)
    : oneOf("libvirt.conf", "remote_proxy", configured, SSH_PROXIES);
  if (proxy === "native" && parameters.netcat !== undefined) {
    throw new TypeError(
      `The URI "${text}" has netcat=${parameters.netcat}, but virt-ssh-helper is used here, not ` +
        `netcat${uri.path === "/session" ? " (the default for a session)" : ""}; add ` +
        `proxy=netcat, or leave netcat= out`,
    );
  }
  if (proxy === "native" && remoteUri === "") {
    throw new TypeError(
      `The URI "${text}" leaves the name empty, but virt-ssh-helper needs one; add a name, as in ` +
        `name=qemu:///system, or use proxy=netcat`,
    );
  }
  return parameters.netcat !== undefined || remoteUri === "" ? "netcat" : proxy;
}

function defaultProxy(context: UriContext, remoteUri: string): SshProxy {
  // The helper answers an empty name with "missing scheme for URI", where netcat works.
  if (context.parameters.socket !== undefined || remoteUri === "") return "netcat";
  // Where the session's socket is on the other host only the helper there can tell. libvirt
  // leaves root out of this rule and falls back to the system daemon, which was not asked for.
  return context.uri.path === "/session" || isSession(context) ? "native" : "auto";
}

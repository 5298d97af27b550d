/**
 * How endpoints are named in messages.
 *
 * @module
 */

import type { SshEndpoint } from "../src/transport.ts";
import { withoutPassword } from "../src/uri/secrets.ts";

/** `unix:/run/libvirt/libvirt-sock`. */
export function unixLabel(path: string): string {
  return `unix:${path}`;
}

/** `tcp:host:16509`, `tcp:[::1]:16509`. */
export function tcpLabel(host: string, port: number): string {
  return `tcp:${hostPort(host, port)}`;
}

/** `tls:host:16514`, `tls:[::1]:16514`. */
export function tlsLabel(host: string, port: number): string {
  return `tls:${hostPort(host, port)}`;
}

/** `ssh:user@host:22`; `ssh:host, in place of libssh2` where the URI names that. */
export function sshLabel({ user, host, port, instead }: SshEndpoint): string {
  const where = port === undefined ? host : hostPort(host, port);
  const label = `ssh:${user === undefined ? where : `${withoutPassword(user)}@${where}`}`;
  return instead === undefined ? label : `${label}, in place of ${instead}`;
}

/** `host:16509`, `[::1]:16509`. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * How endpoints are named in messages.
 *
 * @module
 */

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

/** `host:16509`, `[::1]:16509`. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

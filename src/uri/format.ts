/**
 * libvirt's connection URIs, put together: text again, and the name that a daemon is given.
 *
 * @module
 */

import type { LibvirtUri, UriParameter, UriTransport } from "../uri.ts";

/**
 * Parameters that the client consumes and leaves out of the name, whatever the transport
 * (doRemoteOpen in libvirt's remote_driver.c; seen with virsh 12.8.0, of which 9.0.0 lacks `argv`).
 */
const CONSUMED: ReadonlySet<string> = new Set([
  "name",
  "mode",
  "socket",
  "command",
  "argv",
  "netcat",
  "proxy",
  "keyfile",
  "known_hosts",
  "known_hosts_verify",
  "sshauth",
  "no_sanity",
  "no_verify",
  "no_tty",
  "pkipath",
  "tls_priority",
  "auth",
  "authfile",
]);

/** What a WebSocket's URI has beyond libvirt's own. */
const CONSUMED_BY_WEB_SOCKET: ReadonlySet<string> = new Set(["target", "ticket", "token"]);

/** What a plain `ws:` URL gives up; the rest of its query belongs to the WebSocket server. */
const CONSUMED_BY_URL: ReadonlySet<string> = new Set([
  "name",
  "auth",
  "authfile",
  "ticket",
  "token",
]);

/** Percent-encodes all that is not a letter, a digit or one of `-_.~`, as libvirt does for values. */
export function escapeAll(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Percent-encodes a path as libvirt's XML library does: a `:` too, and none of `;@&=+$,`. */
export function escapePath(path: string): string {
  return escapeUrlPath(path).replaceAll(":", "%3A");
}

/** Percent-encodes a path and leaves all that a URL allows in it. */
export function escapeUrlPath(path: string): string {
  return encodeURI(path).replaceAll("?", "%3F").replaceAll("#", "%23");
}

/** Writes parameters as a query, without the `?`. */
export function formatQuery(parameters: readonly UriParameter[]): string {
  // libvirt writes the name as it decoded it, so that "a%26b=c" turns into two parameters; ours
  // is encoded like the value, which is the same text for any name without special characters.
  return parameters.map(({ name, value }) => `${escapeAll(name)}=${escapeAll(value)}`).join("&");
}

/** Writes a host as it stands in a URI: an IPv6 address in brackets. */
export function formatHost(host: string): string {
  return host.includes(":") ? `[${host.replace("%", "%25")}]` : escapeAll(host);
}

/**
 * Writes a URI's parts as text that reads back to the same parts; the query is written from
 * `parameters`.
 */
export function formatUri(uri: LibvirtUri): string {
  const transport = uri.transport ?? "";
  const scheme = [uri.driver, transport].filter((part) => part !== "").join("+");
  const user = uri.user === undefined ? "" : `${escapeAll(uri.user)}@`;
  const host = uri.host === undefined ? "" : formatHost(uri.host);
  const port = uri.port === undefined ? "" : `:${uri.port}`;
  return `${scheme}://${user}${host}${port}${formatTail(uri, uri.parameters)}`;
}

function formatTail(uri: LibvirtUri, parameters: readonly UriParameter[]): string {
  const query = parameters.length === 0 ? "" : `?${formatQuery(parameters)}`;
  const fragment = uri.fragment === undefined
    ? ""
    : `#${encodeURI(uri.fragment).replaceAll("#", "%23")}`;
  return escapePath(uri.path) + query + fragment;
}

/** The value of a parameter: the last one of that name in any case, as in libvirt. */
export function uriParameter(uri: LibvirtUri, name: string): string | undefined {
  return uri.parameters.findLast((parameter) => parameter.name.toLowerCase() === name)?.value;
}

/** The parameters that this client does not consume itself. */
export function forwardedParameters(uri: LibvirtUri): UriParameter[] {
  const consumed = uri.driver === "" ? CONSUMED_BY_URL : CONSUMED;
  const webSocket = uri.transport === "ws" || uri.transport === "wss";
  return uri.parameters.filter(({ name }) => {
    const plain = name.toLowerCase();
    const ours = webSocket && uri.driver !== "" && CONSUMED_BY_WEB_SOCKET.has(plain);
    return !ours && !consumed.has(plain);
  });
}

/**
 * The name that the daemon gets when the connection is opened.
 *
 * It is `name=` where that is given; empty for the driver `remote` and for a plain WebSocket URL,
 * so that the other side chooses; else the URI without transport, user, host, port and the
 * parameters that the client consumes.
 *
 * @example
 * ```ts
 * import { parseUri, remoteName } from "@virtwire/libvirt";
 *
 * remoteName(parseUri("qemu+tls://host/system?no_verify=1")); // "qemu:///system"
 * ```
 */
export function remoteName(uri: LibvirtUri): string {
  return uriParameter(uri, "name") ?? nameWith(uri, forwardedParameters(uri));
}

/**
 * The URI that `virt-ssh-helper` is given on the remote host: the name, with `mode=` and `socket=`
 * kept: the helper of 12.8.0 chooses the socket by them, that of 9.0.0 ignores them.
 */
export function helperUri(uri: LibvirtUri): string {
  const forwarded = forwardedParameters(uri);
  return uriParameter(uri, "name") ?? nameWith(
    uri,
    uri.parameters.filter((parameter) =>
      forwarded.includes(parameter) || /^(mode|socket)$/i.test(parameter.name)
    ),
  );
}

function nameWith(uri: LibvirtUri, parameters: readonly UriParameter[]): string {
  if (uri.driver === "remote" || uri.driver === "") return "";
  return `${uri.driver}://${formatTail(uri, parameters)}`;
}

/** The transport that a URI uses: the one it names, else `tls` with a host and `unix` without. */
export function uriTransport(uri: LibvirtUri): UriTransport {
  return uri.transport ?? (uri.host === undefined ? "unix" : "tls");
}

/**
 * Where a libvirt URI leads: a pure function of the URI and of facts about this host.
 *
 * Follows libvirt's own client (remote_driver.c, remote_sockets.c), whose choices were observed
 * with virsh 9.0.0 and 12.8.0.
 *
 * @module
 */

import { unsupported } from "./errors.ts";
import type { Endpoint, ExtEndpoint, TlsEndpoint, WebSocketEndpoint } from "./transport.ts";
import { type LibvirtUri, parseUri } from "./uri.ts";
import {
  escapeUrlPath,
  formatHost,
  formatQuery,
  formatUri,
  forwardedParameters,
  remoteName,
  uriTransport,
} from "./uri/format.ts";
import type { HostFacts, UriContext } from "./uri/host_facts.ts";
import { present, readParameters, type UriAuth } from "./uri/parameters.ts";
import { withoutSecrets } from "./uri/secrets.ts";
import { resolveSsh } from "./uri/ssh.ts";
import { resolveUnix, resolveWithoutUri } from "./uri/unix.ts";

export { type ClientConfig, type HostFacts, NO_FACTS } from "./uri/host_facts.ts";
export type { UriAuth } from "./uri/parameters.ts";

/** How a URI is to be resolved. */
export interface ResolveOptions {
  /** Whether the connection is read-only: another socket of a system daemon. */
  readonly readOnly?: boolean;
  /** Whether `uri_aliases` is left aside. */
  readonly noAliases?: boolean;
}

/** Where to connect, and what to say there. */
export interface ResolvedEndpoint {
  /** Where to connect. */
  readonly endpoint: Endpoint;
  /** The name to open the connection with; empty where the daemon is to choose. */
  readonly name: string;
  /** Whether the connection is to be opened read-only. */
  readonly readOnly: boolean;
  /** The URI, after defaults and aliases; absent when there is none and the daemon chooses. */
  readonly uri?: LibvirtUri;
  /** Host that credentials are looked up for; `localhost` when the URI has none. */
  readonly host: string;
  /** User that the URI names. */
  readonly user?: string;
  /** The authentication that the URI insists on. */
  readonly auth?: UriAuth;
  /** File to read credentials from (`authfile=`). */
  readonly authFile?: string;
}

/** IANA's port of libvirtd without encryption. */
const TCP_PORT = 16509;
/** IANA's port of libvirtd with TLS. */
const TLS_PORT = 16514;

/** Drivers that libvirt serves inside its library, with a host or without. */
const LIBRARY_DRIVERS: readonly string[] = ["esx", "vpx", "gsx", "hyperv"];
/** Drivers that libvirt serves inside its library unless the URI names a host. */
const LOCAL_DRIVERS: readonly string[] = ["openvz", "vmwareplayer", "vmwarews", "vmwarefusion"];

/**
 * Settles which URI to use: the text given, else `LIBVIRT_DEFAULT_URI`, else `uri_default` of
 * libvirt.conf; an alias of `uri_aliases` is replaced, once.
 *
 * @param text The user's URI or alias; empty or `undefined` for the default.
 * @returns The URI, or `undefined` when there is none and the daemon is to choose.
 * @throws {TypeError} when the text or what it stands for is no libvirt URI.
 */
export function resolveUri(
  text: string | undefined,
  facts: HostFacts,
  options: ResolveOptions = {},
): LibvirtUri | undefined {
  const settled = settleText(text, facts, options);
  return settled === undefined ? undefined : parseUri(settled);
}

function settleText(
  text: string | undefined,
  facts: HostFacts,
  options: ResolveOptions,
): string | undefined {
  // Both spellings are older than libvirt's URIs; they come before the aliases.
  if (text === "xen://" || text?.toLowerCase() === "xen") return "xen:///system";
  const wanted = text || facts.env("LIBVIRT_DEFAULT_URI") || facts.config?.().uriDefault;
  if (!wanted) return undefined;
  if (options.noAliases || !/^[A-Za-z0-9_-]+$/.test(wanted)) return wanted;
  for (const entry of facts.config?.().uriAliases ?? []) {
    const parts = /^([A-Za-z0-9_-]+)=(.+)$/.exec(entry);
    if (parts === null) {
      throw new TypeError(
        `The entry "${withoutSecrets(entry)}" of uri_aliases in libvirt.conf is malformed; a ` +
          `correct one is, for example, "hail=qemu+ssh://root@hail.example.com/system", and an alias has only ` +
          `letters, digits, "_" and "-"`,
      );
    }
    if (parts[1] === wanted) return parts[2];
  }
  return wanted;
}

/**
 * Finds where a URI leads.
 *
 * @param uri The user's URI, an alias, or a parsed URI; empty or `undefined` for the default.
 * @throws {TypeError} when the URI is malformed or a parameter's value is not allowed.
 * @throws {UnsupportedError} when libvirt serves the URI inside its own library, or when
 * `mode=direct` is asked of another host.
 * @throws {ConnectionError} when the directory of the session's sockets is not known.
 *
 * @example
 * ```ts
 * import { type HostFacts, resolveEndpoint } from "@virtwire/libvirt";
 *
 * function whereTo(uri: string, facts: HostFacts): string {
 *   const { endpoint, name } = resolveEndpoint(uri, facts);
 *   return `${name} by ${endpoint.kind}`;
 * }
 * ```
 */
export function resolveEndpoint(
  uri: string | LibvirtUri | undefined,
  facts: HostFacts,
  options: ResolveOptions = {},
): ResolvedEndpoint {
  const readOnly = options.readOnly ?? false;
  const text = typeof uri === "object" ? formatUri(uri) : settleText(uri, facts, options);
  if (text === undefined) {
    const endpoint = resolveWithoutUri({ facts, readOnly });
    return { endpoint, name: "", readOnly, host: "localhost" };
  }
  const parsed = typeof uri === "object" ? uri : parseUri(text);
  const shown = withoutSecrets(text);
  refuseLibraryDrivers(parsed, shown);
  const parameters = readParameters(withoutForwarded(parsed), shown);
  return {
    endpoint: resolveTransport({ facts, readOnly, uri: parsed, text: shown, parameters }),
    name: remoteName(parsed),
    readOnly,
    uri: parsed,
    host: parsed.host ?? "localhost",
    ...present({ user: parsed.user, auth: parameters.auth, authFile: parameters.authFile }),
  };
}

/** A URI without the parameters that are not for the client to check. */
function withoutForwarded(uri: LibvirtUri): LibvirtUri {
  const forwarded = forwardedParameters(uri);
  return { ...uri, parameters: uri.parameters.filter((each) => !forwarded.includes(each)) };
}

function refuseLibraryDrivers(uri: LibvirtUri, text: string): void {
  const { driver, transport } = uri;
  const local = LOCAL_DRIVERS.includes(driver) && uri.host === undefined;
  if (transport === undefined && (local || LIBRARY_DRIVERS.includes(driver.toLowerCase()))) {
    throw unsupported(
      `Cannot connect to "${text}": libvirt serves the driver ${driver} inside its C library and ` +
        `no daemon speaks for it; use a program that is linked with that library, such as virsh`,
    );
  }
  if (uri.path === "/embed" && driver !== "") {
    throw unsupported(
      `Cannot connect to "${text}": an embedded driver runs inside libvirt's C library; connect ` +
        `to a daemon instead, as in "${driver}:///session"`,
    );
  }
}

function resolveTransport(context: UriContext): Endpoint {
  const { uri, text, parameters } = context;
  if (uri.driver === "test" && uri.transport === undefined && uri.host === undefined) {
    return { kind: "memory", path: uri.path };
  }
  const transport = uriTransport(uri);
  if (transport !== "unix" && parameters.mode === "direct") {
    throw unsupported(
      `Cannot connect to "${text}": mode=direct is for local sockets, not for the transport ` +
        `${transport}; use mode=auto or mode=legacy`,
    );
  }
  switch (transport) {
    case "unix":
      return resolveUnix(context);
    case "tcp":
      return { kind: "tcp", host: uri.host ?? "localhost", port: uri.port ?? TCP_PORT };
    case "tls":
      return resolveTls(context);
    case "ssh":
    case "libssh":
    case "libssh2":
      return resolveSsh(context, transport);
    case "ext":
      return resolveExt(context);
    case "ws":
    case "wss":
      return resolveWebSocket(context, transport);
  }
}

function resolveTls({ uri, facts, parameters }: UriContext): TlsEndpoint {
  return {
    kind: "tls",
    host: uri.host ?? "localhost",
    port: uri.port ?? TLS_PORT,
    verify: parameters.verify,
    sanityCheck: parameters.sanityCheck,
    ...present({
      pkiPath: parameters.pkiPath,
      priority: parameters.tlsPriority ?? facts.config?.().tlsPriority,
    }),
  };
}

function resolveExt({ text, parameters }: UriContext): ExtEndpoint {
  if (parameters.command === undefined) {
    throw new TypeError(
      `The URI "${text}" has the transport ext but no command=; a correct one is, for example, ` +
        `"qemu+ext:///system?command=/usr/local/bin/tunnel"`,
    );
  }
  return { kind: "ext", command: parameters.command, args: parameters.argv };
}

/**
 * `wss://host/target?x=1` is the URL itself, without the parameters that the client consumes; of
 * `qemu+wss://host/system?target=t` it is `wss://host/t`, and the rest goes into the name. A target
 * may have slashes, for a server that is reached below a path.
 */
function resolveWebSocket(
  { uri, text, parameters: { target, ticket, token } }: UriContext,
  scheme: "ws" | "wss",
): WebSocketEndpoint {
  const port = uri.port === undefined ? "" : `:${uri.port}`;
  const base = `${scheme}://${formatHost(uri.host ?? "localhost")}${port}`;
  const credential = present({ ticket, token });
  if (uri.driver !== "") {
    if (target === undefined) {
      throw new TypeError(
        `The URI "${text}" has the transport ${scheme} but no target=, which the proxy knows the ` +
          `daemon by; a correct one is, for example, "qemu+${scheme}://host/system?target=name"`,
      );
    }
    const path = escapeUrlPath(target.replace(/^\/*/, "/"));
    return { kind: "websocket", url: base + path, ...credential };
  }
  const kept = forwardedParameters(uri);
  const query = kept.length === uri.parameters.length ? uri.query : formatQuery(kept);
  const url = base + escapeUrlPath(uri.path);
  return { kind: "websocket", url: query ? `${url}?${query}` : url, ...credential };
}

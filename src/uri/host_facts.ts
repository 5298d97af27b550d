/**
 * What resolving a URI needs to know of this host.
 *
 * @module
 */

import type { LibvirtUri } from "../uri.ts";
import type { ClientParameters } from "./parameters.ts";

/** The settings of libvirt.conf that decide where a client connects. */
export interface ClientConfig {
  /** `uri_default`: the URI to use when none is given. */
  readonly uriDefault?: string;
  /** `uri_aliases`: entries of the form `alias=uri`. */
  readonly uriAliases?: readonly string[];
  /** `remote_mode`: stands in for a `mode=` that the URI lacks. */
  readonly remoteMode?: string;
  /** `remote_proxy`: stands in for a `proxy=` that the URI lacks. */
  readonly remoteProxy?: string;
  /** `tls_priority`: stands in for a `tls_priority=` that the URI lacks. */
  readonly tlsPriority?: string;
}

/**
 * What must be known of this host. Each fact is asked for only when the answer matters, so that a
 * runtime with permissions needs only those that the URI calls for.
 */
export interface HostFacts {
  /** Whether the process's effective user is root. */
  isRoot(): boolean;
  /** An environment variable. */
  env(name: string): string | undefined;
  /** The user's home directory, `undefined` where there is none. */
  home(): string | undefined;
  /** Whether something exists at an absolute path: a socket, or a daemon's program. */
  exists(path: string): boolean;
  /** The settings of libvirt.conf. */
  config?(): ClientConfig;
  /** Directory of the system daemons' sockets; `/var/run/libvirt` when left out. */
  readonly systemSocketDirectory?: string;
}

/** A host of which nothing is known: no user, no environment, no files. */
export const NO_FACTS: HostFacts = {
  isRoot: () => false,
  env: () => undefined,
  home: () => undefined,
  exists: () => false,
};

/** What every way of resolving is told. */
export interface Context {
  readonly facts: HostFacts;
  readonly readOnly: boolean;
}

/** The same, where there is a URI. */
export interface UriContext extends Context {
  readonly uri: LibvirtUri;
  /** The URI as the user wrote it, for messages: without its secrets. */
  readonly text: string;
  readonly parameters: ClientParameters;
}

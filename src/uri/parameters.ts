/**
 * The parameters of a libvirt URI that the client itself obeys, checked and typed.
 *
 * @module
 */

import type { LibvirtUri } from "../uri.ts";
import { uriParameter } from "./format.ts";

/** How the daemon that serves a local URI is chosen (`mode=`, `remote_mode` in libvirt.conf). */
export type RemoteMode = "auto" | "legacy" | "direct";

/** How the remote socket is reached over SSH (`proxy=`, `remote_proxy` in libvirt.conf). */
export type SshProxy = "auto" | "native" | "netcat";

/** What to do with an unknown host key (`known_hosts_verify=`). */
export type KnownHostsVerify = "normal" | "auto" | "ignore";

/** The authentication that a URI insists on (`auth=`). */
export interface UriAuth {
  /** Its kind. */
  readonly type: "sasl" | "polkit";
  /** The SASL mechanism, in upper case, of `auth=sasl.MECHANISM`. */
  readonly mechanism?: string;
}

/** The parameters that the client obeys. What is absent was not given. */
export interface ClientParameters {
  readonly mode?: RemoteMode;
  readonly proxy?: SshProxy;
  readonly socket?: string;
  readonly command?: string;
  readonly argv: readonly string[];
  readonly netcat?: string;
  readonly keyFile?: string;
  readonly knownHosts?: string;
  readonly knownHostsVerify?: KnownHostsVerify;
  readonly authMethods?: readonly string[];
  readonly sanityCheck: boolean;
  readonly verify: boolean;
  readonly tty: boolean;
  readonly pkiPath?: string;
  readonly tlsPriority?: string;
  readonly auth?: UriAuth;
  readonly authFile?: string;
  readonly target?: string;
  readonly ticket?: string;
  readonly token?: string;
}

/** The values of `mode=`. */
export const REMOTE_MODES: readonly RemoteMode[] = ["auto", "legacy", "direct"];

/** The values of `proxy=`. */
export const SSH_PROXIES: readonly SshProxy[] = ["auto", "native", "netcat"];

const KNOWN_HOSTS_VERIFY: readonly KnownHostsVerify[] = ["normal", "auto", "ignore"];
const SSH_AUTH_METHODS = ["agent", "privkey", "password", "keyboard-interactive"] as const;

/** Finds a value among those allowed, or says which are. */
export function oneOf<T extends string>(
  where: string,
  name: string,
  value: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new TypeError(`${where} has ${name}=${value}, but ${name} must be ${orList(allowed)}`);
  }
  return found;
}

function orList(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/**
 * Reads the parameters that the client obeys.
 *
 * @param text The URI as the user wrote it, for messages: without its secrets.
 * @throws {TypeError} when a value is none of those allowed; the message lists them.
 */
export function readParameters(uri: LibvirtUri, text: string): ClientParameters {
  const where = `The URI "${text}"`;

  function string(name: string): string | undefined {
    const value = uriParameter(uri, name);
    if (value === "") {
      throw new TypeError(`${where} has ${name}= without a value; give one or leave it out`);
    }
    return value;
  }

  // libvirt takes any integer but zero for true; what is neither 0 nor 1 is a slip of the pen.
  function negated(name: string): boolean {
    const value = uriParameter(uri, name);
    return value === undefined || oneOf(where, name, value, ["0", "1"]) === "0";
  }

  function choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = uriParameter(uri, name);
    return value === undefined ? undefined : oneOf(where, name, value, allowed);
  }

  const knownHostsVerify = string("known_hosts_verify")?.toLowerCase();
  const methods = string("sshauth")?.toLowerCase().split(",");
  return {
    ...present({
      mode: choice("mode", REMOTE_MODES),
      proxy: choice("proxy", SSH_PROXIES),
      socket: string("socket"),
      command: string("command"),
      netcat: string("netcat"),
      keyFile: string("keyfile"),
      knownHosts: string("known_hosts"),
      knownHostsVerify: knownHostsVerify === undefined
        ? undefined
        : oneOf(where, "known_hosts_verify", knownHostsVerify, KNOWN_HOSTS_VERIFY),
      authMethods: methods?.map((method) => oneOf(where, "sshauth", method, SSH_AUTH_METHODS)),
      pkiPath: string("pkipath"),
      tlsPriority: string("tls_priority"),
      auth: readAuth(uri, where),
      authFile: string("authfile"),
      target: string("target"),
      ticket: string("ticket"),
      token: string("token"),
    }),
    argv: uri.parameters.filter(({ name }) => name.toLowerCase() === "argv")
      .map(({ value }) => value),
    sanityCheck: negated("no_sanity"),
    verify: negated("no_verify"),
    tty: negated("no_tty"),
  };
}

function readAuth(uri: LibvirtUri, where: string): UriAuth | undefined {
  const value = uriParameter(uri, "auth");
  if (value === undefined) return undefined;
  const parts = /^(sasl|polkit)(?:\.(.+))?$/i.exec(value);
  const type = parts?.[1]?.toLowerCase();
  const mechanism = parts?.[2]?.toUpperCase();
  if (type === "sasl") return { type, ...present({ mechanism }) };
  if (type === "polkit" && mechanism === undefined) return { type };
  throw new TypeError(
    `${where} has auth=${value}, but auth must be polkit, sasl or sasl. and a mechanism, ` +
      `as in auth=sasl.scram-sha-256`,
  );
}

/** The type of an object whose keys that may be `undefined` are optional instead. */
type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out what is `undefined`. */
export function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}

/**
 * libvirt's connection URIs, taken apart.
 *
 * Text alone: parts back to text is `uri/format.ts`, where a URI leads on this host `endpoint.ts`.
 *
 * @module
 */

import { escapeAll } from "./uri/format.ts";
import { withoutSecrets } from "./uri/secrets.ts";

export { formatUri, remoteName, uriParameter, uriTransport } from "./uri/format.ts";

/** How a URI's bytes travel: libvirt's own transports, and `ws` and `wss` which are ours. */
export type UriTransport =
  | "unix"
  | "tcp"
  | "tls"
  | "ssh"
  | "libssh"
  | "libssh2"
  | "ext"
  | "ws"
  | "wss";

/** One parameter of a URI's query, decoded. */
export interface UriParameter {
  /** Its name as written; libvirt compares names without regard to case. */
  readonly name: string;
  /** Its value; empty when there is no `=`. */
  readonly value: string;
}

/** The parts of a libvirt URI, percent-decoded. */
export interface LibvirtUri {
  /** The driver, `qemu`, in the case that was written; empty for a plain `ws:` or `wss:` URL. */
  readonly driver: string;
  /** The transport that the URI names; absent when it names none, see {@linkcode uriTransport}. */
  readonly transport?: UriTransport;
  /** User before the `@`; a `:` in it is part of the name, as in libvirt. */
  readonly user?: string;
  /** Host name or address; an IPv6 address without its brackets. */
  readonly host?: string;
  /** Port, 1 to 65535. */
  readonly port?: number;
  /** Path with its leading slash; empty when there is none. */
  readonly path: string;
  /** Parameters in the order written, repeated ones too. */
  readonly parameters: readonly UriParameter[];
  /** The query exactly as written, without the `?`; absent when there is none. */
  readonly query?: string;
  /** What follows the `#`; libvirt sends it along in the name. */
  readonly fragment?: string;
}

const TRANSPORTS: readonly UriTransport[] = [
  "unix",
  "tcp",
  "tls",
  "ssh",
  "libssh",
  "libssh2",
  "ext",
  "ws",
  "wss",
];

/** Drivers whose path libvirt insists on, so that `qemu://system` is taken for a missing slash. */
const PATH_DRIVERS: readonly string[] = ["qemu", "vbox", "vz"];

/** Matches what may not stand in a part of a URI, beyond RFC 3986's common characters. */
function illegalBeside(characters: string): RegExp {
  return new RegExp(`%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\\-._~!$&'()*+,;=%${characters}]`, "gu");
}

const ILLEGAL_IN_HOST = /* @__PURE__ */ illegalBeside("");
const ILLEGAL_IN_USER = /* @__PURE__ */ illegalBeside(":");
const ILLEGAL_IN_PATH = /* @__PURE__ */ illegalBeside(":@/");
const ILLEGAL_IN_QUERY = /* @__PURE__ */ illegalBeside(":@/?");

/** What is wrong with a text, and what it might have been meant to be. */
class Malformed {
  readonly problem: string;
  readonly example: string;

  constructor(problem: string, example: string) {
    this.problem = problem;
    this.example = example;
  }
}

/** Decodes the part of the URI from `start` to `end`. */
function decodePart(text: string, start: number, end: number, illegal: RegExp): string {
  const part = text.slice(start, end);
  const wrong = part.search(illegal);
  if (wrong >= 0) {
    const character = String.fromCodePoint(part.codePointAt(wrong) ?? 0);
    const digits = character === "%" ? "be followed by two hexadecimal digits or " : "";
    throw new Malformed(
      `the "${character}" at position ${start + wrong + 1} must ${digits}be written ` +
        escapeAll(character),
      text.slice(0, start) + part.replace(illegal, escapeAll) + text.slice(end),
    );
  }
  const zero = part.indexOf("%00");
  if (zero >= 0) {
    throw new Malformed(
      `%00 at position ${start + zero + 1} stands for no character that libvirt can use`,
      text.slice(0, start) + part.replaceAll("%00", "") + text.slice(end),
    );
  }
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Malformed(
      `the percent-encoded bytes of "${withoutSecrets(text, start, end)}" at position ` +
        `${start + 1} are not UTF-8`,
      "test:///caf%C3%A9",
    );
  }
}

/**
 * Splits a query as libvirt does: at each `&`, and at each `;` once no `&` is left. A part without
 * `=` has the empty value, a part without a name is dropped, and `+` is a plus sign.
 */
function parseQuery(text: string, start: number, end: number): UriParameter[] {
  const parameters: UriParameter[] = [];
  let from = start;
  while (from < end) {
    const rest = text.slice(from, end);
    const separator = rest.includes("&") ? rest.indexOf("&") : rest.indexOf(";");
    const to = separator < 0 ? end : from + separator;
    const equals = text.slice(from, to).indexOf("=");
    if (equals < 0 && to > from) {
      parameters.push({ name: decodePart(text, from, to, ILLEGAL_IN_QUERY), value: "" });
    } else if (equals > 0) {
      parameters.push({
        name: decodePart(text, from, from + equals, ILLEGAL_IN_QUERY),
        value: decodePart(text, from + equals + 1, to, ILLEGAL_IN_QUERY),
      });
    } else {
      decodePart(text, from, to, ILLEGAL_IN_QUERY);
    }
    from = to + 1;
  }
  return parameters;
}

interface Authority {
  user?: string;
  host?: string;
  port?: number;
}

function parsePort(text: string, start: number, end: number, written: string): number {
  const digits = text.slice(start, end);
  const port = /^[0-9]{1,8}$/.test(digits) ? Number(digits) : 0;
  if (port < 1 || port > 65535) {
    const shown = withoutSecrets(text, start, end);
    const found = digits === "" ? "is missing" : `is "${shown}", not a number from 1 to 65535`;
    throw new Malformed(
      `the port at position ${start + 1} ${found}`,
      `qemu+tcp://${written}:16509/system`,
    );
  }
  return port;
}

function parseAuthority(text: string, start: number, end: number): Authority {
  const authority: Authority = {};
  let from = start;
  const at = text.slice(start, end).lastIndexOf("@");
  if (at === 0) {
    throw new Malformed(
      `the user name before the "@" at position ${start + 1} is empty`,
      "qemu+ssh://root@host/system",
    );
  }
  if (at > 0) {
    authority.user = decodePart(text, start, start + at, ILLEGAL_IN_USER);
    from = start + at + 1;
  }
  let hostEnd: number;
  if (text[from] === "[") {
    const close = text.slice(0, end).indexOf("]", from);
    const address = close < 0 ? "" : text.slice(from + 1, close);
    // The zone of a link-local address is read with its "%" bare or as %25, as libvirt reads it.
    if (!/^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9\-._~]+)?$/.test(address)) {
      throw new Malformed(
        `the "[" at position ${from + 1} does not begin an IPv6 address in brackets`,
        "qemu+tcp://[2001:db8::1]:16509/system",
      );
    }
    authority.host = address.replace(/%25(?=.)/, "%");
    hostEnd = close + 1;
    if (hostEnd < end && text[hostEnd] !== ":") {
      throw new Malformed(
        `the "]" at position ${hostEnd} must be followed by a port or a path`,
        `qemu+tcp://[${address}]:16509/system`,
      );
    }
  } else {
    const colon = text.slice(from, end).indexOf(":");
    hostEnd = colon < 0 ? end : from + colon;
    const written = text.slice(from, end);
    if (/^[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*$/.test(written)) {
      throw new Malformed(
        `the IPv6 address at position ${from + 1} must stand in brackets`,
        `${text.slice(0, from)}[${written}]${text.slice(end)}`,
      );
    }
    if (hostEnd > from) authority.host = checkHost(text, from, hostEnd);
  }
  if (hostEnd < end) {
    if (authority.host === undefined) {
      throw new Malformed(
        `the port at position ${hostEnd + 1} has no host before it`,
        "qemu+tcp://localhost:16509/system",
      );
    }
    authority.port = parsePort(text, hostEnd + 1, end, text.slice(from, hostEnd));
  }
  return authority;
}

function checkHost(text: string, start: number, end: number): string {
  const host = decodePart(text, start, end, ILLEGAL_IN_HOST);
  // A leading hyphen would be read as an option by the programs that are given the host.
  // deno-lint-ignore no-control-regex
  if (host.startsWith("-") || /[\x00-\x20\x7F/@:?#]/.test(host)) {
    throw new Malformed(
      `"${withoutSecrets(text, start, end)}" at position ${start + 1} is no host name`,
      "qemu+ssh://root@host/system",
    );
  }
  return host;
}

/**
 * Takes a libvirt URI apart.
 *
 * Accepts what libvirt's own client accepts, and `ws:` and `wss:` URLs. Beyond it, these are
 * refused, where libvirt drops or misreads them in silence: port 0 and ports above 65535, a port
 * without a host, a host that begins with a hyphen, a path without its leading slash, bytes that
 * are not UTF-8.
 *
 * @throws {TypeError} when the text is no libvirt URI: the message names it, without its secrets, the
 * place in the text as given, and a correct example.
 *
 * @example
 * ```ts
 * import { parseUri } from "@virtwire/libvirt";
 *
 * const uri = parseUri("qemu+ssh://root@[2001:db8::1]:2222/system?keyfile=/home/me/key");
 * // uri.driver "qemu", uri.transport "ssh", uri.host "2001:db8::1", uri.port 2222
 * ```
 */
export function parseUri(text: string): LibvirtUri {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const shown = withoutSecrets(text);
    // put right, a text with a secret might no longer look like one
    const usable = shown === text && isCorrect(error.example);
    throw new TypeError(
      `Cannot parse the URI "${shown}": ${error.problem}; a correct one is, for example, ` +
        `"${usable ? error.example : "qemu:///system"}"`,
    );
  }
}

/** A text with two faults is not cured by the cure for the first. */
function isCorrect(example: string): boolean {
  try {
    parse(example);
    return true;
  } catch {
    return false;
  }
}

function parse(text: string): LibvirtUri {
  const scheme = /^[^:/?#]*/.exec(text)?.[0] ?? "";
  if (text === "") throw new Malformed("it is empty", "qemu:///system");
  if (scheme === "" || text[scheme.length] !== ":") {
    throw new Malformed(
      "there is no driver name at position 1",
      /^[A-Za-z][A-Za-z0-9]*$/.test(text) ? `${text}:///system` : "qemu:///system",
    );
  }
  if (!/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) {
    const at = Math.max(scheme.search(/[^A-Za-z0-9+.-]/), 0);
    throw new Malformed(
      `"${String.fromCodePoint(scheme.codePointAt(at) ?? 0)}" at position ${
        at + 1
      } cannot stand there in a driver name`,
      "qemu:///system",
    );
  }

  const afterScheme = scheme.length + 1;
  const hash = text.indexOf("#");
  const queryEnd = hash < 0 ? text.length : hash;
  const question = text.slice(0, queryEnd).indexOf("?");
  const pathEnd = question < 0 ? queryEnd : question;
  let authority: Authority = {};
  let pathStart = afterScheme;
  if (text.startsWith("//", afterScheme)) {
    const slash = text.slice(0, pathEnd).indexOf("/", afterScheme + 2);
    pathStart = slash < 0 ? pathEnd : slash;
    authority = parseAuthority(text, afterScheme + 2, pathStart);
  } else if (pathStart < pathEnd && text[pathStart] !== "/") {
    // libvirt reads "qemu:system", but the name that it sends for it is "qemu://system".
    throw new Malformed(
      `the path at position ${pathStart + 1} must begin with "/"`,
      `${scheme}:///${text.slice(pathStart)}`,
    );
  }
  const path = decodePart(text, pathStart, pathEnd, ILLEGAL_IN_PATH);
  const parameters = question < 0 ? [] : parseQuery(text, question + 1, queryEnd);
  const fragment = hash < 0 ? undefined : decodePart(text, hash + 1, text.length, ILLEGAL_IN_QUERY);

  if (
    PATH_DRIVERS.includes(scheme) && (authority.host === "system" || authority.host === "session")
  ) {
    throw new Malformed(
      `"${authority.host}" at position ${afterScheme + 3} stands where a host is expected`,
      `${scheme}:///${authority.host}`,
    );
  }
  return {
    ...splitScheme(scheme, authority, hash),
    ...authority,
    path,
    parameters,
    ...(question < 0 ? {} : { query: text.slice(question + 1, queryEnd) }),
    ...(fragment === undefined ? {} : { fragment }),
  };
}

function splitScheme(
  scheme: string,
  authority: Authority,
  hash: number,
): Pick<LibvirtUri, "driver" | "transport"> {
  const plain = scheme.toLowerCase();
  if (plain === "ws" || plain === "wss") {
    const example = `${plain}://host/target`;
    if (authority.host === undefined) {
      throw new Malformed(`there is no host at position ${scheme.length + 2}`, example);
    }
    if (hash >= 0) {
      throw new Malformed(
        `the "#" at position ${hash + 1} cannot be part of a WebSocket URL`,
        example,
      );
    }
    return { driver: "", transport: plain };
  }
  const plus = scheme.indexOf("+");
  if (plus < 0) return { driver: scheme };
  const driver = scheme.slice(0, plus);
  const written = scheme.slice(plus + 1);
  const transport = TRANSPORTS.find((name) => name === written.toLowerCase());
  const example = `${driver}+ssh://${authority.host ?? "host"}/system`;
  if (transport === undefined) {
    throw new Malformed(
      `the transport "${written}" at position ${plus + 2} is none of ${TRANSPORTS.join(", ")}`,
      example,
    );
  }
  if (transport === "unix" && authority.host !== undefined) {
    throw new Malformed(
      `the host "${authority.host}" at position ${scheme.length + 4} does not go with the ` +
        `transport unix, which is local`,
      example,
    );
  }
  return { driver, transport };
}

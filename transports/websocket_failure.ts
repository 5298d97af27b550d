/**
 * Puts into words why a WebSocket could not be opened, and why it was closed.
 *
 * @module
 */

import { ConnectionError } from "../src/errors.ts";
import { withoutSecrets } from "../src/uri/secrets.ts";

/** What a server says by the status of its answer, and what to do. */
const STATUS: Readonly<Record<number, string>> = {
  301: "the server is elsewhere; give the address that it redirects to",
  302: "the server is elsewhere; give the address that it redirects to",
  400: "the server does not take it for a WebSocket; check the address, and proxies in between",
  401: "the server wants to know who asks; give a ticket or a token that is valid",
  403: "the server does not let this client in; check the token or ticket, and on a web page " +
    "whether the proxy allows its origin",
  404: "there is no such target; check its name",
  426: "the server does not take it for a WebSocket; check the address, and proxies in between",
  429: "this client has too many connections; close some, or try again later",
  502: "the server cannot reach the daemon behind it; see its log",
  503: "the server takes no more connections now; try again later",
  504: "the server cannot reach the daemon behind it in time; see its log",
};

// Browsers and Node keep the reason to themselves, so that a page cannot explore a network.
const UNKNOWN = "the handshake failed, and it is not told why; check that the proxy runs there, " +
  "its certificate, the target's name, the ticket or token, and on a web page whether the proxy " +
  "allows its origin";

/** What kept it from getting as far as an answer: the system's name for it, or Deno's words. */
const UNREACHED: readonly (readonly [RegExp, string])[] = [
  [
    /ECONNREFUSED|tcp connect error/,
    "connection refused; check that the proxy runs there, and its port",
  ],
  [/ENOTFOUND|dns error/, "host not found; check its name"],
  [/EAI_AGAIN/, "host not found, the name server gives no answer; try again later"],
];

/** The words of each runtime for an answer other than 101, Switching Protocols. */
const STATUS_IN_MESSAGE = /(?:status code|server response): (\d{3})/;

/**
 * Makes the error for a WebSocket that did not open.
 *
 * @param what Start of the message: `Cannot connect to wss://host/target`.
 * @param address `host:port`, as Deno's permission names it.
 * @param cause What the constructor threw, or the `error` event told.
 */
export function openingFailure(what: string, address: string, cause: unknown): ConnectionError {
  const message = cause instanceof Error ? cause.message : "";
  const status = STATUS_IN_MESSAGE.exec(message)?.[1];
  const { code } = (cause ?? {}) as { code?: unknown };
  const unreached = UNREACHED.find(([sign]) => sign.test(`${code} ${message}`))?.[1];
  const found = cause instanceof Error && cause.name === "NotCapable"
    ? `it is not allowed; run again with --allow-net=${address}`
    : status !== undefined
    ? `HTTP status ${status}: ${STATUS[Number(status)] ?? "no WebSocket is to be had there"}`
    : message === ""
    ? UNKNOWN
    : unreached ?? message.replace(/wss?:\/\/\S+/g, (url) => withoutSecrets(url)); // Bun quotes the whole URL
  return new ConnectionError(`${what}: ${found}`, "error", { cause });
}

/** The codes of RFC 6455, 7.4.1, and those registered since. */
const CODES: Readonly<Record<number, string>> = {
  1001: "the server is going away",
  1002: "the server found a fault in the WebSocket protocol",
  1003: "the server does not take such data",
  1007: "the server could not read the data",
  1008: "the server's policy forbids it",
  1009: "the server takes no frame of that size",
  1011: "the server met an error",
  1012: "the server restarts; connect again",
  1013: "the server is overloaded; try again later",
  1014: "a gateway in between got no good answer",
};

/** Whether a code says that the peer has closed in order; without any it has, too. */
export function isOrderlyEnd(code: number): boolean {
  return code === 1000 || code === 1005;
}

/** Says why the peer has closed, of a code that is not orderly. */
export function closingReason(code: number, reason: string): string {
  // Deno has 0 where the standard has 1006: the connection ended without a closing handshake.
  if (code === 1006 || code === 0) return "it broke off, without a word from the server (1006)";
  const words = CODES[code] ?? "the server closed it";
  return `${words} (${code})${reason === "" ? "" : `: ${reason}`}`;
}

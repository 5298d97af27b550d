/**
 * What client and proxy agree on by WebSocket subprotocols.
 *
 * A browser lets a page set no header of a WebSocket's handshake but the subprotocols, so who the
 * client is goes there too. The server never selects that one: it would be in the answer.
 *
 * @module
 */

/** libvirt's packets in binary frames, whose edges mean nothing. */
export const SUBPROTOCOL = "virtwire.v1";

/**
 * The same, and the server obeys {@linkcode PAUSE} and {@linkcode RESUME}. Offered second, so that a
 * server which takes the first that it is offered does not promise what it does not know.
 */
export const PAUSING_SUBPROTOCOL = "virtwire.v1.pause";

/**
 * Text frame of a client whose reader is too slow: the server stops sending. No WebSocket of the
 * platform can stop reading, and what it has read lies in memory.
 */
export const PAUSE = "pause";

/** Text frame of a client that wants to read on. */
export const RESUME = "resume";

const TICKET = "virtwire.ticket.";
const TOKEN = "virtwire.token.";

/** What a client shows to be let in. */
export interface WebSocketCredential {
  /** Good for one connection, soon after it was issued. */
  readonly ticket?: string | undefined;
  /** Good until it is withdrawn. */
  readonly token?: string | undefined;
}

/** The subprotocols that a client offers. */
export function offeredSubprotocols({ ticket, token }: WebSocketCredential): string[] {
  const offered = [SUBPROTOCOL, PAUSING_SUBPROTOCOL];
  if (ticket !== undefined) offered.push(TICKET + encodeText(ticket));
  if (token !== undefined) offered.push(TOKEN + encodeText(token));
  return offered;
}

/** What a client shows, of the subprotocols that it offers; a text that is not well encoded is none. */
export function credentialOf(offered: Iterable<string>): WebSocketCredential {
  let ticket: string | undefined;
  let token: string | undefined;
  for (const each of offered) {
    if (each.startsWith(TICKET)) ticket ??= decodeText(each.slice(TICKET.length));
    else if (each.startsWith(TOKEN)) token ??= decodeText(each.slice(TOKEN.length));
  }
  return { ticket, token };
}

// A subprotocol has the characters of an HTTP token (RFC 6455, 4.1), which base64url's all are.
function encodeText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_")
    .replaceAll("=", "");
}

function decodeText(encoded: string): string | undefined {
  if (!/^[\w-]*$/.test(encoded)) return undefined;
  try {
    const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

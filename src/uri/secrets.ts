/**
 * URIs as they may be shown: others read messages and logs too.
 *
 * @module
 */

/** Stands where something is not shown. */
const HIDDEN = "***";

/**
 * How names of parameters end whose values let somebody in: ours, and what others call theirs in the
 * URL of a WebSocket server or of a download.
 */
const SECRET = /(?:ticket|token|passw(?:or)?d|secret|signature)$/i;

/** Longer than any such end, with each letter percent-encoded. */
const LONGEST_END = 48;

/** Where something secret begins and ends. */
type Span = readonly [from: number, to: number];

/**
 * A URI, or what was meant to be one, for a message: the password before its host and the values of
 * tickets, tokens and their like read `***`.
 *
 * Of a text that is no URI rather too much is hidden than too little.
 *
 * @param start Where the part begins that is wanted; the text is looked at as a whole.
 * @param end Where it ends.
 */
export function withoutSecrets(uri: string, start: number = 0, end: number = uri.length): string {
  let shown = "";
  let at = start;
  for (const [from, to] of secretSpans(uri)) {
    if (to <= at || from >= end) continue;
    shown += uri.slice(at, Math.max(from, at)) + HIDDEN;
    at = Math.min(to, end);
  }
  return shown + uri.slice(at, end);
}

/** A user's name for a message; libvirt takes what follows a `:` for a part of the name. */
export function withoutPassword(user: string): string {
  return user.replace(/:.+/s, `:${HIDDEN}`);
}

function secretSpans(uri: string): Span[] {
  const password = passwordSpan(uri);
  const spans: Span[] = password === undefined ? [] : [password];
  for (const { 0: equals, index } of uri.matchAll(/=|%3D/gi)) {
    const name = uri.slice(Math.max(index - LONGEST_END, 0), index).replace(
      /%([0-9A-F]{2})/gi,
      (_, digits: string) => String.fromCharCode(parseInt(digits, 16)),
    );
    if (!SECRET.test(name.trimEnd())) continue;
    const from = index + equals.length;
    // a ";" or "#" may have been meant as a part of the value
    const ampersand = uri.indexOf("&", from);
    const to = ampersand < 0 ? uri.length : ampersand;
    if (from < to) spans.push([from, to]);
  }
  return spans;
}

function passwordSpan(uri: string): Span | undefined {
  const slashes = /^[^/?#]*\/\//.exec(uri)?.[0] ?? "";
  // an IPv6 address has colons too
  const colon = /^(?!\[|[^:/?#]*@\[)[^:/?#]*?(?::|%3A)/i.exec(uri.slice(slashes.length))?.[0];
  if (colon === undefined) return undefined;
  const from = slashes.length + colon.length;
  const rest = uri.slice(from);
  const port = slashes === "" ? /^\d*(?:[/?#]|$)/ : /^\d+(?:[/?#]|$)/;
  if (port.test(rest)) return undefined;
  // in a password that is not encoded "/", "?" and "#" are the end of the host for everybody else
  const beforeQuery = rest.slice(0, /[?#]|$/.exec(rest)!.index).lastIndexOf("@");
  const length = beforeQuery < 0 ? rest.lastIndexOf("@") : beforeQuery;
  return length < 1 ? undefined : [from, from + length];
}

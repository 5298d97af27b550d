/**
 * Which web pages may reach the proxy.
 *
 * @module
 */

/**
 * Says whether a browser's request may go on. Any page that a user visits can make their browser
 * connect to any address, loopback included: its origin is all that tells it from our own.
 */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  /**
   * Takes the origins of pages that may connect, as `https://console.example.com`; with none, only
   * pages of the proxy's own host may. Throws a TypeError for what is no origin.
   */
  constructor(allowed: Iterable<string>) {
    this.#allowed = new Set(Array.from(allowed, checkOrigin));
  }

  /**
   * Whether a request may go on.
   *
   * @param origin The `Origin` header; a request without one comes from no page.
   * @param host The `Host` header.
   */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return true;
    // "null" stands for a page that does not tell, such as a file's or a sandbox's
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (url === undefined || url.origin === "null" || url.origin !== origin) return false;
    if (this.#allowed.size > 0) return this.#allowed.has(origin);
    if (host === undefined) return false;
    // the Host header has the port unless it is the scheme's own
    const own = `${url.protocol}//${host}`;
    return URL.canParse(own) && new URL(own).host === url.host;
  }
}

function checkOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.origin === text && text !== "null") return text;
  const example = url === undefined || url.origin === "null"
    ? "https://console.example.com"
    : url.origin;
  throw new TypeError(`Not the origin of a web page: "${text}"; a correct one is "${example}"`);
}

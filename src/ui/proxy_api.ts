/**
 * What the page asks of the proxy that serves it.
 *
 * @module
 */

import {
  type Connection,
  connectWeb,
  type SupervisedConnection,
  superviseWeb,
  type SuperviseWebOptions,
} from "../web.ts";

/** A target of the proxy. */
export interface Target {
  readonly name: string;
  readonly readOnly: boolean;
  /** The preset of its filter. */
  readonly filter: string;
}

/** The proxy does not take the token. */
export class TokenError extends Error {}

const KEY = "virtwire-token";
const TIMEOUT = 15_000;

/** The proxy, and the token that opens it. */
export class ProxyApi {
  #token: string | undefined;

  /** Takes the token that the address or an earlier page of this tab has left. */
  constructor() {
    // `#token=…` never leaves the browser; it is taken out of the address so that nobody copies it
    const given = /^#token=([^&]+)/.exec(location.hash)?.[1];
    if (given !== undefined) {
      this.setToken(decodeURIComponent(given));
      history.replaceState(null, "", location.pathname);
    }
    this.#token = sessionStorage.getItem(KEY) ?? undefined;
  }

  /** Whether there is a token to try. */
  get hasToken(): boolean {
    return this.#token !== undefined;
  }

  /** Keeps a token for as long as the tab is open; `undefined` forgets it. */
  setToken(token: string | undefined): void {
    this.#token = token;
    if (token === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  }

  /** The targets that the token opens; rejects with a TokenError when it opens nothing. */
  async targets(): Promise<Target[]> {
    return await (await this.#ask("/targets", "GET")).json();
  }

  /** Opens a connection to a target, with a ticket that is good for it alone. */
  async connect(target: string, signal?: AbortSignal): Promise<Connection> {
    return await connectWeb(this.#urlOf(target), this.#options(target, signal));
  }

  /** Opens one that is made again when it is lost, each time with a ticket of its own. */
  async supervise(target: string, signal?: AbortSignal): Promise<SupervisedConnection> {
    return await superviseWeb(this.#urlOf(target), {
      ...this.#options(target, signal),
      reconnect: {
        delay: 1000,
        longest: 15_000,
        retry: (error) => !(error instanceof TokenError),
      },
    });
  }

  #urlOf(target: string): string {
    return `${location.origin.replace(/^http/, "ws")}/${encodeURIComponent(target)}`;
  }

  #options(target: string, signal: AbortSignal | undefined): SuperviseWebOptions {
    return {
      ticket: () => this.#ticket(target),
      timeout: TIMEOUT,
      keepalive: { interval: 4000, count: 2 }, // who looks at a page notices soon
      signal,
    };
  }

  async #ticket(target: string): Promise<string> {
    const response = await this.#ask(`/ticket?target=${encodeURIComponent(target)}`, "POST");
    const { ticket }: { ticket: string } = await response.json();
    return ticket;
  }

  async #ask(path: string, method: string): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        headers: { authorization: `Bearer ${this.#token ?? ""}` },
        signal: AbortSignal.timeout(TIMEOUT),
      });
    } catch {
      throw new Error("The proxy does not answer");
    }
    if (response.status === 401) throw new TokenError("The proxy does not accept this token");
    if (!response.ok) {
      const text = (await response.text()).trim();
      throw new Error(text === "" ? `The proxy answered ${response.status}` : text);
    }
    return response;
  }
}

/**
 * Who is let in.
 *
 * @module
 */

import type { HttpAnswer, HttpRequest } from "../../transports/listen_websocket.ts";
import {
  credentialOf,
  PAUSING_SUBPROTOCOL,
  SUBPROTOCOL,
} from "../../transports/websocket_protocol.ts";
import type { Places } from "./limits.ts";
import type { RefusalReason } from "./metrics.ts";
import type { Origins } from "./origins.ts";
import type { Target } from "./targets.ts";
import type { Tickets } from "./tickets.ts";
import type { ProxyUser, Tokens } from "./tokens.ts";

/** Recognizes a user by something else than a token, such as a session's cookie. */
export type Authorize = (
  request: HttpRequest,
) => ProxyUser | undefined | Promise<ProxyUser | undefined>;

/** What admission goes by. */
export interface AdmissionOptions {
  readonly origins: Origins;
  readonly tokens: Tokens;
  readonly tickets: Tickets;
  readonly targets: ReadonlyMap<string, Target>;
  readonly places: Places;
  /** Addresses of proxies in front, which are believed who the client is. */
  readonly trustedProxies: readonly string[];
  readonly authorize?: Authorize | undefined;
  /** Whether new connections are taken. */
  accepting(): boolean;
}

/** A client that may have its WebSocket. */
export interface Admitted {
  readonly user: ProxyUser;
  readonly target: Target;
  /** The subprotocol to select. */
  readonly protocol: string;
  /** Frees its place. */
  release(): void;
}

/** A client that may not. */
export interface Refused {
  readonly reason: RefusalReason;
  readonly answer: HttpAnswer;
}

/** Decides about clients. */
export class Admission {
  readonly #options: AdmissionOptions;

  /** Keeps what it goes by. */
  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** The client's address: what a proxy in front says, where one is known, else the peer's. */
  addressOf(request: HttpRequest): string {
    if (!this.#options.trustedProxies.includes(request.address)) return request.address;
    // the last one is the trusted proxy's own word; those before it are anybody's
    const last = request.header("x-forwarded-for")?.split(",").at(-1)?.trim();
    return last || request.address;
  }

  /** Whether a page of the request's origin may go on. */
  allowsOrigin(request: HttpRequest): boolean {
    return this.#options.origins.allows(request.header("origin"), request.header("host"));
  }

  /** Who sends an HTTP request, by its `Authorization` header or the hook. */
  async userOf(request: HttpRequest): Promise<ProxyUser | undefined> {
    const token = /^Bearer +(.+)$/i.exec(request.header("authorization") ?? "")?.[1];
    const known = token === undefined ? undefined : await this.#options.tokens.userOf(token.trim());
    return known ?? await this.#options.authorize?.(request);
  }

  /** Decides about a client that wants a WebSocket; nobody without a credential learns anything. */
  async admit(request: HttpRequest): Promise<Admitted | Refused> {
    const { accepting, places, targets } = this.#options;
    if (!accepting()) return refused("stopping", 503, "The proxy is stopping");
    if (places.full) {
      return refused("full", 503, "The proxy has no connection left; try again later");
    }
    if (!this.allowsOrigin(request)) {
      return refused("origin", 403, "The proxy does not allow pages of this origin");
    }
    const user = await this.#webSocketUser(request);
    if (user === undefined) {
      return refused("credential", 401, "Give a ticket or a token that is valid");
    }
    const target = targets.get(pathName(request.path));
    if (target === undefined || !mayReach(user, target.name)) {
      return refused("target", 404, "There is no such target");
    }
    const protocol = [PAUSING_SUBPROTOCOL, SUBPROTOCOL]
      .find((each) => request.subprotocols.includes(each));
    if (protocol === undefined) {
      return refused("handshake", 400, `Offer the subprotocol ${SUBPROTOCOL}`);
    }
    const release = places.take(this.addressOf(request));
    if (release === undefined) {
      return refused("client_limit", 429, "This client has too many connections");
    }
    return { user, target, protocol, release };
  }

  async #webSocketUser(request: HttpRequest): Promise<ProxyUser | undefined> {
    const { ticket, token } = credentialOf(request.subprotocols);
    if (ticket !== undefined) return await this.#options.tickets.take(ticket);
    if (token !== undefined) return await this.#options.tokens.userOf(token);
    return await this.userOf(request);
  }
}

/** Whether a user may reach a target. */
export function mayReach(user: ProxyUser, target: string): boolean {
  return user.targets === undefined || user.targets.includes(target);
}

/** The target's name in a path. */
export function pathName(path: string): string {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return "";
  }
}

function refused(reason: RefusalReason, status: number, text: string): Refused {
  const headers = { "content-type": "text/plain; charset=utf-8" };
  return { reason, answer: { status, headers, body: `${text}\n` } };
}

/**
 * Tickets: each lets one connection in, soon after it was issued.
 *
 * A page gets one from whoever has a token, so that the token itself stays on a server.
 *
 * @module
 */

import { decodeBase64, encodeBase64 } from "@std/encoding/base64";
import { hmacKey, type ProxyUser } from "./tokens.ts";

/** How tickets are made. */
export interface TicketOptions {
  /** Milliseconds for which a ticket is good; 30 s when left out. */
  readonly lifetime?: number | undefined;
  /**
   * The key that tickets are signed with, 32 characters or more: the same for all proxies behind one
   * address. Random when left out, so that a ticket is good only where it was issued.
   */
  readonly key?: string | undefined;
  /**
   * Notes that a ticket is used and answers whether it was unused, for proxies that share a store;
   * `id` is to be kept until `expires` (Unix time in ms). By default each proxy remembers its own:
   * behind one address a ticket could then be used once at each of them while it lives.
   */
  readonly claim?: ((id: string, expires: number) => boolean | Promise<boolean>) | undefined;
}

/** A ticket. */
export interface Ticket {
  /** The ticket itself, for `connect("wss://…?ticket=…")`. */
  readonly ticket: string;
  /** When it is good no longer: Unix time in ms. */
  readonly expires: number;
}

interface Contents {
  readonly id: string;
  readonly user: string;
  readonly targets?: readonly string[];
  readonly expires: number;
}

const LIFETIME = 30_000;
const KEY_MIN = 32;
const SIGNATURE = 32;

/** Used tickets that are remembered; more are not let in before some have expired. */
const USED_MAX = 100_000;

/** Issues tickets and takes them. Nothing is kept of one before it is used. */
export class Tickets {
  readonly #lifetime: number;
  readonly #key: Promise<CryptoKey>;
  readonly #claim: NonNullable<TicketOptions["claim"]>;
  readonly #used = new Map<string, number>();

  /** Throws a TypeError for a key that is too short, a RangeError for a lifetime that is none. */
  constructor({ lifetime = LIFETIME, key, claim }: TicketOptions = {}) {
    if (!(lifetime > 0 && lifetime <= 3_600_000)) {
      throw new RangeError(`Not a ticket's lifetime of 1 to 3600000 ms: ${lifetime}`);
    }
    if (key !== undefined && key.length < KEY_MIN) {
      throw new TypeError(
        `Cannot sign tickets with a key of ${key.length} characters: at least ${KEY_MIN} are wanted`,
      );
    }
    this.#lifetime = lifetime;
    this.#key = hmacKey(
      key === undefined
        ? crypto.getRandomValues(new Uint8Array(SIGNATURE))
        : new TextEncoder().encode(key),
    );
    this.#claim = claim ?? ((id, expires) => this.#remember(id, expires));
  }

  /** Issues a ticket to a user, for one target or for all that they may reach. */
  async issue(user: ProxyUser, target: string | undefined): Promise<Ticket> {
    const targets = target === undefined ? user.targets : [target];
    const expires = Date.now() + this.#lifetime;
    const contents: Contents = {
      id: crypto.randomUUID(),
      user: user.name,
      expires,
      ...(targets === undefined ? {} : { targets }),
    };
    const signed = new TextEncoder().encode(JSON.stringify(contents));
    const signature = await crypto.subtle.sign("HMAC", await this.#key, signed);
    const bytes = new Uint8Array(SIGNATURE + signed.length);
    bytes.set(new Uint8Array(signature));
    bytes.set(signed, SIGNATURE);
    return { ticket: toBase64Url(bytes), expires };
  }

  /** Whose a ticket is, if it is good and was not used yet; it is used with that. */
  async take(ticket: string): Promise<ProxyUser | undefined> {
    const bytes = fromBase64Url(ticket);
    if (bytes === undefined || bytes.length <= SIGNATURE) return undefined;
    const signature = bytes.subarray(0, SIGNATURE);
    const signed = bytes.subarray(SIGNATURE);
    const valid = await crypto.subtle.verify("HMAC", await this.#key, signature, signed);
    if (!valid) return undefined;
    // whoever signed it has the key: it is as we made it
    const contents = JSON.parse(new TextDecoder().decode(signed)) as Contents;
    if (contents.expires <= Date.now()) return undefined;
    if (!await this.#claim(contents.id, contents.expires)) return undefined;
    return { name: contents.user, targets: contents.targets };
  }

  #remember(id: string, expires: number): boolean {
    const now = Date.now();
    // those used first come first, and expire about first
    for (const [used, until] of this.#used) {
      if (until > now) break;
      this.#used.delete(used);
    }
    if (this.#used.has(id) || this.#used.size >= USED_MAX) return false;
    this.#used.set(id, expires);
    return true;
  }
}

function toBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  try {
    return decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
}

/**
 * Who a client is, by the token that it shows.
 *
 * @module
 */

/** Somebody who may use the proxy. */
export interface ProxyUser {
  /** Their name, for the log. */
  readonly name: string;
  /** The targets that they may reach; all when left out. */
  readonly targets?: readonly string[] | undefined;
}

/** A token, and whose it is. */
export interface TokenOptions extends ProxyUser {
  /** The token: at least 16 characters, best made by a generator of random numbers. */
  readonly token: string;
}

const TOKEN_MIN = 16;

/** The tokens that are good. They are kept as digests under a key of this process. */
export class Tokens {
  readonly #known: Promise<readonly { digest: Uint8Array; user: ProxyUser }[]>;
  readonly #key: Promise<CryptoKey>;

  /** Throws a TypeError for a token that is too short to be safe, or one that two users have. */
  constructor(tokens: ReadonlyArray<TokenOptions>) {
    for (const { token, name } of tokens) {
      if (token.length >= TOKEN_MIN) continue;
      throw new TypeError(
        `Cannot use the token of "${name}": it has ${token.length} characters, and at least ` +
          `${TOKEN_MIN} are wanted`,
      );
    }
    if (new Set(tokens.map(({ token }) => token)).size < tokens.length) {
      throw new TypeError("Cannot use the tokens: two users have the same one");
    }
    this.#key = hmacKey(crypto.getRandomValues(new Uint8Array(32)));
    this.#known = Promise.all(tokens.map(async ({ token, ...user }) => ({
      digest: await this.#digest(token),
      user,
    })));
  }

  /** Whose a token is; takes as long for one that is nearly right as for any other. */
  async userOf(token: string): Promise<ProxyUser | undefined> {
    const digest = await this.#digest(token);
    let found: ProxyUser | undefined;
    for (const known of await this.#known) {
      if (sameBytes(known.digest, digest)) found = known.user;
    }
    return found;
  }

  // Of the same length for all, and by a key that nobody knows: how far two agree tells nothing.
  async #digest(token: string): Promise<Uint8Array> {
    const bytes = new TextEncoder().encode(token);
    return new Uint8Array(await crypto.subtle.sign("HMAC", await this.#key, bytes));
  }
}

/** A key for HMAC by SHA-256. */
export function hmacKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  let different = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) different |= a[i]! ^ b[i]!;
  return different === 0;
}

/**
 * SASL SCRAM (RFC 5802, RFC 7677), the server's side: it keeps no password, only what the client's
 * proof is checked with.
 *
 * @module
 */

import { decodeBase64, encodeBase64 } from "@std/encoding/base64";
import { prepare, sameBytes, utf8 } from "../auth/mechanism.ts";
import {
  digest,
  exclusiveOr,
  hmac,
  scramAttributes,
  type ScramHash,
  scramKeys,
} from "../auth/scram_keys.ts";
import type { SaslServerFactory } from "./sasl.ts";

export type { ScramHash } from "../auth/scram_keys.ts";

/** What a server keeps of a user. */
export interface ScramUser {
  /** Random, of this user alone. */
  readonly salt: Uint8Array;
  /** How often the password is hashed. */
  readonly iterations: number;
  /** What the client's proof is checked with. */
  readonly storedKey: Uint8Array;
  /** What the server proves itself with. */
  readonly serverKey: Uint8Array;
}

/** RFC 7677 asks for at least 4096; more costs the client more than it costs us. */
const ITERATIONS = 4096;

/** Makes what is kept of a user from the password. */
export async function createScramUser(
  hash: ScramHash,
  password: string,
  iterations: number = ITERATIONS,
): Promise<ScramUser> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const { storedKey, serverKey } = await scramKeys(
    hash,
    await prepare(password),
    salt,
    iterations,
  );
  return { salt, iterations, storedKey, serverKey };
}

/** Finds what is kept of a user. */
export type FindScramUser = (
  user: string,
) => ScramUser | undefined | Promise<ScramUser | undefined>;

// Unknown users get a salt too, the same each time, so that nobody learns who there is.
const SECRET = crypto.getRandomValues(new Uint8Array(32));

/** SCRAM with a hash, for `SCRAM-SHA-256` and the like; `find` looks users up. */
export function saslServerScram(hash: ScramHash, find: FindScramUser): SaslServerFactory {
  return () => {
    let state: { user: string; found: ScramUser | undefined; message: string; nonce: string };
    let begun = false;

    async function first(text: string): Promise<Uint8Array> {
      // no channel binding, and nobody else to act as
      const bare = /^[ny],,(n=([^,]*),r=([!-+\--~]+)(?:,.*)?)$/.exec(text);
      if (bare === null) throw new Error("The message is none of SCRAM");
      const user = unescape(bare[2]!);
      const found = await find(user);
      const { salt, iterations } = found ??
        {
          salt: (await hmac("SHA-256", SECRET, utf8(user))).subarray(0, 16),
          iterations: ITERATIONS,
        };
      const nonce = bare[3]! + encodeBase64(crypto.getRandomValues(new Uint8Array(18)));
      const answer = `r=${nonce},s=${encodeBase64(salt)},i=${iterations}`;
      state = { user, found, message: `${bare[1]},${answer}`, nonce };
      return utf8(answer);
    }

    async function last(text: string): Promise<Uint8Array> {
      const { c, r, p } = scramAttributes(text);
      const { found, nonce, message } = state;
      // "n,," or "y,," in Base64: the header that the first message had
      if (found === undefined || r !== nonce || p === undefined || !/^(biws|eSws)$/.test(c ?? "")) {
        throw new Error("The client is not who it says");
      }
      const signed = utf8(`${message},${text.slice(0, text.lastIndexOf(",p="))}`);
      const storedKey = Uint8Array.from(found.storedKey);
      const proof = decodeBase64(p);
      const clientKey = exclusiveOr(proof, await hmac(hash, storedKey, signed));
      if (!sameBytes(await digest(hash, clientKey), storedKey)) {
        throw new Error("The password is wrong");
      }
      const signature = await hmac(hash, Uint8Array.from(found.serverKey), signed);
      return utf8(`v=${encodeBase64(signature)}`);
    }

    return {
      async step(data) {
        if (data === undefined) return { data: new Uint8Array(0) };
        const text = new TextDecoder("utf-8", { fatal: true }).decode(data);
        if (begun) return { data: await last(text), user: state.user };
        begun = true;
        return { data: await first(text) };
      },
    };
  };
}

function unescape(name: string): string {
  if (/=(?!2C|3D)/.test(name) || name === "") throw new Error("The name is malformed");
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

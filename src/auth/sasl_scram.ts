/**
 * SASL SCRAM (RFC 5802, RFC 7677): the password never leaves, and the server proves that it knows
 * it too. Hashes are WebCrypto's.
 *
 * @module
 */

import { decodeBase64, encodeBase64 } from "@std/encoding/base64";
import { authFailed } from "../errors.ts";
import {
  concatenate,
  type MechanismContext,
  prepare,
  sameBytes,
  type SaslMechanism,
  utf8,
} from "./mechanism.ts";

/** A hash that SCRAM is used with. */
export type ScramHash = "SHA-1" | "SHA-256" | "SHA-512";

const BITS: Readonly<Record<ScramHash, number>> = { "SHA-1": 160, "SHA-256": 256, "SHA-512": 512 };

/** More rounds than this are an attack on our processor; servers use 4096 to some 100,000. */
const MAX_ITERATIONS = 10_000_000;

/** "n": no channel binding, and no other identity than the user's own. */
const GS2_HEADER = "n,,";

/** Creates the mechanism; `nonce` is given by tests only. */
export function saslScram(
  hash: ScramHash,
  { ask }: MechanismContext,
  nonce: string = encodeBase64(crypto.getRandomValues(new Uint8Array(18))),
): SaslMechanism {
  let firstBare = "";
  let serverSignature: Uint8Array | undefined;
  let complete = false;

  async function answer(serverFirst: string): Promise<Uint8Array> {
    const { r, s, i } = attributes(serverFirst);
    const iterations = Number(i);
    if (r === undefined || s === undefined || !r.startsWith(nonce) || r.length === nonce.length) {
      throw authFailed("Cannot authenticate: the server's nonce does not continue ours");
    }
    if (!Number.isInteger(iterations) || iterations < 1 || iterations > MAX_ITERATIONS) {
      throw authFailed(`Cannot authenticate: the server asks for ${i} rounds of hashing`);
    }
    const password = await prepare(await ask("password"));
    const salted = await pbkdf2(hash, password, decodeBase64(s), iterations);
    const clientKey = await hmac(hash, salted, utf8("Client Key"));
    const storedKey = new Uint8Array(await crypto.subtle.digest(hash, clientKey));
    const withoutProof = `c=${encodeBase64(utf8(GS2_HEADER))},r=${r}`;
    const message = utf8(`${firstBare},${serverFirst},${withoutProof}`);
    const signature = await hmac(hash, storedKey, message);
    const proof = clientKey.map((byte, at) => byte ^ signature[at]!);
    serverSignature = await hmac(hash, await hmac(hash, salted, utf8("Server Key")), message);
    return utf8(`${withoutProof},p=${encodeBase64(proof)}`);
  }

  function verify(serverFinal: string, expected: Uint8Array): undefined {
    const { e, v } = attributes(serverFinal);
    if (e !== undefined) throw authFailed(`The server refused the authentication: ${e}`);
    if (v === undefined || !sameBytes(expected, decodeBase64(v))) {
      throw authFailed(
        "Cannot trust the server: it has not proved that it knows the password; check the host",
      );
    }
    complete = true;
  }

  return {
    get complete() {
      return complete;
    },
    async start(): Promise<Uint8Array> {
      const username = await prepare(await ask("username"));
      const escaped = username.replaceAll("=", "=3D").replaceAll(",", "=2C");
      firstBare = `n=${escaped},r=${nonce}`;
      return utf8(GS2_HEADER + firstBare);
    },
    async step(challenge: Uint8Array): Promise<Uint8Array | undefined> {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(challenge);
      return serverSignature === undefined ? await answer(text) : verify(text, serverSignature);
    },
  };
}

function attributes(message: string): Readonly<Record<string, string>> {
  return Object.fromEntries(message.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
}

async function pbkdf2(
  hash: ScramHash,
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", utf8(password), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash, salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, BITS[hash]));
}

async function hmac(
  hash: ScramHash,
  key: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash }, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, concatenate(data)));
}

/**
 * SASL SCRAM (RFC 5802, RFC 7677): the password never leaves, and the server proves that it knows
 * it too.
 *
 * @module
 */

import { decodeBase64, encodeBase64 } from "@std/encoding/base64";
import { authFailed } from "../errors.ts";
import {
  type MechanismContext,
  prepare,
  sameBytes,
  type SaslMechanism,
  serverUnproven,
  utf8,
} from "./mechanism.ts";
import { exclusiveOr, hmac, scramAttributes, type ScramHash, scramKeys } from "./scram_keys.ts";

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
    const { r, s, i } = scramAttributes(serverFirst);
    const iterations = Number(i);
    if (r === undefined || s === undefined || !r.startsWith(nonce) || r.length === nonce.length) {
      throw authFailed("Cannot authenticate: the server's nonce does not continue ours");
    }
    if (!Number.isInteger(iterations) || iterations < 1 || iterations > MAX_ITERATIONS) {
      throw authFailed(`Cannot authenticate: the server asks for ${i} rounds of hashing`);
    }
    const password = await prepare(await ask("password"));
    const keys = await scramKeys(hash, password, decodeBase64(s), iterations);
    const withoutProof = `c=${encodeBase64(utf8(GS2_HEADER))},r=${r}`;
    const message = utf8(`${firstBare},${serverFirst},${withoutProof}`);
    const proof = exclusiveOr(keys.clientKey, await hmac(hash, keys.storedKey, message));
    serverSignature = await hmac(hash, keys.serverKey, message);
    return utf8(`${withoutProof},p=${encodeBase64(proof)}`);
  }

  function verify(serverFinal: string, expected: Uint8Array): undefined {
    const { e, v } = scramAttributes(serverFinal);
    if (e !== undefined) throw authFailed(`The server refused the authentication: ${e}`);
    if (v === undefined || !sameBytes(expected, decodeBase64(v))) {
      throw serverUnproven();
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

/**
 * What both sides of SCRAM compute (RFC 5802, 3). Hashes are WebCrypto's.
 *
 * @module
 */

import { concatenate, utf8 } from "./mechanism.ts";

/** A hash that SCRAM is used with. */
export type ScramHash = "SHA-1" | "SHA-256" | "SHA-512";

const BITS: Readonly<Record<ScramHash, number>> = { "SHA-1": 160, "SHA-256": 256, "SHA-512": 512 };

/** The keys that follow from a password. */
export interface ScramKeys {
  /** What the client proves that it has. */
  readonly clientKey: Uint8Array<ArrayBuffer>;
  /** Its hash, which is all that a server keeps to check the proof with. */
  readonly storedKey: Uint8Array<ArrayBuffer>;
  /** What the server signs with. */
  readonly serverKey: Uint8Array<ArrayBuffer>;
}

/** Derives the keys from a password that is prepared already. */
export async function scramKeys(
  hash: ScramHash,
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<ScramKeys> {
  const key = await crypto.subtle.importKey("raw", utf8(password), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash, salt, iterations };
  const salted = new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, BITS[hash]));
  const clientKey = await hmac(hash, salted, utf8("Client Key"));
  return {
    clientKey,
    storedKey: await digest(hash, clientKey),
    serverKey: await hmac(hash, salted, utf8("Server Key")),
  };
}

/** Hashes bytes. */
export async function digest(
  hash: ScramHash,
  data: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest(hash, data));
}

/** Signs bytes with a key. */
export async function hmac(
  hash: ScramHash,
  key: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash }, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, concatenate(data)));
}

/** Bytes of two arrays of the same length, each with each. */
export function exclusiveOr(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(a, (byte, at) => byte ^ b[at]!);
}

/** The attributes of a message, by their letters. */
export function scramAttributes(message: string): Readonly<Record<string, string>> {
  return Object.fromEntries(message.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
}

/**
 * What the SASL mechanisms have in common: types, and a few bytes.
 *
 * @module
 */

import { type AuthError, authFailed } from "../errors.ts";

/** What a mechanism asks the user for. */
export type CredentialKind = "username" | "password" | "realm";

/** Asks for a credential; rejects when there is none. */
export type AskCredential = (kind: CredentialKind, suggested?: string) => Promise<string>;

/** What a mechanism is told. */
export interface MechanismContext {
  /** Asks for a credential. */
  readonly ask: AskCredential;
  /** The host that is talked to, `localhost` for this one. */
  readonly host: string;
  /** Whether the transport protects what passes over it. */
  readonly secure: boolean;
}

/** What protects every byte after an authentication that negotiated it. */
export interface SecurityLayer {
  /** Whether bytes are encrypted, not only signed. */
  readonly encrypts: boolean;
  /** Wraps bytes to send. */
  encode(bytes: Uint8Array): Uint8Array;
  /** Unwraps what has arrived as far as it is whole; throws when it was tampered with. */
  decode(bytes: Uint8Array): Uint8Array[];
}

/** One SASL mechanism, for one authentication. */
export interface SaslMechanism {
  /** What goes with the choice of the mechanism; `undefined` when the server speaks first. */
  start(): Promise<Uint8Array | undefined>;
  /** Answers a challenge; `undefined` when there is nothing to say. */
  step(challenge: Uint8Array): Promise<Uint8Array | undefined>;
  /** Whether the server has proved itself, or the mechanism does not know how. */
  readonly complete: boolean;
  /** The layer that was negotiated. */
  readonly layer?: SecurityLayer | undefined;
}

/** The bytes of a text in UTF-8. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Bytes one after the other. */
export function concatenate(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

/** Whether bytes are the same, in a time that tells nothing about them. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.byteLength ^ b.byteLength;
  for (let i = 0; i < a.byteLength; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}

/** Prepares a name or password for comparison (SASLprep, RFC 4013). */
export async function prepare(text: string): Promise<string> {
  if (/^[\x20-\x7e]*$/.test(text)) return text; // as it is
  const { default: saslprep } = await import("@mongodb-js/saslprep");
  return saslprep(text);
}

/** The error of a server that says it is done and has not proved that it knows the password. */
export function serverUnproven(): AuthError {
  return authFailed(
    "Cannot trust the server: it has not proved that it knows the password; check the host",
  );
}

/**
 * SASL EXTERNAL (RFC 4422, appendix A): the server knows the client already, from its TLS
 * certificate or its socket.
 *
 * @module
 */

import type { SaslMechanism } from "./mechanism.ts";

/** Creates the mechanism; the identity is the one that the server has found. */
export function saslExternal(): SaslMechanism {
  return {
    complete: true,
    start: () => Promise.resolve(new Uint8Array(0)), // no other identity, which is not "no data"
    step: () => Promise.resolve(undefined),
  };
}

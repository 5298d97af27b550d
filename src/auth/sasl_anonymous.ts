/**
 * SASL ANONYMOUS (RFC 4505): nobody in particular.
 *
 * @module
 */

import { type SaslMechanism, utf8 } from "./mechanism.ts";

/** Creates the mechanism; what it says of the caller is for the server's log only. */
export function saslAnonymous(): SaslMechanism {
  return {
    complete: true,
    start: () => Promise.resolve(utf8("anonymous")),
    step: () => Promise.resolve(undefined),
  };
}

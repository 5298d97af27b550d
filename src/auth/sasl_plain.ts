/**
 * SASL PLAIN (RFC 4616): name and password as they are.
 *
 * @module
 */

import { type MechanismContext, type SaslMechanism, utf8 } from "./mechanism.ts";

/** Creates the mechanism. It must not be used where others can read along. */
export function saslPlain({ ask }: MechanismContext): SaslMechanism {
  return {
    complete: true,
    async start(): Promise<Uint8Array> {
      // preparing them is the server's part here
      const username = await ask("username");
      const password = await ask("password");
      if (`${username}${password}`.includes("\0")) {
        throw new TypeError("Cannot authenticate: a name or password must not contain a NUL");
      }
      return utf8(`\0${username}\0${password}`);
    },
    step: () => Promise.resolve(undefined),
  };
}

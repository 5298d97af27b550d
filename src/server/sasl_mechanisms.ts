/**
 * SASL EXTERNAL and PLAIN, the server's side.
 *
 * @module
 */

import type { SaslServerFactory } from "./sasl.ts";

/**
 * EXTERNAL (RFC 4422, appendix A): who the client is was found out below, by its TLS certificate or
 * its socket.
 *
 * @param user That identity; `undefined` where there is none, which refuses the client. A client
 * that asks to act as anybody else is refused too.
 */
export function saslServerExternal(user: string | undefined): SaslServerFactory {
  return () => ({
    step(data) {
      if (data === undefined) return { data: new Uint8Array(0) }; // asks for its first message
      const wanted = decode(data);
      if (user === undefined || wanted !== "" && wanted !== user) {
        throw new Error("The client is nobody, or somebody else");
      }
      return { user };
    },
  });
}

/** Says whether a password is a user's; it should take as long for a user that does not exist. */
export type CheckPassword = (user: string, password: string) => boolean | Promise<boolean>;

/** PLAIN (RFC 4616): the client sends the password. It is not offered where others can read along. */
export function saslServerPlain(check: CheckPassword): SaslServerFactory {
  return () => ({
    async step(data) {
      if (data === undefined) return { data: new Uint8Array(0) };
      const [wanted, user, password, ...rest] = decode(data).split("\0");
      if (!user || password === undefined || rest.length > 0 || wanted !== "" && wanted !== user) {
        throw new Error("The message is none of PLAIN, or asks to act as somebody else");
      }
      if (!await check(user, password)) throw new Error("The password is wrong");
      return { user };
    },
  });
}

function decode(data: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(data);
}

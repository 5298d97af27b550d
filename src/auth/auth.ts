/**
 * Who we are, before anything else is asked.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import { authList, authPolkit } from "../../gen/remote/connect.ts";
import { AuthError, unsupported } from "../errors.ts";
import type { Caller, CallOptions } from "../session/caller.ts";
import type { SaslOptions } from "./sasl.ts";

/** The ways to authenticate that a daemon announces (remote_protocol.x, `remote_auth_type`). */
const AuthType = { NONE: 0, SASL: 1, POLKIT: 2 } as const;

const NAMES: Readonly<Record<number, string>> = { 0: "none", 1: "sasl", 2: "polkit" };

/** What to authenticate with. */
export interface AuthOptions {
  /** The way that the URI insists on (`auth=`); the daemon must offer it. */
  readonly method?: "sasl" | "polkit" | undefined;
  /** What SASL goes by; without it SASL cannot be used. */
  readonly sasl?: SaslOptions | undefined;
}

/**
 * Asks the daemon how it wants to know us and does so.
 *
 * Throws an AuthError when the daemon refuses, an UnsupportedError when it offers no way that this
 * library has.
 */
export async function authenticate(
  caller: Caller,
  auth: AuthOptions,
  options: CallOptions,
): Promise<void> {
  const { types } = await caller.call(authList, undefined, options);
  const wanted = auth.method;
  const offered = wanted === undefined ? types : types.filter((type) => NAMES[type] === wanted);
  // in the daemon's order, but a way that works before one that does not
  const type = offered.find((type) =>
    type === AuthType.NONE || type === AuthType.POLKIT ||
    (type === AuthType.SASL && auth.sasl !== undefined)
  );
  if (type === AuthType.NONE) return;
  if (type === AuthType.POLKIT) {
    await caller.call(authPolkit, undefined, options);
    return;
  }
  if (type === AuthType.SASL) {
    // loaded on use: most daemons ask for nothing of it
    const { authenticateBySasl } = await import("./sasl.ts");
    return await authenticateBySasl(caller, auth.sasl!, options);
  }
  const names = types.map((type) => NAMES[type] ?? `type ${type}`).join(", ") || "nothing";
  if (wanted !== undefined && offered.length === 0) {
    throw new AuthError(
      `Cannot authenticate by ${wanted}: the daemon offers ${names}; leave out "auth=" or choose one of these`,
      { code: ErrorNumber.AUTH_FAILED, domain: ErrorDomain.REMOTE, origin: "local" },
    );
  }
  throw unsupported(`Cannot authenticate: the daemon offers ${names}, which is not supported yet`);
}

/**
 * Authentication by SASL: which mechanism, whose credentials, and the exchange.
 *
 * @module
 */

import { authSaslInit, authSaslStart, authSaslStep } from "../../gen/remote/connect.ts";
import { AuthError, authFailed, unsupported } from "../errors.ts";
import { abortable } from "../session/abortable.ts";
import type { Caller, CallOptions } from "../session/caller.ts";
import type {
  CredentialKind,
  MechanismContext,
  SaslMechanism,
  SecurityLayer,
} from "./mechanism.ts";
import { saslAnonymous } from "./sasl_anonymous.ts";
import { saslExternal } from "./sasl_external.ts";
import { saslPlain } from "./sasl_plain.ts";
import { saslScram } from "./sasl_scram.ts";

/** A question to the user. */
export interface CredentialRequest {
  /** What is asked for. */
  readonly kind: CredentialKind;
  /** The question in words: `Password for virt.example.com`. */
  readonly prompt: string;
  /** Whether the answer must not be shown while it is typed. */
  readonly secret: boolean;
  /** The SASL mechanism, in upper case. */
  readonly mechanism: string;
  /** The host that asks. */
  readonly host: string;
  /** An answer that would do, where there is one. */
  readonly suggested?: string;
}

/** Answers a question to the user; `null` when there is no answer, which ends the attempt. */
export type CredentialsCallback = (
  request: CredentialRequest,
) => string | null | Promise<string | null>;

/** Makes a mechanism. */
export type SaslFactory = (context: MechanismContext) => SaslMechanism | Promise<SaslMechanism>;

/** What SASL goes by. */
export interface SaslOptions {
  /** The host that credentials are for; `localhost` for this one. */
  readonly host: string;
  /** Whether the transport protects what passes over it. */
  readonly secure: boolean;
  /** The mechanism that the URI insists on, in upper case. */
  readonly mechanism?: string | undefined;
  /** The mechanisms that the caller allows. */
  readonly mechanisms?: readonly string[] | undefined;
  /** Mechanisms beside, and in place of, those of this library. */
  readonly plugins?: Readonly<Record<string, SaslFactory>> | undefined;
  /** Whether PLAIN may be used where others can read along. */
  readonly insecurePlain?: boolean | undefined;
  /** Credentials that are known. */
  known(): Promise<Partial<Record<CredentialKind, string>>>;
  /** Asks the user for others. */
  readonly credentials?: CredentialsCallback | undefined;
  /** Protects the connection from here on. */
  install(layer: SecurityLayer): void;
}

const MECHANISMS: Readonly<Record<string, SaslFactory>> = {
  "EXTERNAL": saslExternal,
  "SCRAM-SHA-512": (context) => saslScram("SHA-512", context),
  "SCRAM-SHA-256": (context) => saslScram("SHA-256", context),
  "SCRAM-SHA-1": (context) => saslScram("SHA-1", context),
  "DIGEST-MD5": async (context) => (await import("./sasl_digest_md5.ts")).saslDigestMd5(context),
  "PLAIN": saslPlain,
  "ANONYMOUS": saslAnonymous,
};

/** More rounds than any mechanism has. */
const MAX_ROUNDS = 20;

/**
 * Chooses among the mechanisms offered, the strongest first; where others can read along that is
 * DIGEST-MD5, which alone protects the connection.
 *
 * @throws {UnsupportedError} when none can be used; the message says why.
 */
export function chooseMechanism(
  offered: readonly string[],
  options: Pick<
    SaslOptions,
    "secure" | "mechanism" | "mechanisms" | "plugins" | "insecurePlain"
  >,
): string {
  const { secure, mechanism, plugins = {}, insecurePlain = false } = options;
  const allowed = options.mechanisms?.map((each) => each.toUpperCase());
  const preferred = [
    ...new Set([
      ...Object.keys(plugins).map((each) => each.toUpperCase()),
      ...(secure ? [] : ["DIGEST-MD5"]),
      ...Object.keys(MECHANISMS),
    ]),
  ];
  const wanted = (each: string) =>
    (mechanism === undefined || each === mechanism) && (allowed?.includes(each) ?? true);
  const candidates = preferred.filter((each) => offered.includes(each) && wanted(each));
  const usable = candidates.find((each) => each !== "PLAIN" || secure || insecurePlain);
  if (usable !== undefined) return usable;
  const list = offered.join(", ") || "none";
  if (candidates.length > 0) {
    throw unsupported(
      "Cannot authenticate: of the mechanisms that the daemon offers only PLAIN is left, which " +
        "would send the password in the clear; use TLS or SSH, or say insecurePlain: true",
    );
  }
  const limits = mechanism !== undefined
    ? `the URI insists on ${mechanism}`
    : allowed !== undefined
    ? `authMechanisms allows ${allowed.join(", ") || "none"}`
    : `known here are ${preferred.join(", ")}`;
  const kerberos = offered.includes("GSSAPI") && plugins["GSSAPI"] === undefined
    ? "; Kerberos (GSSAPI) needs a mechanism of your own in saslMechanisms"
    : "";
  throw unsupported(
    `Cannot authenticate: the daemon offers the SASL mechanisms ${list}, ${limits}${kerberos}`,
  );
}

/**
 * Authenticates by SASL.
 *
 * Throws an AuthError when the daemon refuses, when it does not prove itself, and when a credential
 * is missing; an UnsupportedError when no mechanism can be used.
 */
export async function authenticateBySasl(
  caller: Caller,
  sasl: SaslOptions,
  options: CallOptions,
): Promise<void> {
  const { mechlist } = await caller.call(authSaslInit, undefined, options)
    .catch((error: unknown) => {
      throw error instanceof AuthError && !sasl.secure ? withoutMechanism(error) : error;
    });
  const offered = mechlist.split(/[\s,]+/).filter((each) => each !== "").map((each) =>
    each.toUpperCase()
  );
  const name = chooseMechanism(offered, sasl);
  const plugin = Object.entries(sasl.plugins ?? {}).find(([each]) => each.toUpperCase() === name);
  const factory = plugin?.[1] ?? MECHANISMS[name]!;
  const mechanism = await factory({
    ask: asker(name, sasl, options.signal),
    host: sasl.host,
    secure: sasl.secure,
  });
  const first = await mechanism.start();
  let reply = await caller.call(authSaslStart, { mech: name, ...packed(first) }, options);
  for (let round = 0;; round++) {
    const answer = reply.nil !== 0 || (reply.complete !== 0 && mechanism.complete)
      ? undefined
      : await mechanism.step(reply.data);
    if (reply.complete !== 0) break;
    if (round === MAX_ROUNDS) throw authFailed(`Cannot authenticate by ${name}: it never ends`);
    reply = await caller.call(authSaslStep, packed(answer), options);
  }
  if (!mechanism.complete) {
    throw authFailed(
      `Cannot trust the server: it ended the authentication by ${name} before it proved itself`,
    );
  }
  if (mechanism.layer !== undefined) sasl.install(mechanism.layer);
}

// libvirtd says no more than that it failed, when none of its mechanisms protects what follows.
function withoutMechanism(error: AuthError): AuthError {
  return authFailed(
    `Cannot authenticate: the daemon refuses to begin (${error.message}); over a transport that ` +
      "is not secure it needs a mechanism that protects what follows, such as DIGEST-MD5 or " +
      "GSSAPI: add one to its SASL configuration, or use TLS or SSH",
    { cause: error },
  );
}

// "No data" and "data of no length" are not the same to a mechanism.
function packed(data: Uint8Array | undefined): { nil: number; data: Uint8Array } {
  return data === undefined ? { nil: 1, data: new Uint8Array(0) } : { nil: 0, data };
}

const WORDS: Readonly<Record<CredentialKind, string>> = {
  username: "User name",
  password: "Password",
  realm: "Realm",
};

function asker(
  mechanism: string,
  { host, known, credentials }: SaslOptions,
  signal: AbortSignal | undefined,
): MechanismContext["ask"] {
  let configured: ReturnType<typeof known> | undefined;
  return async (kind, suggested) => {
    const found = (await (configured ??= known()))[kind];
    if (found !== undefined) return found;
    if (credentials === undefined) {
      if (suggested !== undefined) return suggested;
      throw authFailed(
        `Cannot authenticate by ${mechanism} at ${host}: there is no ${WORDS[kind].toLowerCase()}` +
          "; give credentials to connect(), or put them into auth.conf",
      );
    }
    const asked = Promise.resolve(credentials({
      kind,
      prompt: `${WORDS[kind]} for ${host}`,
      secret: kind === "password",
      mechanism,
      host,
      ...(suggested === undefined ? {} : { suggested }),
    }));
    const answer = await abortable(asked, { signal }, WORDS[kind]);
    if (answer === null) {
      throw authFailed(`The authentication at ${host} was given up: ${WORDS[kind]} not given`);
    }
    return answer;
  };
}

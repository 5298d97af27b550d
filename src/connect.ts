/**
 * From a URI to an open connection.
 *
 * @module
 */

import { ConnectFlags } from "../gen/enums/host.ts";
import { connectOpen } from "../gen/remote/connect.ts";
import { qemuProgram } from "../gen/qemu/program.ts";
import { lxcProgram } from "../gen/lxc/program.ts";
import { remoteProgram } from "../gen/remote/program.ts";
import { authenticate } from "./auth/auth.ts";
import type { CredentialsCallback, SaslFactory, SaslOptions } from "./auth/sasl.ts";
import { SecurableDuplex } from "./auth/security_layer.ts";
import { Connection } from "./connection.ts";
import { deadline } from "./deadline.ts";
import { type HostFacts, type ResolvedEndpoint, resolveEndpoint } from "./endpoint.ts";
import { ConnectionError } from "./errors.ts";
import type { KeepaliveOptions } from "./rpc/keepalive.ts";
import { CALLS_IN_FLIGHT, KEEPALIVE_COUNT, KEEPALIVE_INTERVAL } from "./rpc/limits.ts";
import { abortable } from "./session/abortable.ts";
import type { CallOptions, OwnedCaller } from "./session/caller.ts";
import { Feature } from "./session/features.ts";
import { Session } from "./session/session.ts";
import { checkPlaces } from "./session/window.ts";
import type { ByteDuplex, Dial, Endpoint } from "./transport.ts";
import { asError } from "./session/failure.ts";

/** What libvirt's daemons speak on the socket for clients. */
const PROGRAMS = [remoteProgram, qemuProgram, lxcProgram];

/** Gets a secret, by itself or by asking somebody; `signal` fires when the attempt is given up. */
export type WebSecretSource = (
  attempt: { readonly signal: AbortSignal | undefined },
) => string | Promise<string>;

/** A secret, or what gets one; it is asked again for every connection that is opened. */
export type WebSecret = string | WebSecretSource;

/** Options of `connect()`. */
export interface ConnectOptions {
  /** Ends the attempt: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the whole attempt, after which it rejects with a `TimeoutError`. */
  readonly timeout?: number | undefined;
  /** Opens a connection that may only look; other calls fail with `OPERATION_DENIED`. */
  readonly readOnly?: boolean | undefined;
  /** Leaves `uri_aliases` of libvirt.conf aside. */
  readonly noAliases?: boolean | undefined;
  /** How a silent daemon is pinged, 5 s and 6 times when left out; `false` for not at all. */
  readonly keepalive?: KeepaliveOptions | false | undefined;
  /**
   * Ordinary calls on the wire at once, 4 when left out.
   *
   * More than the daemon's `max_client_requests` (5 unless configured) less one gain nothing, and
   * may keep it from reading the answers to its pings.
   */
  readonly callsInFlight?: number | undefined;
  /**
   * Answers the daemon's questions for a name and a password. Asked only for what neither the URI's
   * user nor auth.conf tells.
   */
  readonly credentials?: CredentialsCallback | undefined;
  /** SASL mechanisms that may be used, as `SCRAM-SHA-256`; all that are known when left out. */
  readonly authMechanisms?: readonly string[] | undefined;
  /** SASL mechanisms of your own by name, as `GSSAPI`; they come first. */
  readonly saslMechanisms?: Readonly<Record<string, SaslFactory>> | undefined;
  /** Lets PLAIN send the password in the clear where the transport is not secure. */
  readonly insecurePlain?: boolean | undefined;
  /**
   * A ticket for the proxy that a WebSocket's URI leads to, good for one connection; it comes before
   * the URI's own `ticket=`. As a function where the connection opens others, as a volume's upload
   * does.
   */
  readonly ticket?: WebSecret | undefined;
  /**
   * A token for the proxy that a WebSocket's URI leads to, good for any number of connections; it
   * comes before the URI's own `token=`. In a web page, whoever reads the page's code has it.
   */
  readonly token?: WebSecret | undefined;
  /** Makes what libvirt's own decoder lets pass an error; meant for tests. */
  readonly strict?: boolean | undefined;
}

/** What connecting needs beside the URI; each entry point of this package provides its own. */
export interface ConnectContext {
  /** Opens connections. */
  readonly dial: Dial;
  /** What is to be known of this host. */
  readonly facts: HostFacts;
  /** Contents of a text file, `undefined` when it does not exist; absent where there are no files. */
  readonly readTextFile?: (path: string) => Promise<string | undefined>;
}

/**
 * Connects to the daemon, or the hypervisor, that a URI names.
 *
 * Throws a TypeError for a malformed URI, a RangeError for an option out of range, a ConnectionError
 * when nobody answers, an AuthError when the daemon does not accept the caller, an UnsupportedError
 * for a transport that this runtime lacks, and a LibvirtError for what the daemon refuses to open.
 */
export async function connectWith(
  context: ConnectContext,
  uri: string | undefined,
  options: ConnectOptions = {},
): Promise<Connection> {
  const signal = deadline(options);
  const { session, target } = await authenticateWith(context, uri, { ...options, signal });
  try {
    const connection = await open(session, target, options, { signal });
    // in memory each connection may have a hypervisor of its own
    if (target.endpoint.kind !== "memory") {
      session.openAnother = (call) => openAnother(context, uri, options, call);
    }
    return connection;
  } catch (error) {
    session.abort(asError(error));
    throw error;
  }
}

/** A daemon that has accepted the caller, and on which nothing is open yet. */
export interface Authenticated {
  /** What speaks with it. */
  readonly session: Session;
  /** Where the URI leads. */
  readonly target: ResolvedEndpoint;
}

/**
 * Connects to what a URI names, and says there who we are, but opens nothing.
 *
 * The session speaks over what `wrap` makes of the connection. Throws as {@linkcode connectWith};
 * of the options `timeout` and `keepalive` do not count.
 */
export async function authenticateWith(
  context: ConnectContext,
  uri: string | undefined,
  options: ConnectOptions,
  wrap: (duplex: ByteDuplex) => ByteDuplex = (duplex) => duplex,
): Promise<Authenticated> {
  const target = resolveEndpoint(uri, context.facts, {
    readOnly: options.readOnly ?? false,
    noAliases: options.noAliases ?? false,
  });
  const { signal, callsInFlight = CALLS_IN_FLIGHT, strict = false } = options;
  signal?.throwIfAborted();
  checkPlaces(callsInFlight);
  const dialed = await context.dial(await withSecrets(target.endpoint, options), { signal });
  // only there a mechanism may have to protect what follows
  const duplex = dialed.secure ? dialed : new SecurableDuplex(dialed);
  const session = new Session(wrap(duplex), { programs: PROGRAMS, strict, callsInFlight });
  try {
    const auth = { method: target.auth?.type, sasl: saslOptions(context, target, options, duplex) };
    await authenticate(session, auth, { signal });
    return { session, target };
  } catch (error) {
    session.abort(asError(error));
    throw neverConnected(error, duplex.label);
  }
}

// A program such as ssh says only once it runs that it does not get there: no call was lost by that.
function neverConnected(error: unknown, label: string): unknown {
  const failed = error instanceof ConnectionError && error.reason === "error" ? error.cause : null;
  if (!(failed instanceof ConnectionError)) return error;
  const { message } = failed.cause instanceof Error ? failed.cause : failed;
  return new ConnectionError(`Cannot connect to ${label}: ${message}`, "error", { cause: failed });
}

/** The endpoint with what shows who we are; nobody but a WebSocket's server is shown it. */
async function withSecrets(
  endpoint: Endpoint,
  { ticket, token, signal }: ConnectOptions,
): Promise<Endpoint> {
  if (endpoint.kind !== "websocket") return endpoint;
  return {
    ...endpoint,
    ticket: await reveal(ticket, signal) ?? endpoint.ticket,
    token: await reveal(token, signal) ?? endpoint.token,
  };
}

async function reveal(
  secret: WebSecret | undefined,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (typeof secret !== "function") return secret;
  return await abortable(Promise.resolve(secret({ signal })), { signal }, "The secret");
}

async function openAnother(
  context: ConnectContext,
  uri: string | undefined,
  options: ConnectOptions,
  { signal, timeout }: CallOptions = {},
): Promise<OwnedCaller> {
  const another = {
    ...options,
    signal,
    timeout: timeout ?? options.timeout,
    keepalive: false,
  } as const;
  const connection = await connectWith(context, uri, another);
  return { caller: connection.session, close: () => connection.close() };
}

function saslOptions(
  { facts, readTextFile }: ConnectContext,
  { host, user, auth, authFile }: ResolvedEndpoint,
  { credentials, authMechanisms, saslMechanisms, insecurePlain }: ConnectOptions,
  duplex: ByteDuplex,
): SaslOptions {
  return {
    host,
    secure: duplex.secure,
    mechanism: auth?.mechanism,
    mechanisms: authMechanisms,
    plugins: saslMechanisms,
    insecurePlain,
    credentials,
    async known() {
      const { env, home } = facts;
      const { readAuthConf } = await import("./auth/auth_conf.ts");
      const configured = readTextFile === undefined
        ? {}
        : await readAuthConf(authFile, host, { readTextFile, env, home });
      return user === undefined ? configured : { ...configured, username: user };
    },
    install(layer): void {
      // never negotiated where it cannot be installed
      if (duplex instanceof SecurableDuplex) duplex.install(layer);
    },
  };
}

/**
 * The start sequence, each line a round trip: the daemon answers nothing else before it knows us,
 * keepalive must be settled before the open, and other features only exist after it.
 */
async function open(
  session: Session,
  target: ResolvedEndpoint,
  options: ConnectOptions,
  call: CallOptions,
): Promise<Connection> {
  const { keepalive = { interval: KEEPALIVE_INTERVAL, count: KEEPALIVE_COUNT } } = options;
  // asking makes the daemon ping us too
  const pings = keepalive !== false && await session.features.has(Feature.PROGRAM_KEEPALIVE, call);
  const flags = target.readOnly ? ConnectFlags.RO : 0;
  await session.call(connectOpen, { name: target.name, flags }, call);
  if (pings) session.startKeepalive(keepalive);
  return new Connection(session);
}

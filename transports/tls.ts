/**
 * Connections over TLS with libvirt's rules, by Node's `tls`, which Deno and Bun have too: their own
 * TLS cannot trust an authority for one connection only, or hides why a certificate is refused.
 *
 * @module
 */

import { ConnectionError, unsupported } from "../src/errors.ts";
import type { ByteDuplex, DialOptions, TlsEndpoint } from "../src/transport.ts";
import { detectRuntime } from "./detect.ts";
import { type Attempt, failure } from "./failure.ts";
import { connectGated } from "./gated_socket.ts";
import { hostPort, tlsLabel } from "./labels.ts";
import { type NetSocket, NodeSocket } from "./node_socket.ts";
import { checkCredentials, type Credentials, findPki, readCredentials } from "./pki.ts";
import type { Permission, Runtime } from "./runtime.ts";
import { checkAddress, networkAdvice } from "./tcp.ts";
import { clientRefused, type Handshake, isRefusal, serverFault } from "./tls_failure.ts";
import { type TlsVersion, tlsVersions } from "./tls_priority.ts";

// The part of Node that is used.
interface TlsOptions {
  readonly host: string;
  readonly port: number;
  readonly socket?: unknown;
  readonly rejectUnauthorized: boolean;
  readonly minVersion?: TlsVersion | undefined;
  readonly maxVersion?: TlsVersion | undefined;
  readonly ca?: readonly string[] | undefined;
  readonly crl?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}
interface TlsSocket extends NetSocket {
  getProtocol(): string | null;
}
const { process } = globalThis as unknown as {
  process: {
    getBuiltinModule(id: "node:tls"): { connect(options: TlsOptions): TlsSocket };
  };
};

/** Milliseconds that a server has, once reached, for the handshake and its verdict on the client. */
export const VERDICT_WAIT = 20_000;

/** The byte by which a daemon says that it accepts the client (virnettlscontext.c). */
const ACCEPTED = 1;

/** What dialing can be told beside what any dialer is; for tests. */
export interface TlsDialOptions extends DialOptions {
  /** Takes the place of {@linkcode VERDICT_WAIT}. */
  readonly verdictWait?: number | undefined;
}

/**
 * Connects to a daemon over TLS, and waits until it has accepted the client.
 *
 * The server's certificate must be signed by the authority that libvirt's files name, and be for the
 * endpoint's host, unless `verify` is off. The client's certificate is sent when there is one.
 *
 * @throws {ConnectionError} when the connection cannot be made, a certificate is unfit or the
 * server's is refused; the message says which and what to do.
 * @throws {AuthError} when the server refuses the client.
 * @throws {UnsupportedError} when the runtime cannot do what a priority or a revocation list asks.
 */
export async function dialTls(
  endpoint: TlsEndpoint,
  options: TlsDialOptions = {},
): Promise<ByteDuplex> {
  const { host, port, verify, priority } = endpoint;
  const { signal, verdictWait = VERDICT_WAIT } = options;
  checkAddress(host, port);
  const versions = priority === undefined ? undefined : tlsVersions(priority);
  signal?.throwIfAborted();
  const runtime = detectRuntime();
  const credentials = await loadCredentials(endpoint, runtime);
  signal?.throwIfAborted();
  const handshake: Handshake = { what: whatFor(endpoint), host, credentials };
  const { ca, crl, pair } = credentials;
  const tlsOptions: TlsOptions = {
    host,
    port,
    rejectUnauthorized: verify,
    // without one, the runtime would trust every public authority
    ca: ca ?? [],
    ...(versions && { minVersion: versions[0], maxVersion: versions.at(-1) }),
    ...(verify && crl !== undefined && { crl }),
    ...pair,
  };
  try {
    return await shakeHands(tlsOptions, runtime, verdictWait, signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw explain(error, handshake, runtime, endpoint);
  }
}

function whatFor({ host, port }: TlsEndpoint): string {
  return `Cannot connect to ${tlsLabel(host, port)}`;
}

async function loadCredentials(endpoint: TlsEndpoint, runtime: Runtime): Promise<Credentials> {
  const { pkiPath, verify, sanityCheck } = endpoint;
  let credentials: Credentials;
  try {
    const paths = findPki(pkiPath, {
      isRoot: () => runtime.uid() === 0,
      home: () => runtime.home(),
      exists: (path) => runtime.exists(path),
    });
    credentials = await readCredentials(paths, runtime);
  } catch (error) {
    const what = `${whatFor(endpoint)}: reading the certificates failed`;
    const denied = "permission denied; check whose the files are, or name others with pkipath=";
    const needs = filePermissions(pkiPath, runtime);
    throw failure(runtime, { what, needs, advice: { EACCES: denied, EPERM: denied } }, error);
  }
  const { paths, ca, crl } = credentials;
  if (verify && (ca === undefined || ca.length === 0)) {
    const found = ca === undefined ? `there is no ${paths.ca}` : `${paths.ca} has no certificate`;
    throw new ConnectionError(
      `${
        whatFor(endpoint)
      }: ${found}; put the certificate of the authority there that has signed ` +
        "the server's, or name a directory that has it with pkipath=",
    );
  }
  if (verify && crl !== undefined && runtime.name === "deno") {
    throw unsupported(
      `${whatFor(endpoint)}: there is a list of revoked certificates, ${paths.crl}, which Deno's ` +
        "TLS leaves unread; use Bun or Node, or a pkipath= without the list",
    );
  }
  checkCredentials(credentials, sanityCheck, Date.now());
  return credentials;
}

function filePermissions(pkiPath: string | undefined, runtime: Runtime): Permission[] {
  if (pkiPath !== undefined) return [{ kind: "read", path: pkiPath }];
  const needs: Permission[] = [
    { kind: "sys", name: "uid" },
    { kind: "env", name: "HOME" },
    { kind: "read", path: "/etc/pki" },
  ];
  try {
    const home = runtime.home();
    if (home !== undefined) needs.push({ kind: "read", path: `${home}/.pki/libvirt` });
  } catch {
    // not known before HOME may be read: told by the next message
  }
  return needs;
}

function explain(
  error: unknown,
  handshake: Handshake,
  runtime: Runtime,
  { host, port }: TlsEndpoint,
): unknown {
  if (error instanceof Verdict) {
    return error.refused
      ? clientRefused(handshake, error.cause)
      : new ConnectionError(`${handshake.what}: ${error.message}`);
  }
  const attempt: Attempt = {
    what: handshake.what,
    needs: [{ kind: "net", address: hostPort(host, port) }],
    advice: {
      ...networkAdvice("TLS"),
      ECONNRESET: "the server closed the connection during the handshake; check that it has TLS " +
        "turned on at this port",
    },
  };
  return serverFault(handshake, error) ?? failure(runtime, attempt, error);
}

/** The handshake went well, what came then did not. */
class Verdict extends Error {
  /** Whether the server has refused us. */
  readonly refused: boolean;

  constructor(message: string, refused: boolean, cause?: unknown) {
    super(message, { cause });
    this.refused = refused;
  }
}

function shakeHands(
  options: TlsOptions,
  runtime: Runtime,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<ByteDuplex> {
  return new Promise((resolve, reject) => {
    const below = runtime.name === "deno" ? connectGated(options.host, options.port) : undefined;
    const socket = process.getBuiltinModule("node:tls")
      .connect(below === undefined ? options : { ...options, socket: below.stream });
    const raw = below?.raw ?? socket;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let trusted = false;
    let opened: NodeSocket | undefined;

    function settle(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("error", onError).off("end", onEnd).off("close", onEnd);
      raw.off("error", onError);
    }
    function fail(error: unknown): void {
      settle();
      socket.on("error", () => {}); // what the attempt comes to no longer matters
      socket.destroy();
      raw.destroy();
      reject(error);
    }
    function onAbort(): void {
      fail(signal!.reason);
    }
    function onError(error: unknown): void {
      fail(trusted || isRefusal(error) ? new Verdict("refused", true, error) : error);
    }
    function onEnd(): void {
      fail(
        trusted ? new Verdict("refused", true) : new Verdict(
          "the server closed the connection during the handshake; check that it has TLS turned on " +
            "at this port",
          false,
        ),
      );
    }
    function onData(chunk: Uint8Array): void {
      if (opened === undefined) accept(chunk);
      else opened.received(chunk);
    }
    function accept(chunk: Uint8Array): void {
      if (chunk[0] !== ACCEPTED) {
        return fail(
          new Verdict(`the server said ${chunk[0]} where 1 means that it accepts us`, true),
        );
      }
      settle();
      const label = tlsLabel(options.host, options.port);
      opened = new NodeSocket(socket, label, below);
      if (chunk.byteLength > 1) opened.received(chunk.subarray(1));
      resolve(opened.duplex(label, true, true));
    }

    raw.on("error", onError);
    socket.on("error", onError).on("end", onEnd).on("close", onEnd).on("data", onData);
    raw.once("connect", () => {
      raw.setNoDelay(true);
      timer = setTimeout(() => {
        const what = trusted
          ? "did not say whether it accepts the client"
          : "did not finish the handshake";
        fail(new Verdict(`the server ${what} within ${wait} ms; is it a libvirt daemon?`, false));
      }, wait);
    });
    socket.once("secureConnect", () => {
      const { minVersion, maxVersion } = options;
      const version = socket.getProtocol();
      if (minVersion !== undefined && (version! < minVersion || version! > maxVersion!)) {
        return fail(
          new Verdict(`the server took ${version}, which tls_priority does not allow`, false),
        );
      }
      trusted = true;
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}

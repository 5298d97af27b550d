/**
 * Listening sockets.
 *
 * @module
 */

import { ConnectionError } from "../src/errors.ts";
import type { ByteDuplex, TcpEndpoint, UnixEndpoint } from "../src/transport.ts";
import { detectRuntime } from "./detect.ts";
import { type Attempt, failure, PORT_ADVICE } from "./failure.ts";
import { hostPort, tcpLabel, unixLabel } from "./labels.ts";
import type { ListenEvents, Runtime, RuntimeListener } from "./runtime.ts";
import { checkSocketPath, unixPermissions } from "./unix.ts";

/** Connections that may wait to be taken; libvirt's `max_queued_clients`. Further ones are closed. */
const MAX_WAITING = 1000;

const IN_USE = "another server listens there already; stop it or choose another path";

/** How to listen on a unix socket. */
export interface ListenUnixOptions {
  /** Permissions of the socket's file: who may connect. By default 0o700, its owner alone. */
  readonly mode?: number;
}

/**
 * Clients that connect, one after the other.
 *
 * Leaving a loop over it closes it. What it has yielded stays open.
 */
export interface Listener extends AsyncIterable<ByteDuplex>, AsyncDisposable {
  /** Where a client connects to. */
  readonly endpoint: UnixEndpoint | TcpEndpoint;
  /** Says whether listening keeps the process alive; it does at first. */
  setKeepsAlive(alive: boolean): void;
  /**
   * Takes no more clients, closes those that nobody has taken yet, ends every loop, and removes the
   * file of a unix socket. Harmless when it is closed already.
   */
  close(): Promise<void>;
}

interface Waiting {
  resolve(result: IteratorResult<ByteDuplex, undefined>): void;
  reject(error: unknown): void;
}

class QueueingListener implements Listener, ListenEvents {
  endpoint!: UnixEndpoint | TcpEndpoint;
  listener!: RuntimeListener;
  readonly #arrived: ByteDuplex[] = [];
  readonly #waiting: Waiting[] = [];
  #closed: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  connection(duplex: ByteDuplex): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve({ done: false, value: duplex });
    else if (!this.#closed && this.#arrived.length < MAX_WAITING) this.#arrived.push(duplex);
    else discard(duplex);
  }

  failed(cause: unknown): void {
    if (this.#closed) return;
    const where = this.endpoint.kind === "unix"
      ? unixLabel(this.endpoint.path)
      : tcpLabel(this.endpoint.host, this.endpoint.port);
    const found = cause instanceof Error ? cause.message : String(cause);
    const error = new ConnectionError(`Cannot listen on ${where} any longer: ${found}`, "error", {
      cause,
    });
    const waiting = this.#waiting.shift();
    if (waiting) waiting.reject(error);
    else this.#failure = { error };
    this.close();
  }

  setKeepsAlive(alive: boolean): void {
    if (!this.#closed) this.listener.setKeepsAlive(alive);
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    const closed = this.listener.close();
    this.#arrived.splice(0).forEach(discard);
    for (const waiting of this.#waiting.splice(0)) {
      waiting.resolve({ done: true, value: undefined });
    }
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<ByteDuplex, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  #next(): Promise<IteratorResult<ByteDuplex, undefined>> {
    const arrived = this.#arrived.shift();
    if (arrived) return Promise.resolve({ done: false, value: arrived });
    if (this.#failure) {
      const { error } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(error);
    }
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}

function discard(duplex: ByteDuplex): void {
  duplex.readable.cancel();
}

/**
 * Listens on a unix socket.
 *
 * The file that a server left behind is replaced, a socket on which a server listens is not.
 *
 * @throws {ConnectionError} when it is not possible; the message says what to do.
 * @throws {TypeError} when the path is not absolute or too long.
 * @throws {RangeError} when the mode is none.
 */
export async function listenUnix(path: string, options: ListenUnixOptions = {}): Promise<Listener> {
  const { mode = 0o700 } = options;
  checkSocketPath(path);
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) {
    throw new RangeError(`Not permissions of a file from 0 to 0o777: ${mode}`);
  }
  const attempt: Attempt = {
    what: `Cannot listen on ${unixLabel(path)}`,
    needs: unixPermissions(path),
    advice: {
      ENOENT: "the directory does not exist; create it or choose another path",
      ENOTDIR: "the directory does not exist; create it or choose another path",
      EACCES: "permission denied; choose a path in a directory that you may write to",
      EADDRINUSE: IN_USE,
    },
  };
  const runtime = detectRuntime();
  const listener = new QueueingListener();
  listener.endpoint = { kind: "unix", path };
  try {
    await makeRoom(runtime, path, attempt.what);
    listener.listener = await runtime.listenUnix(path, mode, listener);
  } catch (error) {
    throw error instanceof ConnectionError ? error : failure(runtime, attempt, error);
  }
  return listener;
}

async function makeRoom(runtime: Runtime, path: string, what: string): Promise<void> {
  const info = runtime.pathInfo(path);
  if (!info) return;
  if (!info.isSocket) {
    throw new ConnectionError(
      `${what}: the path exists and is not a socket; remove it or choose another path`,
    );
  }
  try {
    discard(await runtime.dialUnix(path));
  } catch (error) {
    const code = runtime.errorCode(error);
    if (code === "ENOENT") return;
    if (code === "ECONNREFUSED") return runtime.remove(path);
    if (code !== "EAGAIN") throw error; // which says that the server's queue is full
  }
  throw new ConnectionError(`${what}: ${IN_USE}`);
}

/**
 * Listens on a TCP port, in the clear; `port` 0 takes one that is free, and `endpoint` tells which.
 *
 * @throws {ConnectionError} when it is not possible; the message says what to do.
 * @throws {TypeError} when the host is empty.
 * @throws {RangeError} when the port is not one from 0 to 65535.
 */
export async function listenTcp(host: string, port: number): Promise<Listener> {
  // An empty host would mean every address of the machine, which is to be said: 0.0.0.0 or ::.
  if (host === "") throw new TypeError("Cannot listen on a TCP port without a host");
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(`Not a TCP port from 0 to 65535: ${port}`);
  }
  const runtime = detectRuntime();
  const listener = new QueueingListener();
  listener.endpoint = { kind: "tcp", host, port };
  try {
    listener.listener = await runtime.listenTcp(host, port, listener);
  } catch (error) {
    const attempt: Attempt = {
      what: `Cannot listen on ${tcpLabel(host, port)}`,
      needs: [{ kind: "net", address: hostPort(host, port) }],
      advice: PORT_ADVICE,
    };
    throw failure(runtime, attempt, error);
  }
  listener.endpoint = { kind: "tcp", host, port: listener.listener.port };
  return listener;
}

/**
 * Bun's sockets. Files, environment and outgoing TCP are Node's.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";
import { abortable } from "./abortable.ts";
import { tcpLabel, unixLabel } from "./labels.ts";
import type { ListenEvents, Runtime, RuntimeListener } from "./runtime.ts";
import { nodeRuntime } from "./runtime_node.ts";
import { bindWithMode } from "./socket_mode.ts";
import { type SocketControl, SocketStreams } from "./socket_streams.ts";

// The part of Bun that is used. Other runtimes and their compilers have no types for it.
interface BunTcpSocket {
  data: BunSocket;
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  /** Bytes that the kernel took; -1 when the socket is closed. */
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  end(): void;
  ref(): void;
  unref(): void;
  setNoDelay(on: boolean): boolean;
}
interface BunHandlers {
  readonly binaryType: "uint8array";
  open(socket: BunTcpSocket): void;
  data(socket: BunTcpSocket, chunk: Uint8Array): void;
  drain(socket: BunTcpSocket): void;
  end(socket: BunTcpSocket): void;
  close(socket: BunTcpSocket, error?: unknown): void;
  error(socket: BunTcpSocket, error: unknown): void;
}
interface BunListener {
  readonly port?: number;
  stop(closeConnections: boolean): void;
  ref(): void;
  unref(): void;
}
type Address = { unix: string } | { hostname: string; port: number };
interface BunApi {
  connect(options: { unix: string; socket: BunHandlers }): Promise<BunTcpSocket>;
  listen(options: Address & { socket: BunHandlers }): BunListener;
}
interface Process {
  umask(mask: number): number;
  getBuiltinModule(id: "node:fs"): {
    chmodSync(path: string, mode: number): void;
    statSync(path: string): unknown;
    readFileSync(path: string, encoding: "utf8"): string;
  };
}

const { Bun: bun } = globalThis as unknown as { Bun: BunApi };

// Asked for on use: on Deno, which loads this file too, its own version of Node starts with it.
function node(): Process {
  return (globalThis as unknown as { process: Process }).process;
}

/** One socket. */
class BunSocket implements SocketControl {
  readonly streams: SocketStreams;
  readonly #socket: BunTcpSocket;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(socket: BunTcpSocket, label: string) {
    this.#socket = socket;
    this.streams = new SocketStreams(label, this);
  }

  duplex(label: string, secure: boolean): ByteDuplex {
    const { readable, writable } = this.streams;
    const setKeepsAlive = (alive: boolean) => alive ? this.#socket.ref() : this.#socket.unref();
    return { readable, writable, secure, encrypted: false, label, setKeepsAlive };
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    const taken = this.#socket.write(chunk);
    return taken === chunk.byteLength ? undefined : this.#writeRest(chunk, taken);
  }

  resume(): void {
    this.#socket.resume();
  }

  finish(): undefined {
    this.#socket.end();
  }

  destroy(): void {
    // Not terminate(): it resets a TCP connection, where the other runtimes close it.
    this.#socket.end();
  }

  /** The socket is gone. */
  closed(): void {
    this.#closed = true;
    this.wake();
  }

  /** Lets a write go on: there is room, or there is no use in waiting. */
  wake(): void {
    this.#wake?.();
  }

  async #writeRest(chunk: Uint8Array, taken: number): Promise<void> {
    for (let rest = chunk; taken < rest.byteLength; taken = this.#socket.write(rest)) {
      if (taken < 0) {
        // the peer has closed: what it had sent before is still to come, and then `close`
        if (!this.#closed) await new Promise<void>((resolve) => this.#wake = resolve);
        throw this.streams.end();
      }
      rest = rest.subarray(taken);
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
  }
}

function handlers(opened: (socket: BunTcpSocket) => void): BunHandlers {
  return {
    binaryType: "uint8array",
    open: opened,
    data(socket, chunk): void {
      if (!socket.data.streams.push(chunk)) socket.pause();
    },
    drain(socket): void {
      socket.data.wake();
    },
    end(socket): void {
      socket.data.streams.end();
    },
    close(socket, error): void {
      if (error) socket.data.streams.fail(error);
      else socket.data.streams.end();
      socket.data.closed();
    },
    error(socket, error): void {
      socket.data.streams.fail(error);
    },
  };
}

function runtimeListener(listener: BunListener): RuntimeListener {
  return {
    port: listener.port ?? 0,
    setKeepsAlive(alive: boolean): void {
      if (alive) listener.ref();
      else listener.unref();
    },
    close(): Promise<void> {
      listener.stop(false);
      return Promise.resolve();
    },
  };
}

/**
 * Finds out what lies behind a refused connection, which is what Bun calls every failure but the
 * most common ones.
 */
function refusal(error: unknown, path: string): unknown {
  if (nodeRuntime.errorCode(error) !== "ECONNREFUSED") return error;
  const fs = node().getBuiltinModule("node:fs");
  try {
    fs.statSync(path);
  } catch (found) {
    return found;
  }
  let sockets: string;
  try {
    sockets = fs.readFileSync("/proc/net/unix", "utf8");
  } catch (found) {
    return nodeRuntime.errorCode(found) === "EMFILE" ? found : error; // or this is not Linux
  }
  // The column of flags has __SO_ACCEPTCON for a socket that listens: then its queue is full.
  const listens = sockets.split("\n").some((line) =>
    line.endsWith(` ${path}`) && line.split(/\s+/)[3] === "00010000"
  );
  return listens
    ? Object.assign(new Error("resource temporarily unavailable"), { code: "EAGAIN", cause: error })
    : error;
}

async function connectUnix(path: string, signal?: AbortSignal): Promise<ByteDuplex> {
  const label = unixLabel(path);
  const connecting = bun.connect({
    unix: path,
    socket: handlers((socket) => {
      socket.data = new BunSocket(socket, label);
    }),
  });
  let socket: BunTcpSocket;
  try {
    socket = await abortable(connecting, signal, (late) => late.end());
  } catch (error) {
    throw signal?.aborted ? error : refusal(error, path);
  }
  return socket.data.duplex(label, true);
}

/** Bun. */
export const bunRuntime: Runtime = {
  ...nodeRuntime,
  name: "bun",

  dialUnix: connectUnix,

  // dialTcp is Node's: a connection attempt of Bun.connect() cannot be ended, it goes on and keeps
  // the process alive until the system gives up.

  listenUnix(path: string, mode: number, events: ListenEvents): Promise<RuntimeListener> {
    const label = unixLabel(path);
    const socket = handlers((socket) => {
      socket.data = new BunSocket(socket, label);
      events.connection(socket.data.duplex(label, true));
    });
    try {
      const listener = bindWithMode(
        mode,
        (mask) => node().umask(mask),
        () => node().getBuiltinModule("node:fs").chmodSync(path, mode),
        () => bun.listen({ unix: path, socket }),
      );
      return Promise.resolve(runtimeListener(listener));
    } catch (error) {
      return Promise.reject(error);
    }
  },

  listenTcp(hostname: string, port: number, events: ListenEvents): Promise<RuntimeListener> {
    const socket = handlers((socket) => {
      const { remoteAddress = "", remotePort = 0 } = socket;
      const label = tcpLabel(remoteAddress, remotePort);
      socket.setNoDelay(true);
      socket.data = new BunSocket(socket, label);
      events.connection(socket.data.duplex(label, false));
    });
    try {
      return Promise.resolve(runtimeListener(bun.listen({ hostname, port, socket })));
    } catch (error) {
      return Promise.reject(error);
    }
  },
};

/**
 * Deno's sockets, files and environment.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";
import { abortable } from "./abortable.ts";
import { tcpLabel, unixLabel } from "./labels.ts";
import type { ListenEvents, PathInfo, Permission, Runtime, RuntimeListener } from "./runtime.ts";
import { bindWithMode } from "./socket_mode.ts";
import { type SocketControl, SocketStreams } from "./socket_streams.ts";

// The part of Deno that is used. Other runtimes and their compilers have no types for it.
interface DenoConn {
  readonly remoteAddr: { readonly hostname?: string; readonly port?: number };
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
  ref(): void;
  unref(): void;
  setNoDelay?(on: boolean): void;
}
interface DenoListener {
  readonly addr: { readonly port?: number };
  accept(): Promise<DenoConn>;
  close(): void;
  ref(): void;
  unref(): void;
}
type UnixAddress = { transport: "unix"; path: string };
type TcpAddress = { hostname: string; port: number };
interface DenoApi {
  connect(options: UnixAddress | TcpAddress & { signal?: AbortSignal }): Promise<DenoConn>;
  listen(options: UnixAddress | TcpAddress): DenoListener;
  readonly env: { get(name: string): string | undefined };
  uid(): number | null;
  umask(mask: number): number;
  statSync(path: string): unknown;
  chmodSync(path: string, mode: number): void;
  lstatSync(path: string): { readonly isSocket: boolean | null };
  removeSync(path: string): void;
  readTextFile(path: string): Promise<string>;
  readTextFileSync(path: string): string;
  readonly permissions: {
    querySync(permission: { name: "read"; path: string }): { readonly state: string };
  };
}

const deno: DenoApi = (globalThis as unknown as { Deno: DenoApi }).Deno;

const READ_SIZE = 64 * 1024;

/**
 * One socket. Deno's own streams of a connection are not used: they allocate 64 KiB for every read,
 * which halves the rate of small messages, and the end of one half closes the other in silence.
 */
class DenoSocket implements SocketControl {
  readonly streams: SocketStreams;
  readonly #conn: DenoConn;
  #buffer: Uint8Array = new Uint8Array(READ_SIZE);
  #open = true;
  #reading: Promise<void> | undefined;

  constructor(conn: DenoConn, label: string) {
    this.#conn = conn;
    this.streams = new SocketStreams(label, this);
    this.resume();
  }

  duplex(label: string, secure: boolean): ByteDuplex {
    const { readable, writable } = this.streams;
    const setKeepsAlive = (alive: boolean) => alive ? this.#conn.ref() : this.#conn.unref();
    return { readable, writable, secure, encrypted: false, label, setKeepsAlive };
  }

  resume(): void {
    this.#reading = this.#conn.read(this.#buffer).then(this.#received, this.#readFailed);
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#conn.write(chunk).then(
      (taken) => taken < chunk.byteLength ? this.write(chunk.subarray(taken)) : undefined,
      this.#writeFailed,
    );
  }

  finish(): undefined {
    this.destroy();
  }

  destroy(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#conn.close();
  }

  readonly #received = (length: number | null): void => {
    if (length === null) {
      this.streams.end();
      return;
    }
    let chunk: Uint8Array;
    if (length > READ_SIZE / 2) {
      chunk = this.#buffer.subarray(0, length);
      this.#buffer = new Uint8Array(READ_SIZE);
    } else {
      chunk = this.#buffer.slice(0, length);
    }
    if (this.streams.push(chunk)) this.resume();
  };

  readonly #readFailed = (error: unknown): void => {
    this.streams.fail(error);
  };

  // What a peer sent before it hung up is read first: each pass waits for the read under way.
  readonly #writeFailed = async (error: unknown): Promise<never> => {
    if (denoRuntime.errorCode(error) === "EPIPE") {
      let read: Promise<void> | undefined;
      while (read !== this.#reading) {
        read = this.#reading;
        await read;
      }
    }
    throw this.streams.fail(error);
  };
}

function unixDuplex(conn: DenoConn, path: string): ByteDuplex {
  return new DenoSocket(conn, unixLabel(path)).duplex(unixLabel(path), true);
}

function tcpDuplex(conn: DenoConn, label: string): ByteDuplex {
  // Calls are small messages that wait for answers: Nagle's algorithm would hold them back.
  conn.setNoDelay?.(true);
  return new DenoSocket(conn, label).duplex(label, false);
}

/** Why a client cannot be taken now, though later ones can: no descriptor is free, or it has left. */
const PASSING: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ECONNABORTED"]);
/** Milliseconds until the next try. */
const ACCEPT_PAUSE = 100;

async function acceptAll(
  listener: DenoListener,
  take: (conn: DenoConn) => ByteDuplex,
  events: ListenEvents,
  isOpen: () => boolean,
): Promise<void> {
  while (isOpen()) {
    let conn: DenoConn;
    try {
      conn = await listener.accept();
    } catch (error) {
      if (!isOpen()) return;
      if (!PASSING.has(denoRuntime.errorCode(error) ?? "")) return events.failed(error);
      await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE));
      continue;
    }
    events.connection(take(conn));
  }
}

function startListener(
  listener: DenoListener,
  take: (conn: DenoConn) => ByteDuplex,
  events: ListenEvents,
): RuntimeListener {
  let open = true;
  const accepting = acceptAll(listener, take, events, () => open);
  return {
    port: listener.addr.port ?? 0,
    setKeepsAlive(alive: boolean): void {
      if (alive) listener.ref();
      else listener.unref();
    },
    close(): Promise<void> {
      open = false;
      listener.close();
      return accepting; // which holds the socket until it has noticed
    },
  };
}

/** Deno. */
export const denoRuntime: Runtime = {
  name: "deno",

  async dialUnix(path: string, signal?: AbortSignal): Promise<ByteDuplex> {
    // Deno.connect has a signal, which it ignores for unix sockets.
    const connecting = deno.connect({ transport: "unix", path });
    return unixDuplex(await abortable(connecting, signal, (conn) => conn.close()), path);
  },

  async dialTcp(hostname: string, port: number, signal?: AbortSignal): Promise<ByteDuplex> {
    const connecting = deno.connect({ hostname, port, ...(signal ? { signal } : {}) });
    const conn = await abortable(connecting, signal, (conn) => conn.close());
    return tcpDuplex(conn, tcpLabel(hostname, port));
  },

  listenUnix(path: string, mode: number, events: ListenEvents): Promise<RuntimeListener> {
    try {
      const listener = bindWithMode(
        mode,
        (mask) => deno.umask(mask),
        () => deno.chmodSync(path, mode),
        () => deno.listen({ transport: "unix", path }),
      );
      return Promise.resolve(startListener(listener, (conn) => unixDuplex(conn, path), events));
    } catch (error) {
      return Promise.reject(error);
    }
  },

  listenTcp(hostname: string, port: number, events: ListenEvents): Promise<RuntimeListener> {
    const take = (conn: DenoConn): ByteDuplex => {
      const { hostname = "", port = 0 } = conn.remoteAddr;
      return tcpDuplex(conn, tcpLabel(hostname, port));
    };
    try {
      return Promise.resolve(startListener(deno.listen({ hostname, port }), take, events));
    } catch (error) {
      return Promise.reject(error);
    }
  },

  // few connections start a program, so what does it is loaded by those
  async spawn(program, args, options): Promise<ByteDuplex> {
    return await (await import("./runtime_deno_spawn.ts")).spawnByDeno(program, args, options);
  },
  async startDetached(program, args): Promise<void> {
    await (await import("./runtime_deno_spawn.ts")).detachByDeno(program, args);
  },

  env: (name) => deno.env.get(name),
  uid: () => deno.uid() ?? undefined,
  home: () => deno.env.get("HOME"),

  exists(path: string): boolean {
    try {
      deno.statSync(path);
      return true;
    } catch (error) {
      if (isNotCapable(error)) throw error;
      return false;
    }
  },

  pathInfo(path: string): PathInfo | undefined {
    try {
      return { isSocket: deno.lstatSync(path).isSocket === true };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },

  async readTextFile(path: string): Promise<string | undefined> {
    try {
      return await deno.readTextFile(path);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },

  readOptionalFile(path: string): string | undefined {
    if (deno.permissions.querySync({ name: "read", path }).state !== "granted") return undefined;
    try {
      return deno.readTextFileSync(path);
    } catch {
      return undefined;
    }
  },

  remove: (path) => deno.removeSync(path),

  errorCode(error: unknown): string | undefined {
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (typeof code === "string") return code;
    // The one failure of the network that comes without a code.
    return String(message).startsWith("failed to lookup address") ? "ENOTFOUND" : undefined;
  },

  permissionHint(error: unknown, needs: readonly Permission[]): string | undefined {
    if (!isNotCapable(error)) return undefined;
    return `Deno does not allow it; run again with ${needs.map(flag).join(" ")}`;
  },
};

function isNotCapable(error: unknown): boolean {
  return error instanceof Error && error.name === "NotCapable";
}

function isAbsent(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ENOENT" || code === "ENOTDIR";
}

function flag(need: Permission): string {
  const value = "path" in need ? need.path : "address" in need ? need.address : need.name;
  // Deno splits the value at commas and knows no way to write one.
  if (value.includes(",")) return `--allow-${need.kind}`;
  const whole = `--allow-${need.kind}=${value}`;
  return /^[\w@%+=:./-]+$/.test(whole) ? whole : `'${whole.replaceAll("'", "'\\''")}'`;
}

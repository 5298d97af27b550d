/**
 * Node's sockets, files and environment.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";
import { tcpLabel, unixLabel } from "./labels.ts";
import { type NetSocket, NodeSocket } from "./node_socket.ts";
import type { ListenEvents, PathInfo, Permission, Runtime, RuntimeListener } from "./runtime.ts";
import { bindWithMode } from "./socket_mode.ts";
import type { SocketStreams } from "./socket_streams.ts";

// The part of Node that is used. Built-ins come by name, so that no bundler meets an import.
interface NetServer {
  on(event: string, listener: (argument: never) => void): this;
  once(event: string, listener: (argument: never) => void): this;
  off(event: string, listener: (argument: never) => void): this;
  listen(options: { path: string } | { host: string; port: number }): this;
  address(): { port: number } | string | null;
  close(): this;
  ref(): this;
  unref(): this;
}
interface OnRead {
  readonly buffer: Uint8Array;
  callback(length: number, buffer: Uint8Array): boolean;
}
type Address = { path: string } | { host: string; port: number };
interface Net {
  connect(options: Address & { onread: OnRead }): NetSocket;
  createServer(connection: (socket: NetSocket) => void): NetServer;
}
interface Fs {
  existsSync(path: string): boolean;
  lstatSync(path: string): { isSocket(): boolean };
  chmodSync(path: string, mode: number): void;
  unlinkSync(path: string): void;
  readFileSync(path: string, encoding: "utf8"): string;
  readonly promises: { readFile(path: string, encoding: "utf8"): Promise<string> };
}
interface Process {
  getBuiltinModule(id: "node:net"): Net;
  getBuiltinModule(id: "node:fs"): Fs;
  getBuiltinModule(id: "node:os"): { homedir(): string };
  readonly env: { readonly [name: string]: string | undefined };
  getuid?(): number;
  umask(mask: number): number;
}

// Asked for on use: on Deno, which loads this file too, its own version of Node starts with it.
function node(): Process {
  return (globalThis as unknown as { process: Process }).process;
}

const READ_SIZE = 64 * 1024;

function dial(
  address: Address,
  label: string,
  secure: boolean,
  signal: AbortSignal | undefined,
): Promise<ByteDuplex> {
  return new Promise((resolve, reject) => {
    let streams: SocketStreams;
    const socket = node().getBuiltinModule("node:net").connect({
      ...address,
      // One buffer for all reads, in place of 64 KiB allocated and cut down for each.
      onread: {
        buffer: new Uint8Array(READ_SIZE),
        callback: (length, bytes) => streams.push(bytes.slice(0, length)),
      },
    });
    function settle(): void {
      signal?.removeEventListener("abort", onAbort);
      socket.off("connect", onConnect).off("error", onError);
    }
    function onConnect(): void {
      settle();
      if (!secure) socket.setNoDelay(true);
      const opened = new NodeSocket(socket, label);
      streams = opened.streams;
      resolve(opened.duplex(label, secure));
    }
    function onError(error: unknown): void {
      settle();
      reject(error);
    }
    function onAbort(): void {
      settle();
      socket.on("error", () => {}); // what the attempt comes to no longer matters
      socket.destroy();
      reject(signal!.reason);
    }
    socket.on("connect", onConnect).on("error", onError);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function accepted(socket: NetSocket, label: string, secure: boolean): ByteDuplex {
  if (!secure) socket.setNoDelay(true);
  const opened = new NodeSocket(socket, label);
  socket.on("data", (chunk: Uint8Array) => opened.received(chunk));
  return opened.duplex(label, secure);
}

function startListener(
  take: (socket: NetSocket) => ByteDuplex,
  events: ListenEvents,
  bind: (server: NetServer) => void,
): Promise<RuntimeListener> {
  return new Promise((resolve, reject) => {
    const server = node().getBuiltinModule("node:net")
      .createServer((socket) => events.connection(take(socket)));
    server.once("error", reject).once("listening", () => {
      server.off("error", reject).on("error", (error: unknown) => events.failed(error));
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : 0,
        setKeepsAlive(alive: boolean): void {
          if (alive) server.ref();
          else server.unref();
        },
        close(): Promise<void> {
          server.close(); // calls back only when the last connection is closed too
          return Promise.resolve();
        },
      });
    });
    bind(server);
  });
}

/** Node. */
export const nodeRuntime: Runtime = {
  name: "node",

  dialUnix(path: string, signal?: AbortSignal): Promise<ByteDuplex> {
    return dial({ path }, unixLabel(path), true, signal);
  },

  dialTcp(host: string, port: number, signal?: AbortSignal): Promise<ByteDuplex> {
    return dial({ host, port }, tcpLabel(host, port), false, signal);
  },

  async listenUnix(path: string, mode: number, events: ListenEvents): Promise<RuntimeListener> {
    const fs = node().getBuiltinModule("node:fs");
    // Node says "permission denied" when the directory does not exist.
    fs.lstatSync(path.slice(0, path.lastIndexOf("/") + 1));
    return await startListener(
      (socket) => accepted(socket, unixLabel(path), true),
      events,
      (server) =>
        bindWithMode(
          mode,
          (mask) => node().umask(mask),
          () => fs.chmodSync(path, mode),
          () => server.listen({ path }),
        ),
    );
  },

  listenTcp(host: string, port: number, events: ListenEvents): Promise<RuntimeListener> {
    return startListener(
      (socket) => {
        const { remoteAddress = "", remotePort = 0 } = socket;
        return accepted(socket, tcpLabel(remoteAddress, remotePort), false);
      },
      events,
      (server) => server.listen({ host, port }),
    );
  },

  // few connections start a program, so what does it is loaded by those
  async spawn(program, args, options): Promise<ByteDuplex> {
    return await (await import("./runtime_node_spawn.ts")).spawnByNode(program, args, options);
  },
  async startDetached(program, args): Promise<void> {
    await (await import("./runtime_node_spawn.ts")).detachByNode(program, args);
  },

  env: (name) => node().env[name],
  uid: () => node().getuid?.(),
  home: () => node().getBuiltinModule("node:os").homedir() || undefined,
  exists: (path) => node().getBuiltinModule("node:fs").existsSync(path),

  pathInfo(path: string): PathInfo | undefined {
    try {
      return { isSocket: node().getBuiltinModule("node:fs").lstatSync(path).isSocket() };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },

  async readTextFile(path: string): Promise<string | undefined> {
    try {
      return await node().getBuiltinModule("node:fs").promises.readFile(path, "utf8");
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },

  readOptionalFile(path: string): string | undefined {
    try {
      return node().getBuiltinModule("node:fs").readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },

  remove: (path) => node().getBuiltinModule("node:fs").unlinkSync(path),

  errorCode(error: unknown): string | undefined {
    const { code } = error as { code?: unknown };
    return typeof code === "string" ? code : undefined;
  },

  permissionHint(error: unknown, needs: readonly Permission[]): string | undefined {
    if (nodeRuntime.errorCode(error) !== "ERR_ACCESS_DENIED") return undefined;
    const flags = new Set(needs.map(permissionFlag));
    return `Node does not allow it; run again with ${[...flags].join(" ")}`;
  },
};

function isAbsent(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ENOENT" || code === "ENOTDIR";
}

function permissionFlag(need: Permission): string {
  if ("path" in need) return `--allow-fs-${need.kind}=${need.path}`;
  return need.kind === "run" ? "--allow-child-process" : "--allow-net";
}

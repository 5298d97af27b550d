/**
 * A WebSocket server for tests, made of the package `ws` and Node's HTTP server on every runtime.
 *
 * @module
 */

import { type WebSocket, WebSocketServer } from "ws";
import type { ByteDuplex } from "../../src/transport.ts";
import { AcceptedWebSocket } from "../../transports/accepted_websocket.ts";

interface Socket {
  end(text?: string): void;
  destroy(): void;
  on(event: "error" | "close", listener: () => void): void;
}
interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}
interface HttpServer {
  on(event: "upgrade", listener: (request: Request, socket: Socket, head: unknown) => void): void;
  on(event: "connection", listener: (socket: Socket) => void): void;
  on(event: "request", listener: (request: Request, response: HttpResponse) => void): void;
  listen(port: number, host: string, done: () => void): void;
  address(): { port: number };
  close(done: () => void): void;
}
interface HttpResponse {
  writeHead(status: number, headers: Record<string, string>): void;
  end(body: string): void;
}
const http = (globalThis as unknown as {
  process: { getBuiltinModule(id: "node:http"): { createServer(): HttpServer } };
}).process.getBuiltinModule("node:http");

/** A WebSocket that was accepted. */
export interface Accepted {
  /** The WebSocket itself, of which nothing was read. */
  readonly socket: WebSocket;
  /** The path that was asked for. */
  readonly path: string;
  /** The subprotocols that were offered. */
  readonly offered: readonly string[];
  /** The connection below. */
  readonly raw: Socket;
}

/** How a test server behaves. */
export interface WebSocketServerOptions {
  /** What to do with a WebSocket. */
  readonly accepted: (accepted: Accepted) => void;
  /** The subprotocol that is selected; the first that is offered when left out. */
  readonly select?: string;
  /** What is served to a request that is no WebSocket's: a page. */
  readonly page?: (path: string) => { readonly type: string; readonly body: string };
}

/** A server on loopback. */
export interface TestWebSocketServer extends AsyncDisposable {
  /** `ws://127.0.0.1:port`, to which a path is added. */
  readonly url: string;
  /** Ends everything. */
  close(): Promise<void>;
}

/**
 * Listens. The path `/status/401` is answered by that status, `/silence` not at all, `/hang-up` by the
 * end of the connection, `/no-subprotocol` by a WebSocket without one; on any other one is accepted.
 */
export async function serveWebSockets(
  options: WebSocketServerOptions,
): Promise<TestWebSocketServer> {
  const server = http.createServer();
  const raw = new Set<Socket>();
  const settings = { noServer: true, perMessageDeflate: false };
  const sockets = new WebSocketServer({
    ...settings,
    handleProtocols: (offered) => options.select ?? [...offered][0] ?? false,
  });
  const bare = new WebSocketServer({ ...settings, handleProtocols: () => false });
  server.on("connection", (socket) => {
    raw.add(socket);
    socket.on("close", () => raw.delete(socket));
  });
  server.on("request", ({ url }, response) => {
    const page = options.page?.(url);
    response.writeHead(page ? 200 : 426, { "content-type": page?.type ?? "text/plain" });
    response.end(page?.body ?? "");
  });
  server.on("upgrade", (request, socket, head) => {
    raw.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => raw.delete(socket));
    const path = request.url;
    const status = /^\/status\/(\d+)$/.exec(path)?.[1];
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    } else if (path === "/hang-up") {
      socket.destroy();
    } else if (path !== "/silence") {
      const acceptor = path === "/no-subprotocol" ? bare : sockets;
      acceptor.handleUpgrade(request, socket, head, (accepted) => {
        const header = request.headers["sec-websocket-protocol"] ?? "";
        const offered = header.split(",").map((each) => each.trim());
        options.accepted({ socket: accepted, path, offered, raw: socket });
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(resolve));
    for (const each of [...sockets.clients, ...bare.clients]) each.terminate();
    for (const each of raw) each.destroy();
    await closed;
  }
  return {
    url: `ws://127.0.0.1:${server.address().port}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The bytes of a WebSocket that a server has accepted. */
export function acceptedDuplex(socket: WebSocket): ByteDuplex {
  return new AcceptedWebSocket(socket, "ws:client", false).duplex;
}

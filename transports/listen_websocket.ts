/**
 * A server of WebSockets, and of plain HTTP beside them, by the package `ws` on Node's own server,
 * which Deno and Bun have too: their own servers cannot stop reading from a WebSocket.
 *
 * @module
 */

import type { ConnectionError } from "../src/errors.ts";
import { AcceptedWebSocket, type ServerWebSocket } from "./accepted_websocket.ts";
import { detectRuntime } from "./detect.ts";
import { failure, PORT_ADVICE } from "./failure.ts";
import { hostPort } from "./labels.ts";

/** What a client has asked for. */
export interface HttpRequest {
  /** `GET`, `POST` and the like. */
  readonly method: string;
  /** The path, still percent-encoded. */
  readonly path: string;
  /** Parameters of the query. */
  readonly query: URLSearchParams;
  /** Address of the peer, which may be a proxy in between. */
  readonly address: string;
  /** Whether it has come by TLS. */
  readonly encrypted: boolean;
  /** The subprotocols that the client offers, where it asks for a WebSocket. */
  readonly subprotocols: readonly string[];
  /** A header's value by its name in lower case; several of a name are joined by commas. */
  header(name: string): string | undefined;
}

/** What it is answered. */
export interface HttpAnswer {
  /** The status, 200 and the like. */
  readonly status: number;
  /** Headers beside those for the body's length. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body. */
  readonly body?: string | Uint8Array;
}

/** That a client gets its WebSocket. */
export interface WebSocketAdmission {
  /** The subprotocol to select. */
  readonly protocol: string;
  /** Takes the WebSocket. What is written to it is given away: it must not be changed any more. */
  accepted(socket: AcceptedWebSocket): void;
  /** The handshake has failed after all. */
  failed(): void;
}

/** How to serve. */
export interface ListenWebSocketOptions {
  /** Host name or address to listen on. */
  readonly host: string;
  /** Port; 0 for one that is free. */
  readonly port: number;
  /** Certificate chain and private key in PEM; without them there is no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Bytes that a message may have. */
  readonly maxMessage: number;
  /**
   * Connections in all, WebSockets or not. One more takes the place of the oldest that is no
   * WebSocket; where all are, it is closed.
   */
  readonly maxSockets: number;
  /** Milliseconds that a client has from connecting to the end of its request. */
  readonly handshakeTimeout: number;
  /** Answers a request that does not ask for a WebSocket. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Says whether a client gets a WebSocket, or what it is answered in its place. */
  upgrade(request: HttpRequest): Promise<HttpAnswer | WebSocketAdmission>;
}

/** A server that listens. */
export interface WebSocketListener extends AsyncDisposable {
  /** The port. */
  readonly port: number;
  /** Connections that are open, WebSockets or not. */
  readonly sockets: number;
  /** Takes no more connections, and closes those that are no WebSockets. */
  close(): Promise<void>;
}

// The part of Node that is used.
interface RawSocket {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  on(event: string, listener: (argument: never) => void): unknown;
  once(event: string, listener: () => void): unknown;
  end(text: string): unknown;
  destroy(): unknown;
  setNoDelay(on: boolean): unknown;
}
interface Incoming {
  readonly method?: string;
  readonly url?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: RawSocket;
}
interface Outgoing {
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  end(body?: string | Uint8Array): unknown;
  on(event: string, listener: () => void): unknown;
}
interface HttpServer {
  listen(options: { host: string; port: number }): unknown;
  address(): { port: number };
  // deno-lint-ignore no-explicit-any -- each event has arguments of its own
  on(event: string, listener: (...args: any[]) => void): unknown;
  close(done: () => void): unknown;
}
interface Options {
  readonly cert?: string;
  readonly key?: string;
  readonly maxHeaderSize: number;
}
interface Process {
  getBuiltinModule(id: "node:http" | "node:https"): {
    createServer(options: Options): HttpServer;
  };
  getBuiltinModule(id: "node:crypto"): {
    X509Certificate: new (pem: string) => { checkPrivateKey(key: object): boolean };
    createPrivateKey(pem: string): object;
  };
}

/** Bytes of a request's head. A page sends cookies; a subprotocol with a ticket is short. */
const MAX_HEADER = 16 * 1024;

/** Milliseconds that a connection may wait for its next request. */
const KEEP_ALIVE = 5_000;

/**
 * Listens for WebSockets.
 *
 * Reads no more from one whose reader is slow, and a write to one ends when the kernel has it.
 *
 * @throws {ConnectionError} when it is not possible; the message says what to do.
 * @throws {TypeError} when the certificate or the key is none, or they do not belong together.
 */
export async function listenWebSocket(options: ListenWebSocketOptions): Promise<WebSocketListener> {
  const { host, port, tls } = options;
  const { WebSocketServer } = await import("ws");
  const { process } = globalThis as unknown as { process: Process };
  if (tls !== undefined) checkPair(process, tls);
  const server = process.getBuiltinModule(tls ? "node:https" : "node:http")
    .createServer({ ...tls, maxHeaderSize: MAX_HEADER });
  const selected = new WeakMap<object, string>();
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    autoPong: false, // its answers would wait in memory for a client that does not take them
    perMessageDeflate: false, // it would take memory and time for bytes that seldom shrink
    maxPayload: options.maxMessage,
    handleProtocols: (_offered: Set<string>, request: unknown) =>
      selected.get(request as object) ?? false,
  });
  const sockets = new Sockets(options);
  server.on("connection", (socket: RawSocket) => sockets.connected(socket));
  server.on("tlsClientError", (_error: unknown, socket: RawSocket) => socket.destroy());
  server.on("clientError", (_error: unknown, socket: RawSocket) => socket.destroy());
  server.on("request", async (request: Incoming, response: Outgoing) => {
    response.on("close", () => sockets.waits(request.socket));
    const answer = await options.request(requestOf(request, tls !== undefined));
    const { status, headers = {}, body = "" } = answer;
    response.writeHead(status, { ...headers, "content-length": String(byteLength(body)) });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  server.on("upgrade", async (request: Incoming, socket: RawSocket, head: Uint8Array) => {
    socket.on("error", () => socket.destroy()); // told by "close", where anybody listens
    const answer = await options.upgrade(requestOf(request, tls !== undefined));
    if (!("accepted" in answer)) return refuse(socket, answer);
    selected.set(request, answer.protocol);
    let opened = false;
    socket.once("close", () => opened || answer.failed());
    upgrader.handleUpgrade(request, socket, head, (webSocket: unknown) => {
      opened = true;
      sockets.upgraded(socket);
      socket.setNoDelay(true);
      const label = `ws:${hostPort(addressOf(socket), socket.remotePort ?? 0)}`;
      answer.accepted(
        new AcceptedWebSocket(webSocket as ServerWebSocket, label, tls !== undefined, true),
      );
    });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.on("error", reject);
      server.on("listening", () => resolve());
      server.listen({ host, port });
    });
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    throw cannotListen(host, port, error);
  }
  let closed: Promise<void> | undefined;
  function close(): Promise<void> {
    return closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      sockets.closeIdle();
    });
  }
  return {
    port: server.address().port,
    get sockets() {
      return sockets.count;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

// Deno takes any text for a certificate, and then fails each handshake without a word.
function checkPair(process: Process, { cert, key }: { cert: string; key: string }): void {
  const { X509Certificate, createPrivateKey } = process.getBuiltinModule("node:crypto");
  const attempt = <T>(what: string, make: () => T): T => {
    try {
      return make();
    } catch (cause) {
      throw new TypeError(`Cannot serve TLS: the ${what} is not one in PEM`, { cause });
    }
  };
  const certificate = attempt("certificate", () => new X509Certificate(cert));
  const privateKey = attempt("private key", () => createPrivateKey(key));
  if (certificate.checkPrivateKey(privateKey)) return;
  throw new TypeError("Cannot serve TLS: the private key is not that of the certificate");
}

interface Connected {
  readonly socket: RawSocket;
  timer: ReturnType<typeof setTimeout> | undefined;
  isWebSocket: boolean;
}

/** The connections below: how many there are, and how long they may take to ask. */
class Sockets {
  // by the peer's address: the socket of TLS is another object than the one below it
  readonly #connected = new Map<string, Connected>();
  readonly #max: number;
  readonly #timeout: number;

  constructor({ maxSockets, handshakeTimeout }: ListenWebSocketOptions) {
    this.#max = maxSockets;
    this.#timeout = handshakeTimeout;
  }

  get count(): number {
    return this.#connected.size;
  }

  connected(socket: RawSocket): void {
    if (this.#connected.size >= this.#max && !this.#makeRoom()) return void socket.destroy();
    const key = keyOf(socket);
    const timer = setTimeout(() => socket.destroy(), this.#timeout);
    const entry: Connected = { socket, timer, isWebSocket: false };
    this.#connected.set(key, entry);
    socket.once("close", () => {
      clearTimeout(entry.timer);
      if (this.#connected.get(key) === entry) this.#connected.delete(key);
    });
  }

  // Whoever has something to ask does so at once: of the others the one that has waited longest goes.
  #makeRoom(): boolean {
    for (const [key, entry] of this.#connected) {
      if (entry.isWebSocket) continue;
      this.#connected.delete(key);
      entry.socket.destroy();
      return true;
    }
    return false;
  }

  /** A request is answered; the next one has as long again, but must begin soon. */
  waits(socket: RawSocket): void {
    const entry = this.#connected.get(keyOf(socket));
    if (entry === undefined || entry.isWebSocket) return;
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => entry.socket.destroy(), KEEP_ALIVE);
  }

  upgraded(socket: RawSocket): void {
    const entry = this.#connected.get(keyOf(socket));
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    entry.isWebSocket = true;
  }

  closeIdle(): void {
    for (const entry of this.#connected.values()) {
      if (!entry.isWebSocket) entry.socket.destroy();
    }
  }
}

function keyOf(socket: RawSocket): string {
  return `${socket.remoteAddress}|${socket.remotePort}`;
}

/** The peer's address; an IPv4 one in IPv4's notation also where it has come to an IPv6 socket. */
function addressOf(socket: RawSocket): string {
  return (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
}

function requestOf(request: Incoming, encrypted: boolean): HttpRequest {
  const { headers, method = "GET", url = "/" } = request;
  const question = url.indexOf("?");
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  };
  return {
    method,
    path: question < 0 ? url : url.slice(0, question),
    query: new URLSearchParams(question < 0 ? "" : url.slice(question + 1)),
    address: addressOf(request.socket),
    encrypted,
    subprotocols: (header("sec-websocket-protocol") ?? "").split(",").map((each) => each.trim())
      .filter((each) => each !== ""),
    header,
  };
}

const PHRASES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

function refuse(socket: RawSocket, { status, headers = {}, body = "" }: HttpAnswer): void {
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  const lines = Object.entries({
    connection: "close",
    "content-length": String(byteLength(text)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${PHRASES[status] ?? "Refused"}\r\n${lines.join("")}\r\n${text}`);
}

function byteLength(body: string | Uint8Array): number {
  return typeof body === "string" ? new TextEncoder().encode(body).length : body.byteLength;
}

function cannotListen(host: string, port: number, cause: unknown): ConnectionError {
  return failure(detectRuntime(), {
    what: `Cannot listen on ${hostPort(host, port)}`,
    needs: [{ kind: "net", address: hostPort(host, port) }],
    advice: PORT_ADVICE,
  }, cause);
}

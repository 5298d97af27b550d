/**
 * Connections over a WebSocket, in a browser or wherever there is one.
 *
 * @module
 */

import { unsupported } from "../src/errors.ts";
import type { ByteDuplex, DialOptions, WebSocketEndpoint } from "../src/transport.ts";
import { withoutSecrets } from "../src/uri/secrets.ts";
import type { SocketStreams } from "./socket_streams.ts";
import { openingFailure } from "./websocket_failure.ts";
import { offeredSubprotocols } from "./websocket_protocol.ts";
import { type WebSocketLike, WebSocketSocket } from "./websocket_socket.ts";
import {
  platformWebSocketStream,
  type WebSocketStreamConstructor,
  WebSocketStreamSocket,
} from "./websocket_stream.ts";

export type { WebSocketLike } from "./websocket_socket.ts";

/** What makes a WebSocket: the platform's `WebSocket`, or the one of the package `ws`. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** How to open a WebSocket. */
export interface DialWebSocketOptions extends DialOptions {
  /** Makes the WebSocket; the platform's own when left out, its `WebSocketStream` first. */
  readonly webSocket?: WebSocketConstructor | undefined;
}

/**
 * Connects to a WebSocket server that passes the bytes on to a daemon.
 *
 * The connection is secure and encrypted when the URL is a `wss:` one. A writer waits while more than
 * 1 MiB has not left. A reader that is slow stops the server where the WebSocket can stop reading, as
 * Chromium's, Bun's and that of the package `ws`, or the server knows to pause, as our proxy does;
 * elsewhere 64 MiB are kept for it, and then the connection fails.
 *
 * @throws {ConnectionError} when the connection cannot be made; the message says what to do.
 * @throws {UnsupportedError} where there is no WebSocket.
 * @throws {TypeError} when the URL is no WebSocket's.
 */
export async function dialWebSocket(
  endpoint: WebSocketEndpoint,
  options: DialWebSocketOptions = {},
): Promise<ByteDuplex> {
  const { signal } = options;
  const url = checkUrl(endpoint.url);
  const label = withoutSecrets(`${url.protocol}//${url.host}${url.pathname}`);
  const what = `Cannot connect to ${label}`;
  const address = url.port === "" ? url.hostname : url.host;
  signal?.throwIfAborted();
  const attempt = { url, label, what, address, protocols: offeredSubprotocols(endpoint), signal };
  const stream = options.webSocket === undefined ? platformWebSocketStream() : undefined;
  const { protocol, streams } = stream === undefined
    ? await openSocket(options.webSocket ?? platformWebSocket(what), attempt)
    : await openStream(stream, attempt);
  if (protocol === "") {
    // Deno alone lets it pass; the standard's client fails the handshake.
    await streams.readable.cancel();
    throw openingFailure(what, address, new Error(NO_PROXY));
  }
  const secure = url.protocol === "wss:";
  const { readable, writable } = streams;
  return { readable, writable, secure, encrypted: secure, label };
}

function platformWebSocket(what: string): WebSocketConstructor {
  const { WebSocket } = globalThis as { WebSocket?: WebSocketConstructor };
  if (WebSocket !== undefined) return WebSocket;
  throw unsupported(`${what}: there is no WebSocket here; give one as the option webSocket`);
}

interface Attempt {
  readonly url: URL;
  readonly label: string;
  /** Start of a message. */
  readonly what: string;
  /** As a permission names it. */
  readonly address: string;
  readonly protocols: string[];
  readonly signal: AbortSignal | undefined;
}

interface Opened {
  /** The subprotocol that the server has selected. */
  readonly protocol: string;
  readonly streams: SocketStreams;
}

async function openStream(make: WebSocketStreamConstructor, attempt: Attempt): Promise<Opened> {
  const { url, label, what, address, protocols, signal } = attempt;
  // its signal is for the handshake alone, as ours is
  const socket = new make(url.href, { protocols, ...(signal === undefined ? {} : { signal }) });
  socket.closed.catch(() => {});
  try {
    const opened = await socket.opened;
    const { streams } = new WebSocketStreamSocket(socket, opened, label);
    return { protocol: opened.protocol, streams };
  } catch (cause) {
    // browsers have a word for it that tells nothing
    throw signal?.aborted ? signal.reason : openingFailure(what, address, new Error("", { cause }));
  }
}

async function openSocket(make: WebSocketConstructor, attempt: Attempt): Promise<Opened> {
  const { url, label, what, address, protocols, signal } = attempt;
  let socket: WebSocketLike;
  try {
    socket = new make(url.href, protocols);
  } catch (error) {
    throw openingFailure(what, address, error);
  }
  const { streams } = await new Promise<WebSocketSocket>((resolve, reject) => {
    const opening = new WebSocketSocket(socket, label);

    function abort(): void {
      reject(signal!.reason);
      opening.destroy();
    }

    function fail(cause: unknown): void {
      signal?.removeEventListener("abort", abort);
      reject(openingFailure(what, address, cause));
    }

    signal?.addEventListener("abort", abort, { once: true });
    socket.addEventListener("error", (event) => {
      fail(event.error ?? new Error(event.message));
    });
    socket.addEventListener("close", () => fail(undefined));
    socket.addEventListener("open", () => {
      signal?.removeEventListener("abort", abort);
      resolve(opening);
    });
  });
  return { protocol: socket.protocol, streams };
}

const NO_PROXY = "the server selects no subprotocol, so it is no proxy for libvirt; check the URL";

function checkUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "ws:" && url?.protocol !== "wss:") {
    throw new TypeError(
      `Not the URL of a WebSocket, as wss://host/target: "${withoutSecrets(text)}"`,
    );
  }
  return url;
}

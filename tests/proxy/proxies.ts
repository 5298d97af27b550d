/**
 * Proxies for tests, and clients that do as they like.
 *
 * @module
 */

import { localContext } from "../../src/local_context.ts";
import type { Proxy, ProxyLogEntry, ProxyOptions } from "../../src/proxy/proxy.ts";
import { createProxyWith } from "../../src/proxy/start.ts";
import type { TestHypervisor } from "../../src/testing.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { memoryPair } from "../../transports/memory.ts";
import { net } from "../daemons/builtin.ts";

/** A token that is good. */
export const TOKEN = "0123456789abcdef";

/** A proxy of a test. */
export interface TestProxy {
  readonly proxy: Proxy;
  /** `ws://127.0.0.1:port`. */
  readonly url: string;
  /** What it has logged. */
  readonly log: readonly ProxyLogEntry[];
  /** A URI for `connect()`, with the token. */
  uri(target: string): string;
  /** Asks it over plain HTTP, with the token unless told otherwise. */
  get(path: string, options?: RequestInit & { readonly anonymous?: boolean }): Promise<Response>;
  /** Resolves with the first line of the log that fits, past or future. */
  logged(fits: (entry: ProxyLogEntry) => boolean): Promise<ProxyLogEntry>;
}

/**
 * Runs `use` with a proxy, by default to the hypervisor in memory as `demo`; every target leads to
 * `hypervisor`, where one is given.
 */
export async function withProxy(
  options: Partial<ProxyOptions>,
  use: (test: TestProxy) => Promise<void>,
  hypervisor?: TestHypervisor,
): Promise<void> {
  const context = localContext();
  const dial = (): Promise<ByteDuplex> => {
    const [client, server] = memoryPair("test:///default");
    hypervisor!.serve(server);
    return Promise.resolve(client);
  };
  const log: ProxyLogEntry[] = [];
  const waiting = new Set<() => void>();
  await using proxy = await createProxyWith(hypervisor ? { ...context, dial } : context, {
    targets: { demo: "test:///default" },
    tokens: [{ name: "tester", token: TOKEN }],
    filter: "all",
    port: 0,
    log(entry): void {
      log.push(entry);
      for (const look of [...waiting]) look();
    },
    ...options,
  });
  const scheme = options.tls === undefined ? "ws" : "wss";
  const url = `${scheme}://127.0.0.1:${proxy.port}`;
  await use({
    proxy,
    url,
    log,
    uri: (target) => `${url}/${target}?token=${TOKEN}`,
    get: (path, { anonymous, ...init } = {}) =>
      fetch(`${url.replace("ws", "http")}${path}`, {
        ...init,
        headers: {
          connection: "close",
          ...(anonymous ? {} : { authorization: `Bearer ${TOKEN}` }),
          ...init.headers as Record<string, string>,
        },
      }),
    logged: (fits) =>
      new Promise((resolve) => {
        function look(): void {
          const found = log.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        }
        waiting.add(look);
        look();
      }),
  });
}

/** A TCP connection whose bytes are the test's own. */
export class RawClient {
  /** Everything that was received. */
  received: Uint8Array = new Uint8Array(0);
  /** Bytes that were received, where they are not kept. */
  count = 0;
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;
  readonly socket: ReturnType<typeof net.connect>;
  readonly #waiting = new Set<() => void>();

  /** Connects to a port of loopback. */
  constructor(port: number) {
    this.socket = net.connect(port, "127.0.0.1");
    this.socket.on("data", (chunk: Uint8Array) => {
      this.count += chunk.length;
      if (this.received.length < 65536) {
        const both = new Uint8Array(this.received.length + chunk.length);
        both.set(this.received);
        both.set(chunk, this.received.length);
        this.received = both;
      }
      for (const look of [...this.#waiting]) look();
    });
    this.socket.on("error", () => {}); // told by "close"
    this.closed = new Promise((resolve) => this.socket.on("close", () => resolve()));
  }

  /** Sends bytes or text; `false` when they wait to leave. */
  send(data: string | Uint8Array): boolean {
    return this.socket.write(data);
  }

  /** What was received as text. */
  get text(): string {
    return new TextDecoder("latin1").decode(this.received);
  }

  /** Resolves when what was received fits, or the connection is closed. */
  async until(fits: (client: this) => boolean): Promise<void> {
    const fitting = new Promise<void>((resolve) => {
      const look = () => {
        if (!fits(this)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
    await Promise.race([fitting, this.closed]);
  }

  /** Closes it. */
  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}

/** The head of a request for a WebSocket. */
export function upgradeRequest(
  path: string,
  { headers = {}, protocols = ["virtwire.v1", `virtwire.token.${base64Url(TOKEN)}`] }: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly protocols?: readonly string[];
  } = {},
): string {
  const all = {
    host: "127.0.0.1",
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
    "sec-websocket-protocol": protocols.join(", "),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Base64 for subprotocols. */
export function base64Url(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** A masked frame of a client's. */
export function frame(
  payload: Uint8Array,
  { opcode = 2, length = payload.length }: { readonly opcode?: number; readonly length?: number } =
    {},
): Uint8Array {
  const short = length < 126;
  const head = new Uint8Array(short ? 6 : 14);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (short ? length : 127); // the mask is zero
  if (!short) new DataView(head.buffer).setBigUint64(2, BigInt(length));
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

/** Opens a WebSocket by hand, and answers the connection once it stands. */
export async function openRaw(
  port: number,
  path = "/demo",
  options: Parameters<typeof upgradeRequest>[1] = {},
): Promise<RawClient> {
  const client = new RawClient(port);
  client.send(upgradeRequest(path, options));
  await client.until(({ text }) => text.includes("\r\n\r\n"));
  if (!client.text.startsWith("HTTP/1.1 101")) throw new Error(client.text);
  return client;
}

/** The status of the answer to a request for a WebSocket. */
export async function statusOf(
  port: number,
  path: string,
  options: Parameters<typeof upgradeRequest>[1] = {},
): Promise<number> {
  const client = new RawClient(port);
  client.send(upgradeRequest(path, options));
  await client.until(({ text }) => text.includes("\r\n\r\n"));
  await client.close();
  return Number(/^HTTP\/1\.1 (\d+)/.exec(client.text)?.[1]);
}

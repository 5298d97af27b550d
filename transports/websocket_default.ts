/**
 * Which WebSocket is used on a runtime.
 *
 * @module
 */

import type { ByteDuplex, DialOptions, WebSocketEndpoint } from "../src/transport.ts";
import { dialWebSocket, type WebSocketConstructor } from "./websocket.ts";

/** Connects by the WebSocket that serves best: the runtime's own, but on Node that of `ws`. */
export async function dialDefaultWebSocket(
  endpoint: WebSocketEndpoint,
  options: DialOptions = {},
): Promise<ByteDuplex> {
  return await dialWebSocket(endpoint, { ...options, webSocket: await chooseWebSocket() });
}

// Node's own does not tell why a handshake failed and cannot stop reading; Node 20 has none.
async function chooseWebSocket(): Promise<WebSocketConstructor | undefined> {
  if ("Deno" in globalThis || "Bun" in globalThis) return undefined;
  const { WebSocket } = await import("ws");
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { perMessageDeflate: false });
    }
  };
}

/**
 * A hypervisor in memory behind a WebSocket.
 *
 * @module
 */

import type { ByteDuplex } from "../../src/transport.ts";
import { createTestHypervisor, type TestHypervisor } from "../../src/testing.ts";
import { credentialOf, PAUSING_SUBPROTOCOL } from "../../transports/websocket_protocol.ts";
import {
  type Accepted,
  acceptedDuplex,
  serveWebSockets,
  type WebSocketServerOptions,
} from "../transports/websocket_server.ts";

/** A hypervisor that is reached at a URL. */
export interface Bridge extends AsyncDisposable {
  /** The hypervisor. */
  readonly hypervisor: TestHypervisor;
  /** `ws://127.0.0.1:port/target`. */
  readonly url: string;
  /** The WebSockets that were accepted. */
  readonly accepted: readonly Accepted[];
  /** The tickets that were shown, in order. */
  tickets(): readonly (string | undefined)[];
}

/** How a bridge behaves. */
export interface BridgeOptions extends Pick<WebSocketServerOptions, "page"> {
  /** What happens to a WebSocket of any path but `/target`. */
  readonly elsewhere?: (accepted: Accepted) => void;
  /** Changes the bytes' way. */
  readonly between?: (duplex: ByteDuplex) => ByteDuplex;
}

/** Starts a hypervisor with extras behind a WebSocket server on loopback. */
export async function startBridge(
  { between, elsewhere, page }: BridgeOptions = {},
): Promise<Bridge> {
  const hypervisor = createTestHypervisor({ extras: true, seed: 1 });
  const accepted: Accepted[] = [];
  const server = await serveWebSockets({
    select: PAUSING_SUBPROTOCOL,
    accepted(each) {
      accepted.push(each);
      if (elsewhere !== undefined && each.path !== "/target") return elsewhere(each);
      const duplex = acceptedDuplex(each.socket);
      hypervisor.serve(between?.(duplex) ?? duplex);
    },
    ...(page === undefined ? {} : { page }),
  });
  return {
    hypervisor,
    url: `${server.url}/target`,
    accepted,
    tickets: () => accepted.map(({ offered }) => credentialOf(offered).ticket),
    async [Symbol.asyncDispose]() {
      await hypervisor.close();
      await server.close();
    },
  };
}

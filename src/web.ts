/**
 * The client for browsers and edge workers, by WebSocket through a proxy; nothing of Deno, Bun or Node
 * is used.
 *
 * {@linkcode connectWeb} opens a {@linkcode Connection}, the same as the main entry point's. What a
 * bundler finds unused is left out; a page that needs one kind of object only is smallest with the
 * class of that object on a session: `Domain.listAll(conn.session)`.
 *
 * @example List the running domains behind a proxy
 * ```ts
 * import { connectWeb, DomainListFlags } from "@virtwire/libvirt/web";
 *
 * await using conn = await connectWeb("wss://virt.example.com/production", { ticket: getTicket });
 * for (const domain of await conn.listAllDomains({ flags: DomainListFlags.ACTIVE })) {
 *   console.log(domain.name, await domain.getInfo());
 * }
 *
 * async function getTicket(): Promise<string> {
 *   return await (await fetch("/ticket", { method: "POST" })).text();
 * }
 * ```
 *
 * @module
 */

import { dialWebSocket, type WebSocketConstructor } from "../transports/websocket.ts";
import { type ConnectOptions, connectWith } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { NO_FACTS } from "./endpoint.ts";
import { unsupported } from "./errors.ts";
import type { SupervisedConnection, SuperviseOptions } from "./supervised/connection.ts";
import type { Dial } from "./transport.ts";
import { withoutSecrets } from "./uri/secrets.ts";

/** Options of `connectWeb()`. */
export interface ConnectWebOptions extends Omit<ConnectOptions, "noAliases"> {
  /** Makes the WebSocket; the platform's own when left out. */
  readonly webSocket?: WebSocketConstructor | undefined;
}

/**
 * Connects to a daemon through a WebSocket proxy.
 *
 * The URI is the proxy's with a target of its, `wss://host/target`, or names the driver too,
 * `qemu+wss://host/system?target=name`; `ticket=` and `token=` may be in it.
 *
 * Throws a TypeError for a malformed URI, a ConnectionError when the proxy does not let the caller in
 * or nobody answers, an AuthError when the daemon does not accept the caller, an UnsupportedError for
 * a URI that leads elsewhere than to a WebSocket, and a LibvirtError for what the daemon refuses to
 * open.
 *
 * @example
 * ```ts
 * import { connectWeb } from "@virtwire/libvirt/web";
 *
 * await using conn = await connectWeb("wss://virt.example.com/production?ticket=5f2b");
 * console.log(await conn.getHostname());
 * ```
 */
export async function connectWeb(
  uri: string,
  options: ConnectWebOptions = {},
): Promise<Connection> {
  const { webSocket, ...others } = options;
  const dial: Dial = async (endpoint, dialOptions) => {
    if (endpoint.kind !== "websocket") {
      throw unsupported(
        `Cannot connect to "${withoutSecrets(uri)}" over a WebSocket; name a proxy, as in ` +
          `"wss://host/target"`,
      );
    }
    return await dialWebSocket(endpoint, { ...dialOptions, webSocket });
  };
  return await connectWith({ dial, facts: NO_FACTS }, uri, others);
}

/** Options of `superviseWeb()`: those of `connectWeb()`, of which `signal` ends the first attempt alone. */
export interface SuperviseWebOptions extends Omit<SuperviseOptions, "noAliases"> {
  /** Makes the WebSocket; the platform's own when left out. */
  readonly webSocket?: WebSocketConstructor | undefined;
}

/**
 * Connects as `connectWeb()` does, and again whenever the connection is lost; a `ticket` that is a
 * function is asked each time.
 *
 * Rejects as `connectWeb()` does when the first connection cannot be made. Throws a RangeError for
 * `reconnect` options that make no sense.
 *
 * @example
 * ```ts
 * import { DomainEvent, Resync, superviseWeb } from "@virtwire/libvirt/web";
 *
 * async function watch(ticket: () => Promise<string>): Promise<void> {
 *   await using conn = await superviseWeb("wss://virt.example.com/production", { ticket });
 *   for await (const e of conn.watch(DomainEvent.LIFECYCLE)) {
 *     if (e instanceof Resync) console.log("list again", await conn.listAllDomains());
 *     else console.log(e.domain.name, e.eventName);
 *   }
 * }
 * ```
 */
export async function superviseWeb(
  uri: string,
  options: SuperviseWebOptions = {},
): Promise<SupervisedConnection> {
  const { webSocket, ...others } = options;
  const { superviseWith } = await import("./supervised/connection.ts");
  return await superviseWith((attempt) => connectWeb(uri, { ...attempt, webSocket }), others);
}

export { dialWebSocket, type DialWebSocketOptions } from "../transports/websocket.ts";
export type { WebSocketConstructor, WebSocketLike } from "../transports/websocket.ts";
export * from "./client.ts";

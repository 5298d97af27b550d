/**
 * A proxy by which a browser, or anybody else, reaches libvirt over a WebSocket.
 *
 * It speaks libvirt's protocol: a client reaches only targets that the proxy names, by calls that it
 * lets through. The proxy itself connects to the target and authenticates there.
 *
 * @example
 * ```ts
 * import { createProxy } from "@virtwire/libvirt/proxy";
 *
 * await using proxy = await createProxy({
 *   targets: { demo: "test:///default" },
 *   tokens: [{ name: "ci", token: crypto.randomUUID() }],
 *   filter: "operate",
 *   port: 0,
 * });
 * console.log(`ws://127.0.0.1:${proxy.port}/demo`);
 * ```
 *
 * @module
 */

import { localContext } from "../local_context.ts";
import type { Proxy, ProxyOptions } from "./options.ts";
import { createProxyWith } from "./start.ts";

/**
 * Starts a proxy.
 *
 * @throws {TypeError} for a target, an origin, a filter or a token that cannot be, and where nobody
 * could use it.
 * @throws {RangeError} for a limit that cannot be.
 * @throws {ConnectionError} when the port cannot be had.
 */
export async function createProxy(options: ProxyOptions): Promise<Proxy> {
  return await createProxyWith(localContext(), options);
}

export type { Proxy, ProxyOptions } from "./options.ts";
export type { ConnectOptions } from "../connect.ts";
export type { HttpRequest } from "../../transports/listen_websocket.ts";
export type { Authorize } from "./admission.ts";
export type { FilterRules } from "./filter.ts";
export { FILTER_PRESETS, type FilterPreset } from "./presets.ts";
export type { ProxyLimits } from "./limits.ts";
export type { ProxyLog, ProxyLogEntry } from "./log.ts";
export { CONTENT_SECURITY_POLICY, type PageAccess, type UiFile, type UiFiles } from "./pages.ts";
export type { TargetOptions } from "./targets.ts";
export type { TicketOptions } from "./tickets.ts";
export type { ProxyUser, TokenOptions } from "./tokens.ts";

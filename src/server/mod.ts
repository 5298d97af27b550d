/**
 * The server half of libvirt's protocol: for a backend of your own that any libvirt client can talk to.
 *
 * A {@linkcode ServerSession} serves one client over any pair of web streams; a {@linkcode Driver}
 * is what you fill in. Whatever its handlers leave out is answered as not supported.
 *
 * This module is browser compatible.
 *
 * @example A driver that knows its name and nothing else
 * ```ts
 * import { type ByteDuplex, type Driver, ServerSession } from "@virtwire/libvirt/server";
 *
 * const driver: Driver = {
 *   open: () => ({
 *     remote: {
 *       connectGetType: () => ({ type: "MINE" }),
 *       connectGetHostname: () => ({ hostname: "here" }),
 *     },
 *     features: new Set(),
 *     close() {},
 *   }),
 * };
 *
 * function serve(duplex: ByteDuplex): ServerSession {
 *   return new ServerSession(duplex, { driver });
 * }
 * ```
 *
 * @module
 */

export { type ServerOptions, ServerSession } from "./server.ts";
export type { CallContext, Driver, DriverConnection } from "./driver.ts";
export { failure } from "./failure.ts";
export type { Interceptor } from "./interceptor.ts";
export type {
  SaslServerFactory,
  SaslServerMechanism,
  SaslServerMechanisms,
  SaslServerStep,
} from "./sasl.ts";
export { type CheckPassword, saslServerExternal, saslServerPlain } from "./sasl_mechanisms.ts";
export {
  createScramUser,
  type FindScramUser,
  saslServerScram,
  type ScramHash,
  type ScramUser,
} from "./sasl_scram.ts";
export type { ServerStream, ServerStreamHandlers } from "./streams.ts";
export { EventHub, type EventKind, type ServerEvent } from "./events.ts";
export { type CloseReason, LibvirtError, type LibvirtErrorFields } from "../errors.ts";
export type { ByteDuplex } from "../transport.ts";
export type { KeepaliveOptions } from "../rpc/keepalive.ts";
export type { RemoteHandlers } from "../../gen/remote/dispatch.ts";
export type { QemuHandlers } from "../../gen/qemu/dispatch.ts";
export type { LxcHandlers } from "../../gen/lxc/dispatch.ts";

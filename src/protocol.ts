/**
 * libvirt's RPC protocol for people who build their own clients, servers, proxies and decoders.
 *
 * From the bytes up: XDR ({@linkcode XdrReader}, {@linkcode XdrWriter}), packets
 * ({@linkcode FrameDecoder}), the protocol without any IO in both roles ({@linkcode RpcEngine}),
 * codecs and descriptions of every struct and procedure of libvirt's programs, and a raw
 * {@linkcode Session} over any pair of web streams.
 *
 * This module is browser compatible.
 *
 * @example Call a procedure over a connection of your own
 * ```ts
 * import { authList, connectGetHostname, connectOpen, Session } from "@virtwire/libvirt/protocol";
 * import type { ByteDuplex } from "@virtwire/libvirt/protocol";
 *
 * async function hostname(duplex: ByteDuplex): Promise<string> {
 *   const session = new Session(duplex);
 *   try {
 *     await session.call(authList, undefined);
 *     await session.call(connectOpen, { name: "qemu:///system", flags: 0 });
 *     return (await session.call(connectGetHostname, undefined)).hostname;
 *   } finally {
 *     await session.close();
 *   }
 * }
 * ```
 *
 * @example Decode a captured stream of packets
 * ```ts
 * import { FrameDecoder } from "@virtwire/libvirt/protocol";
 *
 * function* packets(capture: Uint8Array): Generator<string> {
 *   const decoder = new FrameDecoder();
 *   decoder.push(capture);
 *   for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
 *     yield `procedure ${frame.procedure}, serial ${frame.serial}, ${frame.body.length} bytes`;
 *   }
 * }
 * ```
 *
 * @example Answer calls: the engine as a server
 * ```ts
 * import { encodeConnectGetHostnameRet, remoteProgram, RpcEngine } from "@virtwire/libvirt/protocol";
 *
 * const engine = new RpcEngine({ role: "server", programs: [remoteProgram] });
 *
 * function answer(chunk: Uint8Array): Uint8Array[] {
 *   for (const event of engine.receive(chunk)) {
 *     if (event.type !== "call") continue;
 *     engine.sendReply(event.call, encodeConnectGetHostnameRet, { hostname: "here" });
 *   }
 *   return engine.takeOutput();
 * }
 * ```
 *
 * @example Look into what a relay passes on, and let only some procedures through
 * ```ts
 * import { connectGetHostname, connectOpen, type Frame, FrameDecoder, MessageType } from "@virtwire/libvirt/protocol";
 *
 * const allowed = new Set([connectOpen.number, connectGetHostname.number]);
 * const decoder = new FrameDecoder();
 *
 * function refused(chunk: Uint8Array): Frame[] {
 *   const frames: Frame[] = [];
 *   decoder.push(chunk);
 *   for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
 *     if (frame.type === MessageType.CALL && !allowed.has(frame.procedure)) frames.push(frame);
 *   }
 *   return frames;
 * }
 * ```
 *
 * @module
 */

export {
  ConnectionError,
  LibvirtError,
  ProtocolError,
  UnsupportedError,
  XdrError,
} from "./errors.ts";
export type { CloseReason, ErrorObject, LibvirtErrorFields } from "./errors.ts";
export type {
  Decode,
  DispatchEntry,
  DispatchTable,
  Encode,
  EventMessage,
  OutgoingMessage,
  Procedure,
  Program,
} from "./procedure.ts";
export { XdrReader, type XdrReaderOptions } from "./xdr/reader.ts";
export { XdrWriter } from "./xdr/writer.ts";
export { Uuid } from "./xdr/uuid.ts";
export {
  decodeTypedParam,
  encodeTypedParam,
  type TypedParam,
  TypedParamType,
  type TypedParamValue,
} from "./xdr/typed_param.ts";
export { decodeVoid, encodeVoid } from "./xdr/void.ts";
export {
  type Frame,
  FrameDecoder,
  MessageStatus,
  MessageType,
  type PacketHead,
} from "./rpc/frame.ts";
export { type EngineOptions, RpcEngine } from "./rpc/engine.ts";
export type { IncomingCall, PendingCall, RpcEvent } from "./rpc/rpc_event.ts";
export { StreamState } from "./rpc/stream_state.ts";
export { Keepalive, type KeepaliveOptions } from "./rpc/keepalive.ts";
export type { ByteDuplex } from "./transport.ts";
export type * from "./session/caller.ts";
export type { InternalCallOptions } from "./session/calls.ts";
export { Session, type SessionOptions } from "./session/session.ts";
export type { EventSource, RegistrationCaller, Sink } from "./session/registrations.ts";
export { Feature, Features } from "./session/features.ts";
export type * from "./session/failure.ts";
export type * from "./session/stream_slot.ts";

export * from "../gen/rpc/error.ts";
export * from "../gen/rpc/keepalive.ts";
export * from "../gen/remote/program.ts";
export * from "../gen/remote/common.ts";
export * from "../gen/remote/common_server.ts";
export * from "../gen/remote/connect.ts";
export * from "../gen/remote/connect_server.ts";
export * from "../gen/remote/domain.ts";
export * from "../gen/remote/domain_server.ts";
export * from "../gen/remote/domain_checkpoint.ts";
export * from "../gen/remote/domain_checkpoint_server.ts";
export * from "../gen/remote/domain_snapshot.ts";
export * from "../gen/remote/domain_snapshot_server.ts";
export * from "../gen/remote/events.ts";
export * from "../gen/remote/events_server.ts";
export * from "../gen/remote/interface.ts";
export * from "../gen/remote/interface_server.ts";
export * from "../gen/remote/network.ts";
export * from "../gen/remote/network_server.ts";
export * from "../gen/remote/network_port.ts";
export * from "../gen/remote/network_port_server.ts";
export * from "../gen/remote/node_device.ts";
export * from "../gen/remote/node_device_server.ts";
export * from "../gen/remote/nwfilter.ts";
export * from "../gen/remote/nwfilter_server.ts";
export * from "../gen/remote/nwfilter_binding.ts";
export * from "../gen/remote/nwfilter_binding_server.ts";
export * from "../gen/remote/secret.ts";
export * from "../gen/remote/secret_server.ts";
export * from "../gen/remote/storage_pool.ts";
export * from "../gen/remote/storage_pool_server.ts";
export * from "../gen/remote/storage_vol.ts";
export * from "../gen/remote/storage_vol_server.ts";
export * from "../gen/qemu/program.ts";
export * from "../gen/qemu/calls.ts";
export * from "../gen/qemu/calls_server.ts";
export * from "../gen/lxc/program.ts";
export * from "../gen/lxc/calls.ts";
export * from "../gen/lxc/calls_server.ts";
export * from "../gen/admin/program.ts";
export * from "../gen/admin/calls.ts";
export * from "../gen/admin/calls_server.ts";

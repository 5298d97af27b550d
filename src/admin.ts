/**
 * A daemon's administration: its servers, their clients and limits, its logging.
 *
 * {@linkcode connectAdmin} opens it, on a socket of its own.
 *
 * @example Who is connected
 * ```ts
 * import { connectAdmin } from "@virtwire/libvirt/admin";
 *
 * await using admin = await connectAdmin("libvirtd:///system");
 * for (const server of await admin.listServers()) {
 *   for (const client of await server.listClients()) {
 *     console.log(server.name, client.id, await client.getInfo());
 *   }
 * }
 * ```
 *
 * @module
 */

export { type AdminConnectOptions, connectAdmin } from "./admin_connect.ts";
export * from "./admin_objects.ts";
export type * from "./session/caller.ts";
export type * from "./session/failure.ts";
export type * from "./session/stream_slot.ts";
export type { CloseReason } from "./errors.ts";
export * from "../gen/enums/admin.ts";
export type * from "../gen/admin/calls.ts";
export type * from "../gen/admin/client_base.ts";
export type * from "../gen/admin/connect_base.ts";
export type * from "../gen/admin/server_base.ts";

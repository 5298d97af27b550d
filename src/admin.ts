/**
 * A daemon's administration: its servers, their clients and limits, its logging.
 *
 * {@linkcode connectAdmin} opens it, on a socket of its own.
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

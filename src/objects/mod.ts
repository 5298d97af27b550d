/**
 * The classes of libvirt's objects and the kinds of their events.
 *
 * @module
 */

export * from "./domain.ts";
export * from "./domain_checkpoint.ts";
export * from "./domain_event.ts";
export type { DomainEventFilter, DomainEventKind } from "./domain_event_kind.ts";
export * from "./domain_snapshot.ts";
export type { EventKind, EventOrigin } from "./event_kind.ts";
export * from "./interface.ts";
export * from "./network.ts";
export * from "./network_port.ts";
export * from "./node_device.ts";
export * from "./nwfilter.ts";
export * from "./nwfilter_binding.ts";
export * from "./secret.ts";
export * from "./storage_pool.ts";
export * from "./storage_vol.ts";

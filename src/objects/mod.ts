/**
 * The classes of libvirt's objects and the kinds of their events.
 *
 * @module
 */

export * from "./connection_event.ts";
export * from "./domain.ts";
export * from "./domain_checkpoint.ts";
export type * from "./domain_cpus.ts";
export * from "./domain_event.ts";
export type * from "./domain_event_block.ts";
export type * from "./domain_event_device.ts";
export type * from "./domain_event_guest.ts";
export type * from "./domain_event_job.ts";
export type { DomainEventFilter, DomainEventKind } from "./domain_event_kind.ts";
export type * from "./domain_event_state.ts";
export { DomainJob, type DomainJobs } from "./domain_jobs.ts";
export type * from "./domain_migration.ts";
export * from "./domain_snapshot.ts";
export type * from "./event_kind.ts";
export type * from "./domain_streams.ts";
export type * from "./host_cpus.ts";
export * from "./interface.ts";
export * from "./network.ts";
export * from "./network_event.ts";
export * from "./network_port.ts";
export * from "./node_device.ts";
export * from "./node_device_event.ts";
export * from "./nwfilter.ts";
export * from "./nwfilter_binding.ts";
export * from "./secret.ts";
export * from "./secret_event.ts";
export * from "./storage_pool.ts";
export * from "./storage_pool_event.ts";
export * from "./storage_vol.ts";
export type * from "./storage_vol_streams.ts";

export type * from "../../gen/remote/connect_base.ts";
export type * from "../../gen/remote/domain_base.ts";
export type * from "../../gen/remote/domain_checkpoint_base.ts";
export type * from "../../gen/remote/domain_snapshot_base.ts";
export type * from "../../gen/remote/interface_base.ts";
export type * from "../../gen/remote/network_base.ts";
export type * from "../../gen/remote/network_port_base.ts";
export type * from "../../gen/remote/node_device_base.ts";
export type * from "../../gen/remote/nwfilter_base.ts";
export type * from "../../gen/remote/nwfilter_binding_base.ts";
export type * from "../../gen/remote/secret_base.ts";
export type * from "../../gen/remote/storage_pool_base.ts";
export type * from "../../gen/remote/storage_vol_base.ts";
export type * from "../../gen/remote/common.ts";
export type {
  DomainDiskError,
  DomainFsinfo,
  DomainInterface,
  DomainIpAddr,
} from "../../gen/remote/domain.ts";
export type { NetworkDhcpLease } from "../../gen/remote/network.ts";

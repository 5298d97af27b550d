/**
 * Domain events about devices other than disks, memory and CPUs among them.
 *
 * @module
 */

import type { DomainEventId } from "../../gen/enums/domain.ts";
import {
  domainEventBalloonChange,
  type DomainEventBalloonChangeMsg,
  domainEventCallbackBalloonChange,
  domainEventCallbackDeviceAdded,
  type DomainEventCallbackDeviceAddedMsg,
  domainEventCallbackDeviceRemovalFailed,
  type DomainEventCallbackDeviceRemovalFailedMsg,
  domainEventCallbackDeviceRemoved,
  domainEventDeviceRemoved,
  type DomainEventDeviceRemovedMsg,
  domainEventMemoryDeviceSizeChange,
  type DomainEventMemoryDeviceSizeChangeMsg,
  domainEventNicMacChange,
  type DomainEventNicMacChangeMsg,
  domainEventVcpuRemoved,
  type DomainEventVcpuRemovedMsg,
} from "../../gen/remote/events.ts";
import {
  type AnyDomainEvent,
  type DomainEventKind,
  domainEvents,
  type DomainEventSpec,
} from "./domain_event_kind.ts";

/** A device was plugged in, was unplugged, or stays because the guest did not let go of it. */
export interface DomainDeviceEvent extends AnyDomainEvent {
  /** The device by its alias, such as `net0`. */
  readonly devAlias: string;
}

/** The guest's balloon driver gave memory back, or took it. */
export interface DomainBalloonChangeEvent extends AnyDomainEvent {
  /** What the guest has now, in KiB. */
  readonly actual: bigint;
}

/** The guest changed the size of a memory device, as it was asked to. */
export interface DomainMemoryDeviceSizeChangeEvent extends AnyDomainEvent {
  /** The device by its alias, such as `virtiomem0`. */
  readonly alias: string;
  /** What the guest sees of it now, in KiB. */
  readonly size: bigint;
}

/** The guest changed the MAC address of a network interface. */
export interface DomainNicMacChangeEvent extends AnyDomainEvent {
  /** The interface by its alias, such as `net0`. */
  readonly alias: string;
  /** The address that it had. */
  readonly oldMac: string;
  /** The address that it has now. */
  readonly newMac: string;
}

/** The guest let go of a virtual CPU that was to be unplugged. */
export interface DomainVcpuRemovedEvent extends AnyDomainEvent {
  /** The CPU's number, from 0. */
  readonly vcpuid: number;
}

/** See `DomainEvent.DEVICE_ADDED`. */
export const domainDeviceAdded: DomainEventKind<DomainDeviceEvent> = {
  id: 19 satisfies typeof DomainEventId.DEVICE_ADDED,
  name: "domain device added",
  since: "1.2.15",
  subject: domainEvents,
  message: domainEventCallbackDeviceAdded,
  event: ({ devAlias }, domain) => ({ domain, devAlias }),
} satisfies DomainEventSpec<DomainEventCallbackDeviceAddedMsg, DomainDeviceEvent>;

/** See `DomainEvent.DEVICE_REMOVED`. */
export const domainDeviceRemoved: DomainEventKind<DomainDeviceEvent> = {
  id: 15 satisfies typeof DomainEventId.DEVICE_REMOVED,
  name: "domain device removed",
  since: "1.1.1",
  subject: domainEvents,
  message: domainEventCallbackDeviceRemoved,
  legacy: domainEventDeviceRemoved,
  event: ({ devAlias }, domain) => ({ domain, devAlias }),
} satisfies DomainEventSpec<DomainEventDeviceRemovedMsg, DomainDeviceEvent>;

/** See `DomainEvent.DEVICE_REMOVAL_FAILED`. */
export const domainDeviceRemovalFailed: DomainEventKind<DomainDeviceEvent> = {
  id: 22 satisfies typeof DomainEventId.DEVICE_REMOVAL_FAILED,
  name: "domain device removal failed",
  since: "1.3.4",
  subject: domainEvents,
  message: domainEventCallbackDeviceRemovalFailed,
  event: ({ devAlias }, domain) => ({ domain, devAlias }),
} satisfies DomainEventSpec<DomainEventCallbackDeviceRemovalFailedMsg, DomainDeviceEvent>;

/** See `DomainEvent.BALLOON_CHANGE`. */
export const domainBalloonChange: DomainEventKind<DomainBalloonChangeEvent> = {
  id: 13 satisfies typeof DomainEventId.BALLOON_CHANGE,
  name: "domain balloon change",
  since: "0.10.0",
  subject: domainEvents,
  message: domainEventCallbackBalloonChange,
  legacy: domainEventBalloonChange,
  event: ({ actual }, domain) => ({ domain, actual }),
} satisfies DomainEventSpec<DomainEventBalloonChangeMsg, DomainBalloonChangeEvent>;

/** See `DomainEvent.MEMORY_DEVICE_SIZE_CHANGE`. */
export const domainMemoryDeviceSizeChange: DomainEventKind<DomainMemoryDeviceSizeChangeEvent> = {
  id: 26 satisfies typeof DomainEventId.MEMORY_DEVICE_SIZE_CHANGE,
  name: "domain memory device size change",
  since: "7.9.0",
  subject: domainEvents,
  message: domainEventMemoryDeviceSizeChange,
  event: ({ alias, size }, domain) => ({ domain, alias, size }),
} satisfies DomainEventSpec<
  DomainEventMemoryDeviceSizeChangeMsg,
  DomainMemoryDeviceSizeChangeEvent
>;

/** See `DomainEvent.NIC_MAC_CHANGE`. */
export const domainNicMacChange: DomainEventKind<DomainNicMacChangeEvent> = {
  id: 27 satisfies typeof DomainEventId.NIC_MAC_CHANGE,
  name: "domain nic mac change",
  since: "11.2.0",
  subject: domainEvents,
  message: domainEventNicMacChange,
  event: ({ alias, oldMac, newMac }, domain) => ({ domain, alias, oldMac, newMac }),
} satisfies DomainEventSpec<DomainEventNicMacChangeMsg, DomainNicMacChangeEvent>;

/** See `DomainEvent.VCPU_REMOVED`. */
export const domainVcpuRemoved: DomainEventKind<DomainVcpuRemovedEvent> = {
  id: 28 satisfies typeof DomainEventId.VCPU_REMOVED,
  name: "domain vcpu removed",
  since: "12.4.0",
  subject: domainEvents,
  message: domainEventVcpuRemoved,
  event: ({ vcpuid }, domain) => ({ domain, vcpuid }),
} satisfies DomainEventSpec<DomainEventVcpuRemovedMsg, DomainVcpuRemovedEvent>;

/**
 * The events of domains.
 *
 * @module
 */

import {
  domainBlockJob,
  domainBlockJob2,
  type DomainBlockJob2Event,
  type DomainBlockJobEvent,
  domainBlockThreshold,
  type DomainBlockThresholdEvent,
  domainDiskChange,
  type DomainDiskChangeEvent,
  domainIoError,
  type DomainIoErrorEvent,
  domainIoErrorReason,
  type DomainIoErrorReasonEvent,
  domainTrayChange,
  type DomainTrayChangeEvent,
} from "./domain_event_block.ts";
import {
  domainBalloonChange,
  type DomainBalloonChangeEvent,
  domainDeviceAdded,
  type DomainDeviceEvent,
  domainDeviceRemovalFailed,
  domainDeviceRemoved,
  domainMemoryDeviceSizeChange,
  type DomainMemoryDeviceSizeChangeEvent,
  domainNicMacChange,
  type DomainNicMacChangeEvent,
  domainVcpuRemoved,
  type DomainVcpuRemovedEvent,
} from "./domain_event_device.ts";
import {
  domainAgentLifecycle,
  type DomainAgentLifecycleEvent,
  domainChannelLifecycle,
  type DomainChannelLifecycleEvent,
  domainGraphics,
  type DomainGraphicsEvent,
  domainMemoryFailure,
  type DomainMemoryFailureEvent,
  domainRtcChange,
  type DomainRtcChangeEvent,
  domainWatchdog,
  type DomainWatchdogEvent,
} from "./domain_event_guest.ts";
import {
  domainJobCompleted,
  type DomainJobCompletedEvent,
  domainMigrationIteration,
  type DomainMigrationIterationEvent,
  domainTunable,
  type DomainTunableEvent,
} from "./domain_event_job.ts";
import type { DomainEventKind } from "./domain_event_kind.ts";
import {
  domainControlError,
  type DomainControlErrorEvent,
  domainLifecycle,
  type DomainLifecycleEvent,
  domainMetadataChange,
  type DomainMetadataChangeEvent,
  type DomainPmEvent,
  domainPmSuspend,
  domainPmSuspendDisk,
  domainPmWakeup,
  domainReboot,
  type DomainRebootEvent,
} from "./domain_event_state.ts";

export type {
  AnyDomainBlockJobEvent,
  DomainBlockJob2Event,
  DomainBlockJobEvent,
  DomainBlockThresholdEvent,
  DomainDiskChangeEvent,
  DomainIoErrorEvent,
  DomainIoErrorReasonEvent,
  DomainTrayChangeEvent,
} from "./domain_event_block.ts";
export type {
  DomainBalloonChangeEvent,
  DomainDeviceEvent,
  DomainMemoryDeviceSizeChangeEvent,
  DomainNicMacChangeEvent,
  DomainVcpuRemovedEvent,
} from "./domain_event_device.ts";
export type {
  DomainAgentLifecycleEvent,
  DomainChannelLifecycleEvent,
  DomainGraphicsAddress,
  DomainGraphicsEvent,
  DomainGraphicsIdentity,
  DomainMemoryFailureEvent,
  DomainRtcChangeEvent,
  DomainWatchdogEvent,
} from "./domain_event_guest.ts";
export type {
  DomainJobCompletedEvent,
  DomainMigrationIterationEvent,
  DomainTunableEvent,
} from "./domain_event_job.ts";
export type { AnyDomainEvent, DomainEventFilter, DomainEventKind } from "./domain_event_kind.ts";
export type {
  DomainControlErrorEvent,
  DomainLifecycleEvent,
  DomainMetadataChangeEvent,
  DomainPmEvent,
  DomainRebootEvent,
} from "./domain_event_state.ts";

/**
 * The kinds of domain events, by the names of `virDomainEventID`; each can be filtered by domain.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainEventID
 *
 * @example
 * ```ts
 * import { type Connection, type Domain, DomainEvent } from "@virtwire/libvirt";
 *
 * async function untilAgent(conn: Connection, domain: Domain): Promise<void> {
 *   for await (const event of conn.events(DomainEvent.AGENT_LIFECYCLE, { domain })) {
 *     if (event.stateName === "CONNECTED") return;
 *   }
 * }
 * ```
 */
export const DomainEvent: {
  /** A domain was defined, undefined, started, suspended, resumed, stopped, ... */
  readonly LIFECYCLE: DomainEventKind<DomainLifecycleEvent>;
  /** The guest rebooted by itself. */
  readonly REBOOT: DomainEventKind<DomainRebootEvent>;
  /** The guest set its clock. */
  readonly RTC_CHANGE: DomainEventKind<DomainRtcChangeEvent>;
  /** The guest's watchdog fired. */
  readonly WATCHDOG: DomainEventKind<DomainWatchdogEvent>;
  /** Reading or writing a disk failed; `IO_ERROR_REASON` tells more. */
  readonly IO_ERROR: DomainEventKind<DomainIoErrorEvent>;
  /** A viewer connected to the guest's screen, or left. */
  readonly GRAPHICS: DomainEventKind<DomainGraphicsEvent>;
  /** Reading or writing a disk failed, with the reason. */
  readonly IO_ERROR_REASON: DomainEventKind<DomainIoErrorReasonEvent>;
  /** The daemon lost control over the domain. */
  readonly CONTROL_ERROR: DomainEventKind<DomainControlErrorEvent>;
  /** A block job changed its state, with the disk's file; `BLOCK_JOB_2` names the disk better. */
  readonly BLOCK_JOB: DomainEventKind<DomainBlockJobEvent>;
  /** The source of a disk was changed or dropped. */
  readonly DISK_CHANGE: DomainEventKind<DomainDiskChangeEvent>;
  /** The tray of a removable disk was opened or closed. */
  readonly TRAY_CHANGE: DomainEventKind<DomainTrayChangeEvent>;
  /** The guest woke up. */
  readonly PMWAKEUP: DomainEventKind<DomainPmEvent>;
  /** The guest went to sleep, its state in memory. */
  readonly PMSUSPEND: DomainEventKind<DomainPmEvent>;
  /** The guest's memory balloon changed its size. */
  readonly BALLOON_CHANGE: DomainEventKind<DomainBalloonChangeEvent>;
  /** The guest went to sleep, its state on disk. */
  readonly PMSUSPEND_DISK: DomainEventKind<DomainPmEvent>;
  /** A device was unplugged. */
  readonly DEVICE_REMOVED: DomainEventKind<DomainDeviceEvent>;
  /** A block job changed its state, with the disk's target. */
  readonly BLOCK_JOB_2: DomainEventKind<DomainBlockJob2Event>;
  /** Tunables were changed. */
  readonly TUNABLE: DomainEventKind<DomainTunableEvent>;
  /** The agent inside the guest came or went. */
  readonly AGENT_LIFECYCLE: DomainEventKind<DomainAgentLifecycleEvent>;
  /** A device was plugged in. */
  readonly DEVICE_ADDED: DomainEventKind<DomainDeviceEvent>;
  /** A live migration began another round. */
  readonly MIGRATION_ITERATION: DomainEventKind<DomainMigrationIterationEvent>;
  /** A job has ended, with its statistics. */
  readonly JOB_COMPLETED: DomainEventKind<DomainJobCompletedEvent>;
  /** A device that was to be unplugged stays: the guest did not let go of it. */
  readonly DEVICE_REMOVAL_FAILED: DomainEventKind<DomainDeviceEvent>;
  /** The metadata in the domain's XML was changed. */
  readonly METADATA_CHANGE: DomainEventKind<DomainMetadataChangeEvent>;
  /** A disk was written beyond the point that `setBlockThreshold()` set. */
  readonly BLOCK_THRESHOLD: DomainEventKind<DomainBlockThresholdEvent>;
  /** Memory of the host that the guest uses is damaged. */
  readonly MEMORY_FAILURE: DomainEventKind<DomainMemoryFailureEvent>;
  /** The guest changed the size of a memory device. */
  readonly MEMORY_DEVICE_SIZE_CHANGE: DomainEventKind<DomainMemoryDeviceSizeChangeEvent>;
  /** The guest changed the MAC address of a network interface. */
  readonly NIC_MAC_CHANGE: DomainEventKind<DomainNicMacChangeEvent>;
  /** A virtual CPU was unplugged. */
  readonly VCPU_REMOVED: DomainEventKind<DomainVcpuRemovedEvent>;
  /** A program inside the guest opened or closed a virtio channel. */
  readonly CHANNEL_LIFECYCLE: DomainEventKind<DomainChannelLifecycleEvent>;
} = {
  LIFECYCLE: domainLifecycle,
  REBOOT: domainReboot,
  RTC_CHANGE: domainRtcChange,
  WATCHDOG: domainWatchdog,
  IO_ERROR: domainIoError,
  GRAPHICS: domainGraphics,
  IO_ERROR_REASON: domainIoErrorReason,
  CONTROL_ERROR: domainControlError,
  BLOCK_JOB: domainBlockJob,
  DISK_CHANGE: domainDiskChange,
  TRAY_CHANGE: domainTrayChange,
  PMWAKEUP: domainPmWakeup,
  PMSUSPEND: domainPmSuspend,
  BALLOON_CHANGE: domainBalloonChange,
  PMSUSPEND_DISK: domainPmSuspendDisk,
  DEVICE_REMOVED: domainDeviceRemoved,
  BLOCK_JOB_2: domainBlockJob2,
  TUNABLE: domainTunable,
  AGENT_LIFECYCLE: domainAgentLifecycle,
  DEVICE_ADDED: domainDeviceAdded,
  MIGRATION_ITERATION: domainMigrationIteration,
  JOB_COMPLETED: domainJobCompleted,
  DEVICE_REMOVAL_FAILED: domainDeviceRemovalFailed,
  METADATA_CHANGE: domainMetadataChange,
  BLOCK_THRESHOLD: domainBlockThreshold,
  MEMORY_FAILURE: domainMemoryFailure,
  MEMORY_DEVICE_SIZE_CHANGE: domainMemoryDeviceSizeChange,
  NIC_MAC_CHANGE: domainNicMacChange,
  VCPU_REMOVED: domainVcpuRemoved,
  CHANNEL_LIFECYCLE: domainChannelLifecycle,
};

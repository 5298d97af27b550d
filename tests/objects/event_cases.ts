/**
 * Every kind of event with a message that carries it and what it says.
 *
 * @module
 */

import type { NonnullDomain } from "../../gen/remote/common.ts";
import * as messages from "../../gen/remote/dispatch.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import type { EventKind } from "../../src/objects/event_kind.ts";
import type { OutgoingMessage } from "../../src/procedure.ts";
import { Uuid } from "../../src/xdr/uuid.ts";

/** One message and the event that it must become. */
export interface EventCase {
  readonly kind: EventKind<unknown, never>;
  /** How the daemon sends it. */
  readonly message: OutgoingMessage<never>;
  /** How a daemon without callbacks sends it. */
  readonly legacy?: OutgoingMessage<never>;
  /** The message's fields beside the object and the callback id. */
  readonly fields: object;
  /** Fields beside the older message inside the message. */
  readonly envelope?: object;
  /** Under which name message and event hold the object. */
  readonly object: readonly [field: string, property: string] | undefined;
  /** The event's properties beside the object. */
  readonly event: object;
}

/** What the wire carries of the domain that the events concern. */
export const DOM: NonnullDomain = {
  name: "vm",
  uuid: Uuid.parse("11223344-5566-7788-99aa-bbccddeeff00"),
  id: 7,
};

type DomainCase = Omit<EventCase, "kind" | "object">;

const { LIFECYCLE } = DomainEvent;

function domainCase(kind: EventKind<unknown, never>, rest: DomainCase): EventCase {
  return { kind, object: ["dom", "domain"], ...rest };
}

function lifecycle(
  [event, detail]: readonly [number, number],
  eventName?: string,
  detailName?: string,
): EventCase {
  return domainCase(LIFECYCLE, {
    message: messages.domainEventCallbackLifecycleMessage,
    legacy: messages.domainEventLifecycleMessage,
    fields: { event, detail },
    event: { event, eventName, detail, detailName },
  });
}

const ADDRESS = { family: 1, node: "::1", service: "5900" };
const UNIX = { family: 2, node: "", service: "" };

/** Every domain event. */
export const DOMAIN_CASES: readonly EventCase[] = [
  lifecycle([0, 1], "DEFINED", "UPDATED"),
  lifecycle([1, 0], "UNDEFINED", "REMOVED"),
  lifecycle([2, 0], "STARTED", "BOOTED"),
  lifecycle([3, 2], "SUSPENDED", "IOERROR"),
  lifecycle([4, 0], "RESUMED", "UNPAUSED"),
  lifecycle([5, 1], "STOPPED", "DESTROYED"),
  lifecycle([6, 1], "SHUTDOWN", "GUEST"),
  lifecycle([7, 1], "PMSUSPENDED", "DISK"),
  lifecycle([8, 0], "CRASHED", "PANICKED"),
  lifecycle([5, 99], "STOPPED"),
  lifecycle([99, 0]),
  domainCase(DomainEvent.REBOOT, {
    message: messages.domainEventCallbackRebootMessage,
    legacy: messages.domainEventRebootMessage,
    fields: {},
    event: {},
  }),
  domainCase(DomainEvent.RTC_CHANGE, {
    message: messages.domainEventCallbackRtcChangeMessage,
    legacy: messages.domainEventRtcChangeMessage,
    fields: { offset: -3600n },
    event: { utcoffset: -3600n },
  }),
  domainCase(DomainEvent.WATCHDOG, {
    message: messages.domainEventCallbackWatchdogMessage,
    legacy: messages.domainEventWatchdogMessage,
    fields: { action: 6 },
    event: { action: 6, actionName: "INJECTNMI" },
  }),
  domainCase(DomainEvent.IO_ERROR, {
    message: messages.domainEventCallbackIoErrorMessage,
    legacy: messages.domainEventIoErrorMessage,
    fields: { srcPath: "/images/a", devAlias: "virtio-disk0", action: 1 },
    event: { srcPath: "/images/a", devAlias: "virtio-disk0", action: 1, actionName: "PAUSE" },
  }),
  domainCase(DomainEvent.IO_ERROR, {
    message: messages.domainEventCallbackIoErrorMessage,
    legacy: messages.domainEventIoErrorMessage,
    fields: { srcPath: "", devAlias: "", action: 77 },
    event: { srcPath: null, devAlias: null, action: 77, actionName: undefined },
  }),
  domainCase(DomainEvent.GRAPHICS, {
    message: messages.domainEventCallbackGraphicsMessage,
    legacy: messages.domainEventGraphicsMessage,
    fields: {
      phase: 1,
      local: { family: 0, node: "127.0.0.1", service: "5901" },
      remote: ADDRESS,
      authScheme: "sasl",
      subject: [{ type: "saslUsername", name: "mia" }, { type: "x509dname", name: "CN=mia" }],
    },
    event: {
      phase: 1,
      phaseName: "INITIALIZE",
      local: { family: 0, familyName: "IPV4", node: "127.0.0.1", service: "5901" },
      remote: { ...ADDRESS, familyName: "IPV6" },
      authScheme: "sasl",
      subject: [{ type: "saslUsername", name: "mia" }, { type: "x509dname", name: "CN=mia" }],
    },
  }),
  domainCase(DomainEvent.GRAPHICS, {
    message: messages.domainEventCallbackGraphicsMessage,
    legacy: messages.domainEventGraphicsMessage,
    fields: { phase: 2, local: UNIX, remote: UNIX, authScheme: "", subject: [] },
    event: {
      phase: 2,
      phaseName: "DISCONNECT",
      local: { family: 2, familyName: "UNIX", node: null, service: null },
      remote: { family: 2, familyName: "UNIX", node: null, service: null },
      authScheme: null,
      subject: [],
    },
  }),
  domainCase(DomainEvent.IO_ERROR_REASON, {
    message: messages.domainEventCallbackIoErrorReasonMessage,
    legacy: messages.domainEventIoErrorReasonMessage,
    fields: { srcPath: "/images/a", devAlias: "ide0", action: 2, reason: "enospc" },
    event: {
      srcPath: "/images/a",
      devAlias: "ide0",
      action: 2,
      actionName: "REPORT",
      reason: "enospc",
    },
  }),
  domainCase(DomainEvent.IO_ERROR_REASON, {
    message: messages.domainEventCallbackIoErrorReasonMessage,
    legacy: messages.domainEventIoErrorReasonMessage,
    fields: { srcPath: "", devAlias: "", action: 0, reason: "" },
    event: { srcPath: null, devAlias: null, action: 0, actionName: "NONE", reason: null },
  }),
  domainCase(DomainEvent.CONTROL_ERROR, {
    message: messages.domainEventCallbackControlErrorMessage,
    legacy: messages.domainEventControlErrorMessage,
    fields: {},
    event: {},
  }),
  domainCase(DomainEvent.BLOCK_JOB, {
    message: messages.domainEventCallbackBlockJobMessage,
    legacy: messages.domainEventBlockJobMessage,
    fields: { path: "/images/a", type: 4, status: 3 },
    event: {
      path: "/images/a",
      type: 4,
      typeName: "ACTIVE_COMMIT",
      status: 3,
      statusName: "READY",
    },
  }),
  domainCase(DomainEvent.BLOCK_JOB, {
    message: messages.domainEventCallbackBlockJobMessage,
    legacy: messages.domainEventBlockJobMessage,
    fields: { path: "", type: 99, status: 98 },
    event: { path: null, type: 99, typeName: undefined, status: 98, statusName: undefined },
  }),
  domainCase(DomainEvent.DISK_CHANGE, {
    message: messages.domainEventCallbackDiskChangeMessage,
    legacy: messages.domainEventDiskChangeMessage,
    fields: { oldSrcPath: "/images/cd", newSrcPath: null, devAlias: "ide0-0-1", reason: 0 },
    event: {
      oldSrcPath: "/images/cd",
      newSrcPath: null,
      devAlias: "ide0-0-1",
      reason: 0,
      reasonName: "CHANGE_MISSING_ON_START",
    },
  }),
  domainCase(DomainEvent.TRAY_CHANGE, {
    message: messages.domainEventCallbackTrayChangeMessage,
    legacy: messages.domainEventTrayChangeMessage,
    fields: { devAlias: "ide0-0-1", reason: 1 },
    event: { devAlias: "ide0-0-1", reason: 1, reasonName: "CLOSE" },
  }),
  domainCase(DomainEvent.PMWAKEUP, {
    message: messages.domainEventCallbackPmwakeupMessage,
    legacy: messages.domainEventPmwakeupMessage,
    fields: {},
    envelope: { reason: 0 },
    event: { reason: 0 },
  }),
  domainCase(DomainEvent.PMSUSPEND, {
    message: messages.domainEventCallbackPmsuspendMessage,
    legacy: messages.domainEventPmsuspendMessage,
    fields: {},
    envelope: { reason: 0 },
    event: { reason: 0 },
  }),
  domainCase(DomainEvent.BALLOON_CHANGE, {
    message: messages.domainEventCallbackBalloonChangeMessage,
    legacy: messages.domainEventBalloonChangeMessage,
    fields: { actual: 0xffffffffffffffffn },
    event: { actual: 0xffffffffffffffffn },
  }),
  domainCase(DomainEvent.PMSUSPEND_DISK, {
    message: messages.domainEventCallbackPmsuspendDiskMessage,
    legacy: messages.domainEventPmsuspendDiskMessage,
    fields: {},
    envelope: { reason: 0 },
    event: { reason: 0 },
  }),
  domainCase(DomainEvent.DEVICE_REMOVED, {
    message: messages.domainEventCallbackDeviceRemovedMessage,
    legacy: messages.domainEventDeviceRemovedMessage,
    fields: { devAlias: "net0" },
    event: { devAlias: "net0" },
  }),
  domainCase(DomainEvent.BLOCK_JOB_2, {
    message: messages.domainEventBlockJob2Message,
    fields: { dst: "vda", type: 1, status: 0 },
    event: { dst: "vda", type: 1, typeName: "PULL", status: 0, statusName: "COMPLETED" },
  }),
  domainCase(DomainEvent.TUNABLE, {
    message: messages.domainEventCallbackTunableMessage,
    fields: {
      params: [
        { field: "cputune.vcpupin0", type: 7, value: "0-1" },
        { field: "cputune.cpu_shares", type: 4, value: 2048n },
      ],
    },
    event: { params: { "cputune.vcpupin0": "0-1", "cputune.cpu_shares": 2048n } },
  }),
  domainCase(DomainEvent.AGENT_LIFECYCLE, {
    message: messages.domainEventCallbackAgentLifecycleMessage,
    fields: { state: 1, reason: 2 },
    event: { state: 1, stateName: "CONNECTED", reason: 2, reasonName: "CHANNEL" },
  }),
  domainCase(DomainEvent.DEVICE_ADDED, {
    message: messages.domainEventCallbackDeviceAddedMessage,
    fields: { devAlias: "net1" },
    event: { devAlias: "net1" },
  }),
  domainCase(DomainEvent.MIGRATION_ITERATION, {
    message: messages.domainEventCallbackMigrationIterationMessage,
    fields: { iteration: 3 },
    event: { iteration: 3 },
  }),
  domainCase(DomainEvent.JOB_COMPLETED, {
    message: messages.domainEventCallbackJobCompletedMessage,
    fields: {
      params: [
        { field: "operation", type: 1, value: 5 },
        { field: "time_elapsed", type: 4, value: 1234n },
      ],
    },
    event: { params: { operation: 5, time_elapsed: 1234n } },
  }),
  domainCase(DomainEvent.DEVICE_REMOVAL_FAILED, {
    message: messages.domainEventCallbackDeviceRemovalFailedMessage,
    fields: { devAlias: "net0" },
    event: { devAlias: "net0" },
  }),
  domainCase(DomainEvent.METADATA_CHANGE, {
    message: messages.domainEventCallbackMetadataChangeMessage,
    fields: { type: 2, nsuri: "urn:example" },
    event: { type: 2, typeName: "ELEMENT", nsuri: "urn:example" },
  }),
  domainCase(DomainEvent.METADATA_CHANGE, {
    message: messages.domainEventCallbackMetadataChangeMessage,
    fields: { type: 1, nsuri: null },
    event: { type: 1, typeName: "TITLE", nsuri: null },
  }),
  domainCase(DomainEvent.BLOCK_THRESHOLD, {
    message: messages.domainEventBlockThresholdMessage,
    fields: { dev: "vda[1]", path: null, threshold: 0xffffffffffffffffn, excess: 4096n },
    event: { dev: "vda[1]", path: null, threshold: 0xffffffffffffffffn, excess: 4096n },
  }),
  domainCase(DomainEvent.MEMORY_FAILURE, {
    message: messages.domainEventMemoryFailureMessage,
    fields: { recipient: 1, action: 1, flags: 3 },
    event: { recipient: 1, recipientName: "GUEST", action: 1, actionName: "INJECT", flags: 3 },
  }),
  domainCase(DomainEvent.MEMORY_DEVICE_SIZE_CHANGE, {
    message: messages.domainEventMemoryDeviceSizeChangeMessage,
    fields: { alias: "virtiomem0", size: 524288n },
    event: { alias: "virtiomem0", size: 524288n },
  }),
  domainCase(DomainEvent.NIC_MAC_CHANGE, {
    message: messages.domainEventNicMacChangeMessage,
    fields: { alias: "net0", oldMac: "52:54:00:00:00:01", newMac: "52:54:00:00:00:02" },
    event: { alias: "net0", oldMac: "52:54:00:00:00:01", newMac: "52:54:00:00:00:02" },
  }),
  domainCase(DomainEvent.VCPU_REMOVED, {
    message: messages.domainEventVcpuRemovedMessage,
    fields: { vcpuid: 3 },
    event: { vcpuid: 3 },
  }),
  domainCase(DomainEvent.CHANNEL_LIFECYCLE, {
    message: messages.domainEventCallbackChannelLifecycleMessage,
    fields: { channelName: "org.example.0", state: 2, reason: 1 },
    event: {
      channelName: "org.example.0",
      state: 2,
      stateName: "DISCONNECTED",
      reason: 1,
      reasonName: "DOMAIN_STARTED",
    },
  }),
];

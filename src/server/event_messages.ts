/**
 * Which message carries which event.
 *
 * @module
 */

import { DomainEventId } from "../../gen/enums/domain.ts";
import { NetworkEventId } from "../../gen/enums/network.ts";
import { NodeDeviceEventId } from "../../gen/enums/nodedev.ts";
import { SecretEventId } from "../../gen/enums/secret.ts";
import { StoragePoolEventId } from "../../gen/enums/storage.ts";
import * as messages from "../../gen/remote/dispatch.ts";
import type { OutgoingMessage } from "../procedure.ts";

/** The kinds of object that have events. */
export type EventKind = "domain" | "network" | "storagePool" | "nodeDevice" | "secret";

/** How an event travels. */
export interface EventMessages {
  /** To a client that registered without a callback id; only the older domain events have one. */
  readonly legacy?: OutgoingMessage<never>;
  /** To a client that registered for a callback id. */
  readonly callback: OutgoingMessage<never>;
  /** Whether the message holds the older one in a field of its own. */
  readonly nested?: boolean;
}

function flat(callback: OutgoingMessage<never>): EventMessages {
  return { callback };
}

function both(legacy: OutgoingMessage<never>, callback: OutgoingMessage<never>): EventMessages {
  return { legacy, callback, nested: true };
}

const DOMAIN: Readonly<Record<number, EventMessages>> = {
  [DomainEventId.LIFECYCLE]: both(
    messages.domainEventLifecycleMessage,
    messages.domainEventCallbackLifecycleMessage,
  ),
  [DomainEventId.REBOOT]: both(
    messages.domainEventRebootMessage,
    messages.domainEventCallbackRebootMessage,
  ),
  [DomainEventId.RTC_CHANGE]: both(
    messages.domainEventRtcChangeMessage,
    messages.domainEventCallbackRtcChangeMessage,
  ),
  [DomainEventId.WATCHDOG]: both(
    messages.domainEventWatchdogMessage,
    messages.domainEventCallbackWatchdogMessage,
  ),
  [DomainEventId.IO_ERROR]: both(
    messages.domainEventIoErrorMessage,
    messages.domainEventCallbackIoErrorMessage,
  ),
  [DomainEventId.GRAPHICS]: both(
    messages.domainEventGraphicsMessage,
    messages.domainEventCallbackGraphicsMessage,
  ),
  [DomainEventId.IO_ERROR_REASON]: both(
    messages.domainEventIoErrorReasonMessage,
    messages.domainEventCallbackIoErrorReasonMessage,
  ),
  [DomainEventId.CONTROL_ERROR]: both(
    messages.domainEventControlErrorMessage,
    messages.domainEventCallbackControlErrorMessage,
  ),
  [DomainEventId.BLOCK_JOB]: both(
    messages.domainEventBlockJobMessage,
    messages.domainEventCallbackBlockJobMessage,
  ),
  [DomainEventId.DISK_CHANGE]: both(
    messages.domainEventDiskChangeMessage,
    messages.domainEventCallbackDiskChangeMessage,
  ),
  [DomainEventId.TRAY_CHANGE]: both(
    messages.domainEventTrayChangeMessage,
    messages.domainEventCallbackTrayChangeMessage,
  ),
  [DomainEventId.PMWAKEUP]: both(
    messages.domainEventPmwakeupMessage,
    messages.domainEventCallbackPmwakeupMessage,
  ),
  [DomainEventId.PMSUSPEND]: both(
    messages.domainEventPmsuspendMessage,
    messages.domainEventCallbackPmsuspendMessage,
  ),
  [DomainEventId.BALLOON_CHANGE]: both(
    messages.domainEventBalloonChangeMessage,
    messages.domainEventCallbackBalloonChangeMessage,
  ),
  [DomainEventId.PMSUSPEND_DISK]: both(
    messages.domainEventPmsuspendDiskMessage,
    messages.domainEventCallbackPmsuspendDiskMessage,
  ),
  [DomainEventId.DEVICE_REMOVED]: both(
    messages.domainEventDeviceRemovedMessage,
    messages.domainEventCallbackDeviceRemovedMessage,
  ),
  [DomainEventId.BLOCK_JOB_2]: flat(messages.domainEventBlockJob2Message),
  [DomainEventId.TUNABLE]: flat(messages.domainEventCallbackTunableMessage),
  [DomainEventId.AGENT_LIFECYCLE]: flat(messages.domainEventCallbackAgentLifecycleMessage),
  [DomainEventId.DEVICE_ADDED]: flat(messages.domainEventCallbackDeviceAddedMessage),
  [DomainEventId.MIGRATION_ITERATION]: flat(messages.domainEventCallbackMigrationIterationMessage),
  [DomainEventId.JOB_COMPLETED]: flat(messages.domainEventCallbackJobCompletedMessage),
  [DomainEventId.DEVICE_REMOVAL_FAILED]: flat(
    messages.domainEventCallbackDeviceRemovalFailedMessage,
  ),
  [DomainEventId.METADATA_CHANGE]: flat(messages.domainEventCallbackMetadataChangeMessage),
  [DomainEventId.BLOCK_THRESHOLD]: flat(messages.domainEventBlockThresholdMessage),
  [DomainEventId.MEMORY_FAILURE]: flat(messages.domainEventMemoryFailureMessage),
  [DomainEventId.MEMORY_DEVICE_SIZE_CHANGE]: flat(
    messages.domainEventMemoryDeviceSizeChangeMessage,
  ),
  [DomainEventId.NIC_MAC_CHANGE]: flat(messages.domainEventNicMacChangeMessage),
  [DomainEventId.VCPU_REMOVED]: flat(messages.domainEventVcpuRemovedMessage),
  [DomainEventId.CHANNEL_LIFECYCLE]: flat(messages.domainEventCallbackChannelLifecycleMessage),
};

/** The messages of each kind of object by event id. */
export const EVENT_MESSAGES: Readonly<Record<EventKind, Readonly<Record<number, EventMessages>>>> =
  {
    domain: DOMAIN,
    network: {
      [NetworkEventId.LIFECYCLE]: flat(messages.networkEventLifecycleMessage),
      [NetworkEventId.METADATA_CHANGE]: flat(messages.networkEventCallbackMetadataChangeMessage),
    },
    storagePool: {
      [StoragePoolEventId.LIFECYCLE]: flat(messages.storagePoolEventLifecycleMessage),
      [StoragePoolEventId.REFRESH]: flat(messages.storagePoolEventRefreshMessage),
    },
    nodeDevice: {
      [NodeDeviceEventId.LIFECYCLE]: flat(messages.nodeDeviceEventLifecycleMessage),
      [NodeDeviceEventId.UPDATE]: flat(messages.nodeDeviceEventUpdateMessage),
    },
    secret: {
      [SecretEventId.LIFECYCLE]: flat(messages.secretEventLifecycleMessage),
      [SecretEventId.VALUE_CHANGED]: flat(messages.secretEventValueChangedMessage),
    },
  };

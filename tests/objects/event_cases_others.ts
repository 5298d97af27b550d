/**
 * The same for the events of what is no domain.
 *
 * @module
 */

import { qemuDomainMonitorEventMessage } from "../../gen/qemu/dispatch.ts";
import * as messages from "../../gen/remote/dispatch.ts";
import { ConnectionEvent } from "../../src/objects/connection_event.ts";
import { NetworkEvent } from "../../src/objects/network_event.ts";
import { NodeDeviceEvent } from "../../src/objects/node_device_event.ts";
import { SecretEvent } from "../../src/objects/secret_event.ts";
import { StoragePoolEvent } from "../../src/objects/storage_pool_event.ts";
import { QemuEvent } from "../../src/qemu/monitor_event.ts";
import type { EventCase } from "./event_cases.ts";

const NETWORK: EventCase["object"] = ["net", "network"];
const POOL: EventCase["object"] = ["pool", "pool"];
const DEVICE: EventCase["object"] = ["dev", "device"];
const SECRET: EventCase["object"] = ["secret", "secret"];

/** Every event of another object. */
export const OTHER_CASES: readonly EventCase[] = [
  {
    kind: NetworkEvent.LIFECYCLE,
    message: messages.networkEventLifecycleMessage,
    fields: { event: 2, detail: 0 },
    object: NETWORK,
    event: { event: 2, eventName: "STARTED", detail: 0 },
  },
  {
    kind: NetworkEvent.METADATA_CHANGE,
    message: messages.networkEventCallbackMetadataChangeMessage,
    fields: { type: 2, nsuri: "urn:example" },
    object: NETWORK,
    event: { type: 2, typeName: "ELEMENT", nsuri: "urn:example" },
  },
  {
    kind: StoragePoolEvent.LIFECYCLE,
    message: messages.storagePoolEventLifecycleMessage,
    fields: { event: 4, detail: 0 },
    object: POOL,
    event: { event: 4, eventName: "CREATED", detail: 0 },
  },
  {
    kind: StoragePoolEvent.REFRESH,
    message: messages.storagePoolEventRefreshMessage,
    fields: {},
    object: POOL,
    event: {},
  },
  {
    kind: NodeDeviceEvent.LIFECYCLE,
    message: messages.nodeDeviceEventLifecycleMessage,
    fields: { event: 3, detail: 0 },
    object: DEVICE,
    event: { event: 3, eventName: "UNDEFINED", detail: 0 },
  },
  {
    kind: NodeDeviceEvent.UPDATE,
    message: messages.nodeDeviceEventUpdateMessage,
    fields: {},
    object: DEVICE,
    event: {},
  },
  {
    kind: SecretEvent.LIFECYCLE,
    message: messages.secretEventLifecycleMessage,
    fields: { event: 1, detail: 0 },
    object: SECRET,
    event: { event: 1, eventName: "UNDEFINED", detail: 0 },
  },
  {
    kind: SecretEvent.VALUE_CHANGED,
    message: messages.secretEventValueChangedMessage,
    fields: {},
    object: SECRET,
    event: {},
  },
  {
    kind: QemuEvent.MONITOR,
    message: qemuDomainMonitorEventMessage,
    fields: { event: "RESUME", seconds: 1_700_000_000n, micros: 999_999, details: '{"a":1}' },
    object: ["dom", "domain"],
    event: { event: "RESUME", seconds: 1_700_000_000n, micros: 999_999, details: '{"a":1}' },
  },
  {
    kind: QemuEvent.MONITOR,
    message: qemuDomainMonitorEventMessage,
    fields: { event: "STOP", seconds: -1n, micros: 0, details: null },
    object: ["dom", "domain"],
    event: { event: "STOP", seconds: -1n, micros: 0, details: null },
  },
  {
    kind: ConnectionEvent.CLOSED,
    message: messages.connectEventConnectionClosedMessage,
    fields: { reason: 1 },
    object: undefined,
    event: { reason: 1, reasonName: "EOF" },
  },
  {
    kind: ConnectionEvent.CLOSED,
    message: messages.connectEventConnectionClosedMessage,
    fields: { reason: 9 },
    object: undefined,
    event: { reason: 9, reasonName: undefined },
  },
];

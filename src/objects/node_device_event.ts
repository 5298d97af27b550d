/**
 * The events of the host's devices.
 *
 * @module
 */

import { type NodeDeviceEventId, NodeDeviceEventLifecycleType } from "../../gen/enums/nodedev.ts";
import type { NonnullNodeDevice } from "../../gen/remote/common.ts";
import {
  connectNodeDeviceEventDeregisterAny,
  connectNodeDeviceEventRegisterAny,
} from "../../gen/remote/connect.ts";
import {
  nodeDeviceEventLifecycle,
  type NodeDeviceEventLifecycleMsg,
  nodeDeviceEventUpdate,
  type NodeDeviceEventUpdateMsg,
} from "../../gen/remote/events.ts";
import type { EventKind, EventSpec, EventSubject } from "./event_kind.ts";
import { NodeDevice } from "./node_device.ts";

/** What node device events can be filtered by. */
export interface NodeDeviceEventFilter {
  /** Only events of this device; of every device when left out. */
  readonly device?: NodeDevice | undefined;
}

/** A kind of node device event. */
export type NodeDeviceEventKind<T> = EventKind<T, NodeDeviceEventFilter>;

/** What every node device event holds. */
export interface AnyNodeDeviceEvent {
  /** The device. */
  readonly device: NodeDevice;
}

/** A device of the host came or went, or was defined or undefined. */
export interface NodeDeviceLifecycleEvent extends AnyNodeDeviceEvent {
  /** What happened: a value of `NodeDeviceEventLifecycleType`. */
  readonly event: number;
  /** Its name, `CREATED`; `undefined` for one that is newer than this library. */
  readonly eventName: string | undefined;
  /** Meant for why; daemons send 0. */
  readonly detail: number;
}

/** The description of a device of the host has changed. */
export interface NodeDeviceUpdateEvent extends AnyNodeDeviceEvent {}

const nodeDeviceEvents: EventSubject<NodeDeviceEventFilter> = {
  name: "node device",
  key: ({ device }) => device?.name ?? "",
  object({ dev }: { readonly dev: NonnullNodeDevice }, caller, { device }) {
    return device === undefined || device.name === dev.name
      ? new NodeDevice(caller, dev)
      : undefined;
  },
  register: (caller, eventId, { device }, standing) =>
    caller.call(
      connectNodeDeviceEventRegisterAny,
      { eventId, dev: device?.handle ?? null },
      { onReply: ({ callbackId }) => standing(callbackId) },
    ),
  deregister: (caller, _, callbackId) =>
    caller.call(connectNodeDeviceEventDeregisterAny, { callbackId }),
};

type Spec<M, T> = EventSpec<M, NodeDevice, T, NodeDeviceEventFilter>;

/**
 * The kinds of node device events, by the names of `virNodeDeviceEventID`; each can be filtered by
 * device.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-nodedev.html#virNodeDeviceEventID
 */
export const NodeDeviceEvent: {
  /** A device of the host came or went, or was defined or undefined. */
  readonly LIFECYCLE: NodeDeviceEventKind<NodeDeviceLifecycleEvent>;
  /** The description of a device of the host has changed. */
  readonly UPDATE: NodeDeviceEventKind<NodeDeviceUpdateEvent>;
} = {
  LIFECYCLE: {
    id: 0 satisfies typeof NodeDeviceEventId.LIFECYCLE,
    name: "node device lifecycle",
    since: "2.2.0",
    subject: nodeDeviceEvents,
    message: nodeDeviceEventLifecycle,
    event: ({ event, detail }, device) => ({
      device,
      event,
      eventName: NodeDeviceEventLifecycleType[event],
      detail,
    }),
  } satisfies Spec<NodeDeviceEventLifecycleMsg, NodeDeviceLifecycleEvent>,
  UPDATE: {
    id: 1 satisfies typeof NodeDeviceEventId.UPDATE,
    name: "node device update",
    since: "2.2.0",
    subject: nodeDeviceEvents,
    message: nodeDeviceEventUpdate,
    event: (_, device) => ({ device }),
  } satisfies Spec<NodeDeviceEventUpdateMsg, NodeDeviceUpdateEvent>,
};

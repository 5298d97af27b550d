/**
 * The events of virtual networks.
 *
 * @module
 */

import {
  type NetworkEventId,
  NetworkEventLifecycleType,
  NetworkMetadataType,
} from "../../gen/enums/network.ts";
import type { NonnullNetwork } from "../../gen/remote/common.ts";
import {
  connectNetworkEventDeregisterAny,
  connectNetworkEventRegisterAny,
} from "../../gen/remote/connect.ts";
import {
  networkEventCallbackMetadataChange,
  type NetworkEventCallbackMetadataChangeMsg,
  networkEventLifecycle,
  type NetworkEventLifecycleMsg,
} from "../../gen/remote/events.ts";
import type { EventKind, EventSpec, EventSubject } from "./event_kind.ts";
import { Network } from "./network.ts";

/** What network events can be filtered by. */
export interface NetworkEventFilter {
  /** Only events of this network; of every network when left out. */
  readonly network?: Network | undefined;
}

/** A kind of network event. */
export type NetworkEventKind<T> = EventKind<T, NetworkEventFilter>;

/** What every network event holds. */
export interface AnyNetworkEvent {
  /** The network. */
  readonly network: Network;
}

/** A network was defined, undefined, started or stopped. */
export interface NetworkLifecycleEvent extends AnyNetworkEvent {
  /** What happened: a value of `NetworkEventLifecycleType`. */
  readonly event: number;
  /** Its name, `STARTED`; `undefined` for one that is newer than this library. */
  readonly eventName: string | undefined;
  /** Meant for why; daemons send 0. */
  readonly detail: number;
}

/** The metadata in a network's XML was changed. */
export interface NetworkMetadataChangeEvent extends AnyNetworkEvent {
  /** Which part: a value of `NetworkMetadataType`. */
  readonly type: number;
  /** Its name, `ELEMENT`; `undefined` for one that is newer than this library. */
  readonly typeName: string | undefined;
  /** XML namespace of the element; `null` for a title or description. */
  readonly nsuri: string | null;
}

const networkEvents: EventSubject<NetworkEventFilter> = {
  name: "network",
  key: ({ network }) => network?.uuid ?? "",
  object({ net }: { readonly net: NonnullNetwork }, caller, { network }) {
    return network === undefined || network.handle.uuid.equals(net.uuid)
      ? new Network(caller, net)
      : undefined;
  },
  register: (caller, eventId, { network }, standing) =>
    caller.call(
      connectNetworkEventRegisterAny,
      { eventId, net: network?.handle ?? null },
      { onReply: ({ callbackId }) => standing(callbackId) },
    ),
  deregister: (caller, _, callbackId) =>
    caller.call(connectNetworkEventDeregisterAny, { callbackId }),
};

type Spec<M, T> = EventSpec<M, Network, T, NetworkEventFilter>;

/**
 * The kinds of network events, by the names of `virNetworkEventID`; each can be filtered by network.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-network.html#virNetworkEventID
 *
 * @example
 * ```ts
 * import { type Connection, NetworkEvent } from "@virtwire/libvirt";
 *
 * async function watch(conn: Connection): Promise<void> {
 *   for await (const { network, eventName } of conn.events(NetworkEvent.LIFECYCLE)) {
 *     console.log(network.name, eventName);
 *   }
 * }
 * ```
 */
export const NetworkEvent: {
  /** A network was defined, undefined, started or stopped. */
  readonly LIFECYCLE: NetworkEventKind<NetworkLifecycleEvent>;
  /** The metadata in a network's XML was changed. */
  readonly METADATA_CHANGE: NetworkEventKind<NetworkMetadataChangeEvent>;
} = {
  LIFECYCLE: {
    id: 0 satisfies typeof NetworkEventId.LIFECYCLE,
    name: "network lifecycle",
    since: "1.2.1",
    subject: networkEvents,
    message: networkEventLifecycle,
    event: ({ event, detail }, network) => ({
      network,
      event,
      eventName: NetworkEventLifecycleType[event],
      detail,
    }),
  } satisfies Spec<NetworkEventLifecycleMsg, NetworkLifecycleEvent>,
  METADATA_CHANGE: {
    id: 1 satisfies typeof NetworkEventId.METADATA_CHANGE,
    name: "network metadata change",
    since: "9.8.0",
    subject: networkEvents,
    message: networkEventCallbackMetadataChange,
    event: ({ type, nsuri }, network) => ({
      network,
      type,
      typeName: NetworkMetadataType[type],
      nsuri,
    }),
  } satisfies Spec<NetworkEventCallbackMetadataChangeMsg, NetworkMetadataChangeEvent>,
};

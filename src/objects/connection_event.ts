/**
 * The events of the connection itself.
 *
 * @module
 */

import { ConnectCloseReason } from "../../gen/enums/common.ts";
import {
  connectRegisterCloseCallback,
  connectUnregisterCloseCallback,
} from "../../gen/remote/connect.ts";
import {
  connectEventConnectionClosed,
  type ConnectEventConnectionClosedMsg,
} from "../../gen/remote/events.ts";
import type { Feature } from "../session/features.ts";
import type { EventKind, EventSpec, EventSubject } from "./event_kind.ts";

/** The daemon has lost its own connection to the hypervisor. */
export interface ConnectionClosedEvent {
  /** Why: a value of `ConnectCloseReason`. */
  readonly reason: number;
  /** Its name, `EOF`; `undefined` for one that is newer than this library. */
  readonly reasonName: string | undefined;
}

const connectionEvents: EventSubject<object> = {
  name: "connection",
  key: () => "",
  object: () => null,
  feature: 15 satisfies typeof Feature.REMOTE_CLOSE_CALLBACK,
  // the daemon has one a client: there is neither a number to ask for nor an id to tell apart
  register: (caller, _id, _filter, standing) =>
    caller.call(connectRegisterCloseCallback, undefined, { onReply: () => standing(0) }),
  deregister: (caller) => caller.call(connectUnregisterCloseCallback, undefined),
};

/** The kinds of events of the connection itself. */
export const ConnectionEvent: {
  /**
   * The daemon has lost its own connection to the hypervisor.
   *
   * It comes from daemons that reach theirs over another connection: a `virtproxyd`, or the driver
   * of Virtuozzo. The end of the connection between here and the daemon is no event: see
   * `Connection.closed`.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectRegisterCloseCallback
   */
  readonly CLOSED: EventKind<ConnectionClosedEvent>;
} = {
  CLOSED: {
    id: -1,
    name: "connection closed",
    since: "1.3.3",
    subject: connectionEvents,
    message: connectEventConnectionClosed,
    event: ({ reason }) => ({ reason, reasonName: ConnectCloseReason[reason] }),
  } satisfies EventSpec<ConnectEventConnectionClosedMsg, null, ConnectionClosedEvent, object>,
};

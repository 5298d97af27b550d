/**
 * Events of the qemu monitor, as qemu sends them.
 *
 * @module
 */

import { ConnectDomainQemuMonitorEventRegisterFlags } from "../../gen/enums/qemu.ts";
import {
  qemuConnectDomainMonitorEventDeregister,
  qemuConnectDomainMonitorEventRegister,
  qemuDomainMonitorEvent,
  type QemuDomainMonitorEventMsg,
} from "../../gen/qemu/calls.ts";
import { Domain } from "../objects/domain.ts";
import type { EventKind, EventSpec, EventSubject } from "../objects/event_kind.ts";

/** What monitor events can be filtered by. */
export interface QemuMonitorEventFilter {
  /** Only events of this domain; of every domain when left out. */
  readonly domain?: Domain | undefined;
  /** Only events of this name, or as `flags` say; of every name when left out. */
  readonly event?: string | undefined;
  /**
   * How `event` is to be taken: `ConnectDomainQemuMonitorEventRegisterFlags`, where `REGEX` makes it
   * a regular expression of glib's that may match anywhere in the name.
   */
  readonly flags?: number | undefined;
}

/** An event of the qemu monitor. */
export interface QemuMonitorEvent {
  /** The domain, as it was when the event was sent. */
  readonly domain: Domain;
  /** Its name, such as `DEVICE_DELETED`. */
  readonly event: string;
  /** When qemu sent it, in seconds since 1970; -1 when it does not tell. */
  readonly seconds: bigint;
  /** The microseconds that belong to `seconds`. */
  readonly micros: number;
  /** What else it tells, as JSON; `null` when nothing. */
  readonly details: string | null;
}

// The daemon refuses a registration without a name ("event callback already tracked") where there is
// one with a name already (virObjectEventCallbackListAddID), but never one with a name.
const ANY_NAME = {
  event: ".*",
  flags: ConnectDomainQemuMonitorEventRegisterFlags.REGEX,
};

const qemuMonitorEvents: EventSubject<QemuMonitorEventFilter> = {
  name: "qemu monitor",
  key: ({ domain, event, flags }) => JSON.stringify([domain?.uuid, event, flags ?? 0]),
  object({ dom }: QemuDomainMonitorEventMsg, caller, { domain }) {
    return domain === undefined || domain.handle.uuid.equals(dom.uuid)
      ? new Domain(caller, dom)
      : undefined;
  },
  register: (caller, _, { domain, event, flags = 0 }, standing) =>
    caller.call(
      qemuConnectDomainMonitorEventRegister,
      { dom: domain?.handle ?? null, ...event === undefined ? ANY_NAME : { event, flags } },
      { onReply: ({ callbackId }) => standing(callbackId) },
    ),
  deregister: (caller, _, callbackId) =>
    caller.call(qemuConnectDomainMonitorEventDeregister, { callbackId }),
};

/**
 * The kinds of events that only the qemu driver has.
 *
 * @example
 * ```ts
 * import type { Connection } from "@virtwire/libvirt";
 * import { QemuEvent } from "@virtwire/libvirt/qemu";
 *
 * async function watch(conn: Connection): Promise<void> {
 *   for await (const { domain, event, details } of conn.events(QemuEvent.MONITOR)) {
 *     console.log(domain.name, event, details);
 *   }
 * }
 * ```
 */
export const QemuEvent: {
  /**
   * An event of the qemu monitor, can be filtered by domain and by name.
   *
   * They are qemu's own and come past libvirt: their names and details are those of the qemu that
   * runs the guest, and libvirt promises nothing for them.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-qemu.html#virConnectDomainQemuMonitorEventRegister
   */
  readonly MONITOR: EventKind<QemuMonitorEvent, QemuMonitorEventFilter>;
} = {
  MONITOR: {
    id: -1,
    name: "qemu monitor",
    since: "1.2.3",
    subject: qemuMonitorEvents,
    message: qemuDomainMonitorEvent,
    event: ({ event, seconds, micros, details }, domain) => ({
      domain,
      event,
      seconds,
      micros,
      details,
    }),
  } satisfies EventSpec<
    QemuDomainMonitorEventMsg,
    Domain,
    QemuMonitorEvent,
    QemuMonitorEventFilter
  >,
};

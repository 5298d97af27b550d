/**
 * What somebody fills in who builds a hypervisor behind a server of their own.
 *
 * @module
 */

import type { LxcHandlers } from "../../gen/lxc/dispatch.ts";
import type { QemuHandlers } from "../../gen/qemu/dispatch.ts";
import type { RemoteHandlers } from "../../gen/remote/dispatch.ts";
import type { EventHub } from "./events.ts";
import type { ServerStream, ServerStreamHandlers } from "./streams.ts";

/** What a handler is told about the call and its client. */
export interface CallContext {
  /** The procedure's name in camelCase. */
  readonly procedure: string;
  /** Whether the client may only read. */
  readonly readOnly: boolean;
  /** Who the client is, where the server asks for it. */
  readonly user?: string | undefined;
  /** Aborted when the client is gone; a slow handler may stop then. */
  readonly signal: AbortSignal;
  /**
   * Opens the stream that this call is about; only for procedures with one. Nothing is sent on it
   * before the call's reply.
   */
  openStream(handlers: ServerStreamHandlers): ServerStream;
}

/**
 * One client's connection to a driver.
 *
 * Handlers that are left out answer that the function is not supported, as libvirt does.
 */
export interface DriverConnection {
  /** Handlers of the `remote` program. */
  readonly remote: RemoteHandlers<CallContext>;
  /** Handlers of the `qemu` program. */
  readonly qemu?: QemuHandlers<CallContext>;
  /** Handlers of the `lxc` program. */
  readonly lxc?: LxcHandlers<CallContext>;
  /** Driver features (`virDrvFeature`) that it has; those of the protocol the server answers. */
  readonly features: ReadonlySet<number>;
  /** Where its events come from; without it nobody can register for any. */
  readonly events?: EventHub;
  /** Names of registrations that are refused as not supported: `connectSecretEventRegisterAny`. */
  readonly refusedEvents?: ReadonlySet<string>;
  /** The client is gone: lets go of what it held. */
  close(): void;
}

/** Opens connections to what a server offers. */
export interface Driver {
  /**
   * Opens a connection for a client, or throws a LibvirtError.
   *
   * @param name The URI that the client asks for; `null` or empty when it leaves the choice.
   * @param flags `ConnectFlags`; `RO` is set for a read-only client.
   */
  open(name: string | null, flags: number): DriverConnection | Promise<DriverConnection>;
}

/**
 * What a daemon's administration consists of.
 *
 * @module
 */

import type { AdminNonnullClient, AdminNonnullServer } from "../gen/admin/calls.ts";
import { AdminClientBase } from "../gen/admin/client_base.ts";
import { AdminConnectBase } from "../gen/admin/connect_base.ts";
import { AdminServerBase } from "../gen/admin/server_base.ts";
import type { CloseReason } from "./errors.ts";
import type { Caller } from "./session/caller.ts";

/** What an administration's connection ends with. */
export interface AdminOwner {
  /** The URI that was asked for, or what stood in for it. */
  readonly uri: string;
  /** Whether calls can be made. */
  readonly isOpen: boolean;
  /** Resolves with the reason when the connection has ended. */
  readonly closed: Promise<CloseReason>;
  /** Closes it. */
  close(): Promise<void>;
}

/** A connection to the administration of a daemon, which listens on a socket of its own. */
export class AdminConnection extends AdminConnectBase implements AsyncDisposable {
  readonly #owner: AdminOwner | undefined;

  /** Creates it on a caller whose administration is open; without an `owner` it closes nothing. */
  constructor(caller: Caller, owner?: AdminOwner) {
    super(caller);
    this.#owner = owner;
  }

  /**
   * The URI that leads to the daemon; `undefined` on a caller without an owner.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-admin.html#virAdmConnectGetURI
   */
  get uri(): string | undefined {
    return this.#owner?.uri;
  }

  /**
   * Whether calls can be made; the daemon may be gone without anybody having noticed yet.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-admin.html#virAdmConnectIsAlive
   */
  get isAlive(): boolean {
    return this.#owner?.isOpen ?? true;
  }

  /** Resolves with the reason when the connection has ended; never rejects. */
  get closed(): Promise<CloseReason> {
    return this.#owner?.closed ?? new Promise(() => {});
  }

  /** Closes the connection. Safe to call again; never rejects. */
  async close(): Promise<void> {
    await this.#owner?.close();
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Makes a server of what the wire carries of one. */
  protected override wrapAdminServer(handle: AdminNonnullServer): AdminServer {
    return new AdminServer(this.caller, handle);
  }
}

/** One of the servers in a daemon: a set of sockets with the workers that serve them. */
export class AdminServer extends AdminServerBase {
  /** Makes a client of what the wire carries of one. */
  protected override wrapAdminClient(handle: AdminNonnullClient): AdminClient {
    return new AdminClient(this.caller, handle);
  }
}

/** A client that is connected to a server of the daemon. */
export class AdminClient extends AdminClientBase {
  /** The server that it is connected to; nothing is asked for. */
  get server(): AdminServer {
    return new AdminServer(this.caller, this.handle.srv);
  }
}

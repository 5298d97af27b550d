/**
 * A daemon's administration: its servers, their clients and limits, its logging.
 *
 * @module
 */

import type { AdminNonnullClient, AdminNonnullServer } from "../gen/admin/calls.ts";
import { AdminClientBase } from "../gen/admin/client_base.ts";
import { AdminConnectBase } from "../gen/admin/connect_base.ts";
import { AdminServerBase } from "../gen/admin/server_base.ts";

/** A connection to the administration of a daemon, which listens on a socket of its own. */
export class AdminConnection extends AdminConnectBase {
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

export * from "../gen/enums/admin.ts";
export type * from "../gen/admin/calls.ts";
export type * from "../gen/admin/client_base.ts";
export type * from "../gen/admin/connect_base.ts";
export type * from "../gen/admin/server_base.ts";

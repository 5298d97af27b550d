/**
 * Virtual networks.
 *
 * @module
 */

import type { NonnullNetworkPort } from "../../gen/remote/common.ts";
import { connectListAllNetworks } from "../../gen/remote/connect.ts";
import { networkLookupByName, networkLookupByUuid } from "../../gen/remote/network.ts";
import { NetworkBase } from "../../gen/remote/network_base.ts";
import type { Caller, CallOptions, FlagOptions } from "../session/caller.ts";
import { Uuid } from "../xdr/uuid.ts";
import { NetworkPort } from "./network_port.ts";

/**
 * A virtual network: a bridge with its addresses, DHCP and DNS, or a pool of host interfaces.
 *
 * @example
 * ```ts
 * import type { Connection } from "@virtwire/libvirt";
 *
 * async function addresses(conn: Connection): Promise<string[]> {
 *   const network = await conn.lookupNetworkByName("default");
 *   return (await network.getDhcpLeases()).map((lease) => `${lease.mac} ${lease.ipaddr}`);
 * }
 * ```
 */
export class Network extends NetworkBase {
  /** Looks a network up by its name. */
  static async lookupByName(
    caller: Caller,
    name: string,
    options: CallOptions = {},
  ): Promise<Network> {
    const { net } = await caller.call(networkLookupByName, { name }, options);
    return new Network(caller, net);
  }

  /** Looks a network up by its UUID. */
  static async lookupByUuid(
    caller: Caller,
    uuid: string,
    options: CallOptions = {},
  ): Promise<Network> {
    const { net } = await caller.call(networkLookupByUuid, { uuid: Uuid.parse(uuid) }, options);
    return new Network(caller, net);
  }

  /** Lists networks: all of them, or those that `NetworkListFlags` select. */
  static async listAll(caller: Caller, options: FlagOptions = {}): Promise<Network[]> {
    const { nets } = await caller.call(
      connectListAllNetworks,
      { needResults: 1, flags: options.flags ?? 0 },
      options,
    );
    const list: Network[] = [];
    for (const handle of nets) list.push(new Network(caller, handle));
    return list;
  }

  /** Makes a port of what the wire carries of one. */
  protected override wrapNetworkPort(handle: NonnullNetworkPort): NetworkPort {
    return new NetworkPort(this.caller, handle);
  }
}

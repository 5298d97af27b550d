/**
 * Ports of virtual networks.
 *
 * @module
 */

import { networkPortLookupByUuid } from "../../gen/remote/network_port.ts";
import { NetworkPortBase } from "../../gen/remote/network_port_base.ts";
import type { CallOptions } from "../session/caller.ts";
import { Uuid } from "../xdr/uuid.ts";
import { Network } from "./network.ts";

/** A port of a network: the end of the cable that one interface of a domain is plugged into. */
export class NetworkPort extends NetworkPortBase {
  /** Looks a port of a network up by its UUID. */
  static async lookupByUuid(
    network: Network,
    uuid: string,
    options: CallOptions = {},
  ): Promise<NetworkPort> {
    const { port } = await network.caller.call(
      networkPortLookupByUuid,
      { network: network.handle, uuid: Uuid.parse(uuid) },
      options,
    );
    return new NetworkPort(network.caller, port);
  }

  /** The network that it belongs to; nothing is asked for. */
  get network(): Network {
    return new Network(this.caller, this.handle.net);
  }
}

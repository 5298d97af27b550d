/**
 * Virtual networks.
 *
 * @module
 */

import type { NonnullNetworkPort } from "../../gen/remote/common.ts";
import { connectListAllNetworks, connectSupportsFeature } from "../../gen/remote/connect.ts";
import {
  networkLookupByName,
  networkLookupByUuid,
  networkUpdate,
} from "../../gen/remote/network.ts";
import { NetworkBase } from "../../gen/remote/network_base.ts";
import { remaining, startOf } from "../deadline.ts";
import type { Caller, CallOptions, FlagOptions } from "../session/caller.ts";
import { Uuid } from "../xdr/uuid.ts";
import { NetworkPort } from "./network_port.ts";

// virDrvFeature of libvirt_internal.h
const NETWORK_UPDATE_HAS_CORRECT_ORDER = 16;

/** Options of `Network.update()`. */
export interface NetworkUpdateOptions extends FlagOptions {
  /** Which of several parents is meant, where the section has more than one; -1 for any. */
  readonly parentIndex?: number | undefined;
}

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

  /**
   * Changes one part of the network, in the definition, the running network or both.
   *
   * `command` is a value of `NetworkUpdateCommand`, `section` one of `NetworkUpdateSection`, `xml`
   * the element to add, change or delete; flags are `NetworkUpdateFlags`. Since libvirt 0.10.2.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-network.html#virNetworkUpdate
   */
  async update(
    command: number,
    section: number,
    xml: string,
    options: NetworkUpdateOptions = {},
  ): Promise<void> {
    const start = startOf(options);
    // libvirt swapped the two for nine years: a daemon that knows says so, an older one wants it
    const ordered = await this.#updateIsOrdered(options);
    await this.caller.call(
      networkUpdate,
      {
        net: this.handle,
        command: ordered ? command : section,
        section: ordered ? section : command,
        parentIndex: options.parentIndex ?? -1,
        xml,
        flags: options.flags ?? 0,
      },
      remaining(options, start),
    );
  }

  async #updateIsOrdered(options: CallOptions): Promise<boolean> {
    const feature = NETWORK_UPDATE_HAS_CORRECT_ORDER;
    if (this.caller.hasFeature !== undefined) return this.caller.hasFeature(feature, options);
    const { supported } = await this.caller.call(connectSupportsFeature, { feature }, options);
    return supported !== 0;
  }

  /** Makes a port of what the wire carries of one. */
  protected override wrapNetworkPort(handle: NonnullNetworkPort): NetworkPort {
    return new NetworkPort(this.caller, handle);
  }
}

/**
 * Network interfaces of the host.
 *
 * @module
 */

import { connectListAllInterfaces } from "../../gen/remote/connect.ts";
import { interfaceLookupByMacString, interfaceLookupByName } from "../../gen/remote/interface.ts";
import { InterfaceBase } from "../../gen/remote/interface_base.ts";
import type { Caller, CallOptions, FlagOptions } from "../session/caller.ts";

/**
 * A network interface of the host: a network card, bridge, bond or VLAN.
 *
 * @example
 * ```ts
 * import type { Connection } from "@virtwire/libvirt";
 *
 * async function macs(conn: Connection): Promise<string[]> {
 *   return (await conn.listAllInterfaces()).map((iface) => iface.mac);
 * }
 * ```
 */
export class Interface extends InterfaceBase {
  /** Looks an interface up by its name. */
  static async lookupByName(
    caller: Caller,
    name: string,
    options: CallOptions = {},
  ): Promise<Interface> {
    const { iface } = await caller.call(interfaceLookupByName, { name }, options);
    return new Interface(caller, iface);
  }

  /** Looks an interface up by its MAC address. */
  static async lookupByMacString(
    caller: Caller,
    macstr: string,
    options: CallOptions = {},
  ): Promise<Interface> {
    const { iface } = await caller.call(interfaceLookupByMacString, { mac: macstr }, options);
    return new Interface(caller, iface);
  }

  /** Lists interfaces: all of them, or those that `InterfaceListFlags` select. */
  static async listAll(caller: Caller, options: FlagOptions = {}): Promise<Interface[]> {
    const { ifaces } = await caller.call(
      connectListAllInterfaces,
      { needResults: 1, flags: options.flags ?? 0 },
      options,
    );
    const list: Interface[] = [];
    for (const handle of ifaces) list.push(new Interface(caller, handle));
    return list;
  }
}

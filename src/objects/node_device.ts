/**
 * Devices of the host.
 *
 * @module
 */

import { connectListAllNodeDevices } from "../../gen/remote/connect.ts";
import {
  nodeDeviceLookupByName,
  nodeDeviceLookupScsiHostByWwn,
} from "../../gen/remote/node_device.ts";
import { NodeDeviceBase } from "../../gen/remote/node_device_base.ts";
import type { Caller, CallOptions, FlagOptions } from "../session/caller.ts";

/**
 * A device of the host: a PCI or USB device, a disk, a network interface, or one made of these.
 *
 * @example
 * ```ts
 * import { type Connection, NodeDeviceListFlags } from "@virtwire/libvirt";
 *
 * async function pciDevices(conn: Connection): Promise<string[]> {
 *   const devices = await conn.listAllNodeDevices({ flags: NodeDeviceListFlags.CAP_PCI_DEV });
 *   return devices.map((device) => device.name);
 * }
 * ```
 */
export class NodeDevice extends NodeDeviceBase {
  /** Looks a device up by its name. */
  static async lookupByName(
    caller: Caller,
    name: string,
    options: CallOptions = {},
  ): Promise<NodeDevice> {
    const { dev } = await caller.call(nodeDeviceLookupByName, { name }, options);
    return new NodeDevice(caller, dev);
  }

  /** Looks a SCSI host up by its node name and port name. */
  static async lookupScsiHostByWwn(
    caller: Caller,
    wwnn: string,
    wwpn: string,
    options: FlagOptions = {},
  ): Promise<NodeDevice> {
    const { dev } = await caller.call(
      nodeDeviceLookupScsiHostByWwn,
      { wwnn, wwpn, flags: options.flags ?? 0 },
      options,
    );
    return new NodeDevice(caller, dev);
  }

  /** Lists devices: all of them, or those that `NodeDeviceListFlags` select. */
  static async listAll(caller: Caller, options: FlagOptions = {}): Promise<NodeDevice[]> {
    const { devices } = await caller.call(
      connectListAllNodeDevices,
      { needResults: 1, flags: options.flags ?? 0 },
      options,
    );
    const list: NodeDevice[] = [];
    for (const handle of devices) list.push(new NodeDevice(caller, handle));
    return list;
  }
}

/**
 * What libvirt's test driver lets be unplugged from a domain that runs, and how it refuses the rest.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { deviceKind } from "./device_plug.ts";
import { devicesOf } from "./domain_values.ts";
import { refusal } from "./refusals.ts";
import { unsupportedConfig } from "./values.ts";

/** The device that goes when one that was found is to go; throws where it may not. */
export function findDetachable(definition: XmlElement, device: XmlElement): XmlElement {
  switch (device.name) {
    case "disk":
      checkDisk(device);
      return device;
    case "interface":
      return detachableInterface(definition, device);
    case "hostdev": {
      const mode = device.get("mode");
      if (mode !== "subsystem") {
        unsupportedConfig(
          `hot unplug is not supported for hostdev mode '${mode}'`,
          ErrorDomain.TEST,
        );
      }
      return device;
    }
  }
  throw unsupported(`live detach of device '${deviceKind(device)}' is not supported`);
}

function unsupported(detail: string): Error {
  return refusal(ErrorNumber.OPERATION_UNSUPPORTED, detail);
}

const DETACHABLE_BUSES: ReadonlySet<string | undefined> = new Set(["virtio", "usb", "scsi"]);

function checkDisk(disk: XmlElement): void {
  const kind = disk.get("device");
  const bus = disk.child("target")?.get("bus");
  if (kind === "disk" || kind === "lun") {
    if (!DETACHABLE_BUSES.has(bus)) throw unsupported("This type of disk cannot be hot unplugged");
  } else if (kind === "floppy" || (bus !== "usb" && bus !== "scsi")) {
    throw unsupported(`disk device type '${kind}' cannot be detached`);
  }
}

// It is looked for once more, by what it says of itself.
function detachableInterface(definition: XmlElement, net: XmlElement): XmlElement {
  const mac = net.child("mac")?.get("address");
  const alias = net.child("alias")?.get("name");
  const address = pciOf(net);
  const found = devicesOf(definition, "interface").filter((one) => {
    const other = one.child("alias")?.get("name");
    return one.child("mac")?.get("address") === mac &&
      (address === undefined || pciOf(one) === address) &&
      (other === undefined || alias === undefined || other === alias);
  });
  if (found.length > 1) {
    throw failure(
      ErrorDomain.DOMAIN,
      ErrorNumber.OPERATION_FAILED,
      `multiple devices matching MAC address ${mac} found`,
    );
  }
  const type = found[0]!.get("type");
  if (type !== "ethernet" && type !== "bridge") {
    throw unsupported(`live detach of interface type ${type} is not implemented yet`);
  }
  return found[0]!;
}

function pciOf(net: XmlElement): string | undefined {
  const address = net.child("address");
  if (address?.get("type") !== "pci") return undefined;
  return ["domain", "bus", "slot", "function"].map((name) => address.get(name)).join(":");
}

/**
 * Which addresses a device may have.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { lookupTable } from "../../lookup_table.ts";
import { missingAttribute, unsupportedConfig, xmlFailure } from "./values.ts";

const MEDIATED: Readonly<Record<string, string>> = lookupTable({
  "vfio-pci": "pci",
  "vfio-ccw": "ccw",
  "vfio-ap": "",
});

/** Throws for an address that a device of its kind cannot have. */
export function checkAddress(device: XmlElement): void {
  const address = device.child("address");
  const type = address?.get("type");
  if (address === undefined || type === undefined || type === "none") return;
  if (type === "dimm" && address.get("slot") === undefined) missingAttribute("slot", address);
  if (type === "unassigned" && device.name !== "hostdev") {
    unsupportedConfig("address of type 'unassigned' is supported only for hostdevs");
  }
  switch (device.name) {
    case "hostdev":
      return checkHostdev(device, type);
    case "smartcard":
      if (type !== "ccid") unsupportedConfig("Controllers must use the 'ccid' address type");
      return;
    case "controller": {
      const model = device.get("model");
      if (model === "pci-root" || model === "pcie-root") {
        unsupportedConfig("pci-root and pcie-root controllers should not have an address");
      }
      return;
    }
    case "iommu": {
      const model = device.get("model");
      if (model === "intel" || model === "smmuv3") {
        xmlFailure(`iommu model '${model}' can't have address`, ErrorDomain.DOMAIN);
      }
    }
  }
}

function checkHostdev(hostdev: XmlElement, type: string): void {
  switch (hostdev.get("type")) {
    case "usb":
      if (type !== "usb") unsupportedConfig("USB host device must use 'usb' address type");
      return;
    case "scsi":
      if (type !== "drive") unsupportedConfig("SCSI host device must use 'drive' address type");
      return;
    case "pci":
      if (type === "pci" || type === "unassigned") return;
      throw failure(
        ErrorDomain.DOMAIN,
        ErrorNumber.INTERNAL_ERROR,
        "PCI host devices must use 'pci' or 'unassigned' address type",
      );
    case "mdev": {
      const model = hostdev.get("model") ?? "";
      if (MEDIATED[model] !== undefined && MEDIATED[model] !== type) {
        xmlFailure(
          `Unsupported address type '${type}' with mediated device model '${model}'`,
          ErrorDomain.DOMAIN,
        );
      }
    }
  }
}

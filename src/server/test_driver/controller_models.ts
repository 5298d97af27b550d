/**
 * The models of each type of controller, as libvirt 12.8.0 knows them.
 *
 * @module
 */

import type { XmlElement } from "../../xml/element.ts";
import { lookupTable } from "../../lookup_table.ts";
import { unsupportedConfig } from "./values.ts";

const MODELS: Readonly<Record<string, ReadonlySet<string>>> = lookupTable({
  scsi: words(
    "auto buslogic lsilogic lsisas1068 vmpvscsi ibmvscsi virtio-scsi lsisas1078 " +
      "virtio-transitional virtio-non-transitional ncr53c90 dc390 am53c974",
  ),
  usb: words(
    "piix3-uhci piix4-uhci ehci ich9-ehci1 ich9-uhci1 ich9-uhci2 ich9-uhci3 vt82c686b-uhci " +
      "pci-ohci nec-xhci qusb1 qusb2 qemu-xhci none",
  ),
  pci: words(
    "pci-root pcie-root pci-bridge dmi-to-pci-bridge pcie-to-pci-bridge pcie-root-port " +
      "pcie-switch-upstream-port pcie-switch-downstream-port pci-expander-bus pcie-expander-bus",
  ),
  ide: words("piix3 piix4 ich6"),
  "virtio-serial": words("virtio virtio-transitional virtio-non-transitional"),
  isa: words(""),
});

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

/** Throws for a model that the controller's type has not. */
export function checkControllerModel(controller: XmlElement): void {
  const model = controller.get("model");
  if (model === undefined) return;
  if (MODELS[controller.get("type") ?? "ide"]?.has(model)) return;
  unsupportedConfig(`Unknown model type '${model}'`);
}

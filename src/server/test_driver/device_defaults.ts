/**
 * What libvirt checks and fills in of a domain's devices.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import type { Identities } from "./domain_definition.ts";
import { fillAddress } from "./address.ts";

/** Checks a domain's devices and fills in their defaults. */
export function fillDevices(domain: XmlElement, _source: XmlElement, identities: Identities): void {
  let devices = domain.child("devices");
  if (devices === undefined) {
    devices = element("devices");
    domain.children.push(devices);
  }
  for (const device of devices.elements) {
    FILLERS[device.name]?.(device, identities);
    for (const address of device.all("address")) fillAddress(device, address);
  }
}

type Filler = (device: XmlElement, identities: Identities) => void;

const FILLERS: Readonly<Record<string, Filler>> = {};

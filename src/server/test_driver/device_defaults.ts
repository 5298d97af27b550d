/**
 * What libvirt checks and fills in of a domain's devices.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { fillAddress } from "./address.ts";
import { fillCharacterDevices } from "./chardev_defaults.ts";
import { fillControllers } from "./controller_defaults.ts";
import { fillDisk } from "./disk_defaults.ts";
import type { Identities } from "./domain_definition.ts";
import { fillGraphics, fillVideo } from "./display_defaults.ts";
import { fillInterface } from "./interface_defaults.ts";
import { sourceOf } from "./domain_devices.ts";
import { unsupportedConfig, xmlFailure } from "./values.ts";

/** Checks a domain's devices and fills in their defaults. */
export function fillDevices(domain: XmlElement, identities: Identities): void {
  let devices = domain.child("devices");
  if (devices === undefined) {
    devices = element("devices");
    domain.children.push(devices);
  }
  for (const device of devices.elements) fillDevice(device, identities);
  checkDisks(devices);
  fillCharacterDevices(domain, devices);
  fillControllers(devices);
  fillVideo(domain, devices);
  devices.open = true;
}

/** Checks one device and fills in its defaults. */
export function fillDevice(device: XmlElement, identities: Identities): void {
  checkNeeds(device);
  FILLERS[device.name]?.(device, identities);
  for (const address of device.all("address")) fillAddress(device, address);
  for (const address of device.child("source")?.all("address") ?? []) {
    fillSourceAddress(device, address);
  }
}

// The address of a device of the host: its type is not printed where the device tells it.
function fillSourceAddress(device: XmlElement, address: XmlElement): void {
  const type = address.get("type");
  const pci = device.name === "hostdev" ? device.get("type") === "pci" : type === "pci";
  if (!pci) return;
  address.set("type", "pci");
  fillAddress(device, address);
  if (type === undefined) address.set("type", undefined);
}

type Filler = (device: XmlElement, identities: Identities) => void;

const FILLERS: Readonly<Record<string, Filler>> = {
  disk: fillDisk,
  interface: fillInterface,
  filesystem: fillFilesystem,
  graphics: fillGraphics,
  input: checkInput,
  hostdev: fillHostdev,
};

// Devices that need one thing above all, and what libvirt says where it is missing.
function checkNeeds(device: XmlElement): void {
  const internal = (detail: string): never => {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.INTERNAL_ERROR, detail);
  };
  const xml = (detail: string): never => xmlFailure(detail, ErrorDomain.DOMAIN);
  const type = device.get("type");
  switch (device.name) {
    case "channel":
      if (device.child("target")?.get("type") === undefined) {
        xml("target type must be specified for channel device");
      }
      return;
    case "hub":
      if (type === undefined) internal("missing hub device type");
      if (type !== "usb") unsupportedConfig(`unknown hub device type '${type}'`);
      return;
    case "redirdev":
      if (type === undefined) internal("missing type in redirdev");
      return;
    case "tpm":
      if (device.child("backend") === undefined) xml("missing TPM device backend");
      return;
    case "shmem":
      if (device.get("name") === undefined) xml("shmem element must contain 'name' attribute");
      return;
    case "lease":
      if (device.textOf("key") === undefined) xml("Missing 'key' element for lease");
      return;
    case "vsock":
      if (device.child("cid") === undefined) {
        device.children.unshift(element("cid", { auto: "yes" }));
      }
  }
}

function fillFilesystem(filesystem: XmlElement): void {
  if (filesystem.child("source") === undefined) {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.NO_SOURCE);
  }
  const type = filesystem.get("type") ?? "mount";
  const rest = filesystem.attributes.filter(({ name }) => !["type", "accessmode"].includes(name));
  filesystem.attributes = [
    { name: "type", value: type },
    { name: "accessmode", value: filesystem.get("accessmode") ?? "passthrough" },
    ...rest,
  ];
}

function checkInput(input: XmlElement): void {
  const type = input.get("type");
  if (type === undefined) {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.INTERNAL_ERROR, "missing input device type");
  }
  if (!INPUTS.has(type)) unsupportedConfig(`unknown input device type '${type}'`);
  const bus = input.get("bus");
  if (bus !== undefined && !INPUT_BUSES.has(bus)) {
    unsupportedConfig(`unknown input bus type '${bus}'`);
  }
}

const INPUTS: ReadonlySet<string> = new Set(
  ["mouse", "tablet", "keyboard", "passthrough", "evdev"],
);
const INPUT_BUSES: ReadonlySet<string> = new Set(
  ["ps2", "usb", "xen", "parallels", "virtio", "none"],
);

function fillHostdev(hostdev: XmlElement): void {
  if (hostdev.get("managed") !== undefined) return;
  const type = hostdev.get("type");
  if (hostdev.get("mode") !== "subsystem" || type === undefined) return;
  const at = hostdev.attributes.findIndex(({ name }) => name === "type") + 1;
  hostdev.attributes.splice(at, 0, { name: "managed", value: "no" });
}

function checkDisks(devices: XmlElement): void {
  const seen = new Map<string, XmlElement>();
  for (const disk of devices.all("disk")) {
    const dev = disk.child("target")?.get("dev");
    if (dev === undefined) {
      const source = sourceOf(disk);
      throw failure(ErrorDomain.DOMAIN, ErrorNumber.NO_TARGET, source);
    }
    const twin = seen.get(dev);
    if (twin !== undefined) {
      xmlFailure(
        `target '${dev}' duplicated for disk sources '${sourceOf(twin) ?? "(null)"}' and '${
          sourceOf(disk) ?? "(null)"
        }'`,
        ErrorDomain.DOMAIN,
      );
    }
    seen.set(dev, disk);
  }
}

/**
 * What libvirt checks and fills in of a domain's devices.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { dumpXml } from "../../xml/print.ts";
import { failure } from "../failure.ts";
import { fillAddress } from "./address.ts";
import { fillCharacterDevices } from "./chardev_defaults.ts";
import { fillControllers } from "./controller_defaults.ts";
import { dropForeignParts } from "./device_parts.ts";
import { orderDevices } from "./device_order.ts";
import { checkDisk } from "./disk_checks.ts";
import { fillDisk } from "./disk_defaults.ts";
import type { Identities } from "./domain_definition.ts";
import { put } from "./domain_defaults.ts";
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
  for (const device of devices.elements) dropAlias(device);
  orderDevices(devices);
  for (const device of devices.elements) fillDevice(device, identities);
  for (const hostdev of devices.all("hostdev")) fillDrive(hostdev, devices);
  for (const device of devices.elements) checkInDomain(device, domain);
  checkUsb(devices);
  checkHostdevs(devices);
  checkDisks(devices);
  fillCharacterDevices(domain, devices);
  fillControllers(devices);
  fillVideo(domain, devices);
  devices.open = true;
}

/** Leaves out an alias that is not its user's: the hypervisor gives it anew. */
export function dropAlias(device: XmlElement): void {
  const alias = device.child("alias");
  if (alias !== undefined && !alias.get("name")?.startsWith("ua-")) device.remove(alias);
}

/** Checks one device and fills in its defaults. */
export function fillDevice(device: XmlElement, identities: Identities): void {
  dropForeignParts(device);
  checkNeeds(device);
  FILLERS[device.name]?.(device, identities);
  for (const address of device.all("address")) fillAddress(device, address);
  for (const address of device.child("source")?.all("address") ?? []) {
    fillSourceAddress(device, address);
  }
}

/** Throws for a device that does not go with the domain that it is for. */
export function checkInDomain(device: XmlElement, domain: XmlElement): void {
  if (device.name === "disk") checkDisk(device);
  const noUsb = !(domain.child("devices")?.all("controller") ?? []).some((one) =>
    one.get("type") === "usb" && one.get("model") !== "none"
  );
  if (device.name === "redirdev" && device.get("bus") === "usb" && noUsb) {
    unsupportedConfig("cannot add redirected USB device: USB is disabled for this domain");
  }
  if (device.name !== "memory" || device.textOf("target/node") === undefined) return;
  if ((domain.find("cpu/numa")?.all("cell") ?? []).length === 0) {
    throw failure(
      ErrorDomain.DOMAIN,
      ErrorNumber.XML_DETAIL,
      "can't add memory backend as guest has no NUMA nodes configured",
    );
  }
}

// A domain says that it has no USB by a controller of the model `none`.
function checkUsb(devices: XmlElement): void {
  const controllers = devices.all("controller").filter((one) => one.get("type") === "usb");
  const none = controllers.filter((one) => one.get("model") === "none").length;
  const detail = (text: string): never => {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.XML_DETAIL, text);
  };
  if (none > 0 && controllers.length > 1) {
    detail("Can't add another USB controller: USB is disabled for this domain");
  }
  const companions = controllers.filter((one) => one.child("master") !== undefined).length;
  if (companions > 0 && companions === controllers.length) {
    detail("No master USB controller specified");
  }
  if (none === 0) return;
  if (devices.all("hub").some((one) => one.get("type") === "usb")) {
    unsupportedConfig("Can't add USB hub: USB is disabled for this domain");
  }
  const usb = (one: XmlElement): boolean => one.get("type") === "usb";
  if (devices.all("hostdev").some(usb)) {
    unsupportedConfig("Can't add host USB device: USB is disabled in this host");
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

const SCSI_UNITS = 7;

// A SCSI device of the host gets the first unit that none has, on whichever controller.
function fillDrive(hostdev: XmlElement, devices: XmlElement): void {
  if (hostdev.get("type") !== "scsi" || hostdev.child("address") !== undefined) return;
  const scsi = [
    ...devices.all("disk").filter((disk) => disk.child("target")?.get("bus") === "scsi"),
    ...devices.all("hostdev").filter((one) => one.get("type") === "scsi"),
  ];
  const taken = new Set(scsi.map((one) => {
    const address = one.child("address");
    return ["controller", "bus", "target", "unit"].map((name) => address?.get(name)).join(":");
  }));
  let n = 0;
  while (taken.has(`${Math.floor(n / SCSI_UNITS)}:0:0:${n % SCSI_UNITS}`)) n++;
  const address = element("address", {
    type: "drive",
    controller: String(Math.floor(n / SCSI_UNITS)),
    bus: "0",
    target: "0",
    unit: String(n % SCSI_UNITS),
  });
  put(hostdev, address, ["driver", "source", "readonly", "shareable", "boot", "alias"]);
}

function checkHostdevs(devices: XmlElement): void {
  const seen = new Set<string>();
  for (const hostdev of devices.all("hostdev")) {
    const source = hostdev.child("source");
    if (source === undefined) continue;
    const key = `${hostdev.get("mode")} ${hostdev.get("type")} ${dumpXml(source)}`;
    if (seen.has(key)) {
      xmlFailure("Hostdev already exists in the domain configuration", ErrorDomain.DOMAIN);
    }
    seen.add(key);
  }
}

function checkDisks(devices: XmlElement): void {
  const seen = new Map<string, XmlElement>();
  for (const disk of devices.all("disk")) {
    const dev = disk.child("target")!.get("dev")!;
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

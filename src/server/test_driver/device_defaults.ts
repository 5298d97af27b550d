/**
 * What libvirt checks and fills in of a domain's devices.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { fillAddress, fillPlace } from "./address.ts";
import { fillCharacterDevices } from "./chardev_defaults.ts";
import { fillControllers } from "./controller_defaults.ts";
import { dropForeignParts } from "./device_parts.ts";
import { orderDevices } from "./device_order.ts";
import { checkConflicts } from "./device_conflicts.ts";
import { checkDisk } from "./disk_checks.ts";
import { fillDisk } from "./disk_defaults.ts";
import type { Identities } from "./domain_definition.ts";
import { put } from "./domain_defaults.ts";
import { fillGraphics, fillVideo } from "./display_defaults.ts";
import { checkSourceInterface } from "./interface_checks.ts";
import { fillInterface } from "./interface_defaults.ts";
import { fillSize } from "./tuning_defaults.ts";
import { checkAddress } from "./address_checks.ts";
import { checkSourceAddress, fillDrive, fillHostdev } from "./hostdev_defaults.ts";
import { checkControllerModel } from "./controller_models.ts";
import { checkNeeds, DISK_NEEDS, FILESYSTEM_NEEDS, INTERFACE_NEEDS } from "./needed_parts.ts";
import { parseInteger, scale, unsupportedConfig, xmlFailure } from "./values.ts";

/** Checks a domain's devices and fills in their defaults. */
export function fillDevices(domain: XmlElement, identities: Identities): void {
  let devices = domain.child("devices");
  if (devices === undefined) {
    devices = element("devices");
    domain.children.push(devices);
  }
  for (const device of devices.elements) dropAlias(device);
  for (const controller of devices.all("controller")) fillMaster(controller);
  orderDevices(devices);
  for (const device of devices.elements) fillDevice(device, identities);
  for (const hostdev of devices.all("hostdev")) fillDrive(hostdev, devices);
  for (const device of devices.elements) checkInDomain(device, domain);
  checkUsb(devices);
  fillCharacterDevices(domain, devices);
  fillCards(devices);
  fillControllers(devices);
  fillVideo(domain, devices);
  checkConflicts(devices);
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
  checkGist(device);
  if (device.name === "controller") checkControllerModel(device);
  checkAddress(device);
  FILLERS[device.name]?.(device, identities);
  for (const address of device.all("address")) fillAddress(device, address);
  for (const address of device.child("source")?.all("address") ?? []) {
    fillSourceAddress(device, address);
  }
  const boot = device.child("boot");
  if (boot?.get("loadparm") !== undefined) checkLoadParm(boot);
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
  const cells = (domain.find("cpu/numa")?.all("cell") ?? []).length;
  const node = Number(device.textOf("target/node"));
  const detail = cells === 0
    ? "can't add memory backend as guest has no NUMA nodes configured"
    : `can't add memory backend for guest node '${node}' as the guest has only '${cells}' NUMA ` +
      "nodes configured";
  if (node >= cells) throw failure(ErrorDomain.DOMAIN, ErrorNumber.XML_DETAIL, detail);
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
  if (devices.all("input").some((one) => one.get("bus") === "usb")) {
    unsupportedConfig("Can't add USB input device. USB bus is disabled");
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
  fillPlace(address);
  if (type === undefined) address.set("type", undefined);
}

const LOAD_PARM_LENGTH = 8;

function checkLoadParm(boot: XmlElement): void {
  const value = boot.get("loadparm")!.toUpperCase();
  if (value === "" || value.length > LOAD_PARM_LENGTH) {
    throw failure(
      ErrorDomain.DOMAIN,
      ErrorNumber.INTERNAL_ERROR,
      `loadparm value '${value}' must be between 1 and ${LOAD_PARM_LENGTH} characters`,
    );
  }
  if (!/^[A-Z0-9. ]*$/.test(value)) {
    throw failure(
      ErrorDomain.DOMAIN,
      ErrorNumber.INTERNAL_ERROR,
      `invalid loadparm value '${value}', expecting chars in set of [a-zA-Z0-9.] and blank spaces`,
    );
  }
  boot.set("loadparm", value);
}

/** Throws for a device, as it came, that lacks what a part of it needs. */
export function checkSourceDevice(device: XmlElement): void {
  checkNeeds(device, NEEDS[device.name] ?? []);
  if (device.name === "hostdev") checkSourceAddress(device);
  if (device.name === "interface") checkSourceInterface(device);
}

const NEEDS: Readonly<Record<string, Parameters<typeof checkNeeds>[1]>> = {
  disk: DISK_NEEDS,
  interface: INTERFACE_NEEDS,
  filesystem: FILESYSTEM_NEEDS,
};

type Filler = (device: XmlElement, identities: Identities) => void;

const FILLERS: Readonly<Record<string, Filler>> = {
  disk: fillDisk,
  interface: fillInterface,
  filesystem: fillFilesystem,
  graphics: fillGraphics,
  input: checkInput,
  hostdev: fillHostdev,
  redirfilter: fillRedirFilter,
  rng: fillRng,
  watchdog: fillWatchdog,
  redirdev: fillRedirdev,
  shmem: fillShmem,
};

// Devices that need one thing above all, and what libvirt says where it is missing.
function checkGist(device: XmlElement): void {
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
  const driver = filesystem.child("driver");
  const formatted = ["loop", "nbd", "virtiofs"].includes(driver?.get("type") ?? "");
  if (driver !== undefined && !formatted) driver.set("format", undefined);
  if (driver?.attributes.length === 0) filesystem.remove(driver);
  const type = filesystem.get("type") ?? "mount";
  const socket = filesystem.child("source")?.get("socket");
  const rest = filesystem.attributes.filter(({ name }) => !["type", "accessmode"].includes(name));
  filesystem.attributes = [
    { name: "type", value: type },
    ...(socket === undefined
      ? [{ name: "accessmode", value: filesystem.get("accessmode") ?? "passthrough" }]
      : []),
    ...rest,
  ];
  for (const name of ["fmode", "dmode"]) {
    const mode = filesystem.get(name);
    if (mode !== undefined) filesystem.set(name, mode.replace(/^0+/, "").padStart(4, "0"));
  }
  const source = filesystem.child("source");
  const usage = source?.get("usage");
  if (usage !== undefined) {
    const bytes = scale(parseInteger(usage) ?? 0n, source!.get("units"), 1024n);
    source!.attributes = [
      { name: "usage", value: String(bytes / 1024n) },
      { name: "units", value: "KiB" },
    ];
  }
  for (const name of ["space_hard_limit", "space_soft_limit"]) {
    fillSize(filesystem.child(name), "bytes");
  }
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

const USB_FILTERS = { class: 2, vendor: 4, product: 4 } as const;

function fillRedirFilter(filter: XmlElement): void {
  for (const device of filter.all("usbdev")) {
    for (const [name, digits] of Object.entries(USB_FILTERS)) {
      const number = parseInteger(device.get(name) ?? "-1") ?? -1n;
      if (number < 0n) device.set(name, undefined);
      else device.set(name, `0x${number.toString(16).toUpperCase().padStart(digits, "0")}`);
    }
    const version = device.get("version");
    if (version === undefined || version === "-1") device.set("version", undefined);
    else {
      const [, major, minor = ""] = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(version) ?? [];
      if (major === undefined) {
        xmlFailure(`Cannot parse USB device version ${version}`, ErrorDomain.DOMAIN);
      }
      device.set("version", `${Number(major)}.${minor.padEnd(2, "0")}`);
    }
  }
}

function fillWatchdog(watchdog: XmlElement): void {
  if (watchdog.get("action") === undefined) watchdog.set("action", "reset");
}

function fillRng(rng: XmlElement): void {
  const backend = rng.child("backend");
  if (backend?.get("model") === "random" && backend.text === "") backend.setText("/dev/random");
}

function fillRedirdev(redirdev: XmlElement): void {
  if (redirdev.get("type") !== "dbus" || redirdev.child("source") !== undefined) return;
  redirdev.children.unshift(element("source", { channel: "org.qemu.usbredir" }));
}

function fillShmem(shmem: XmlElement): void {
  if (shmem.child("msi") !== undefined && shmem.child("server") === undefined) {
    xmlFailure("msi option is only supported with a server", ErrorDomain.DOMAIN);
  }
  if (shmem.child("model") === undefined) {
    shmem.children.unshift(element("model", { type: "ivshmem" }));
  }
  fillSize(shmem.child("size"), "KiB");
  const size = shmem.child("size");
  if (size === undefined) return;
  size.attributes = [{ name: "unit", value: "M" }];
  size.setText(String(BigInt(size.text) / 1024n));
}

// The first USB port of each part of a USB 2 controller.
const START_PORTS: Readonly<Record<string, string>> = {
  "ich9-uhci1": "0",
  "ich9-uhci2": "2",
  "ich9-uhci3": "4",
};

// Smart cards stand in a row in the first reader.
function fillCards(devices: XmlElement): void {
  const slots = devices.all("smartcard").map((card) => {
    const address = card.child("address");
    return address?.get("type") === "ccid" && address.get("controller") === "0"
      ? Number(address.get("slot"))
      : -1;
  });
  let next = Math.max(-1, ...slots) + 1;
  for (const card of devices.all("smartcard")) {
    if (card.child("address") !== undefined) continue;
    card.children.push(
      element("address", { type: "ccid", controller: "0", slot: String(next++) }),
    );
  }
}

function fillMaster(controller: XmlElement): void {
  fillSize(controller.child("pcihole64"), "KiB");
  const startport = START_PORTS[controller.get("model") ?? ""];
  if (startport === undefined || controller.child("master") !== undefined) return;
  put(controller, element("master", { startport }), ["model", "target", "driver", "alias"]);
}

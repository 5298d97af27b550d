/**
 * What libvirt checks and fills in of a domain's devices.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { conform, type Shape } from "../../xml/shape.ts";
import { failure } from "../failure.ts";
import { lookupTable } from "../../lookup_table.ts";
import { fillAddress, fillPlace } from "./address.ts";
import { checkCharacterDevice, fillCharacterDevices } from "./chardev_defaults.ts";
import { checkCharacterType } from "./chardev_source.ts";
import { fillControllers } from "./controller_defaults.ts";
import { dropForeignParts } from "./device_parts.ts";
import { orderDevices } from "./device_order.ts";
import { checkConflicts } from "./device_conflicts.ts";
import { checkDisk } from "./disk_checks.ts";
import { checkSourceDisk } from "./disk_sources.ts";
import { fillDisk } from "./disk_defaults.ts";
import type { Identities } from "./domain_definition.ts";
import { put } from "./domain_defaults.ts";
import { fillVideo } from "./display_defaults.ts";
import { fillGraphics } from "./graphics_defaults.ts";
import { checkInput, fillInputBus } from "./input_defaults.ts";
import { checkIommu, fillIommu } from "./iommu_checks.ts";
import {
  checkAudio,
  checkBackends,
  checkSingles,
  checkSmartcard,
  fillAudio,
  fillCrypto,
  fillLease,
  fillMemballoon,
  fillNvram,
  fillPstore,
  fillRng,
  fillShmem,
  fillSmartcard,
  fillSound,
  fillVsock,
} from "./small_devices.ts";
import { checkSourceInterface } from "./interface_checks.ts";
import { checkTpm, fillTpm } from "./tpm_defaults.ts";
import { fillFilesystem } from "./filesystem_defaults.ts";
import { checkMemoryTarget, fillMemoryModule } from "./memory_defaults.ts";
import { fillInterface } from "./interface_defaults.ts";
import { checkAddress } from "./address_checks.ts";
import { checkSourceHostdev, fillDrive, fillHostdev } from "./hostdev_defaults.ts";
import { fillController } from "./controller_checks.ts";
import { checkControllerModel } from "./controller_models.ts";
import { checkNeeds, DISK_NEEDS, INTERFACE_NEEDS } from "./needed_parts.ts";
import { fillRedirdev, fillRedirFilter } from "./redirection_defaults.ts";
import { RULES } from "./shape_rules.ts";
import { unsupportedConfig, xmlFailure } from "./values.ts";

const BEHIND_DEVICES: ReadonlySet<string> = new Set(["seclabel", "keywrap", "launchSecurity"]);

// libvirt reads devices in another order than it prints them in.
const LATE_KINDS: readonly string[] = ["memballoon", "rng", "crypto", "tpm", "nvram", "hub"];
const LAST_KINDS: readonly string[] = ("redirdev redirfilter panic shmem memory iommu vsock pstore")
  .split(" ");

function lateness({ name }: Shape): number {
  return [...LATE_KINDS, ...LAST_KINDS].indexOf(name);
}

/** Reads a domain's devices, kind by kind, and fills in their defaults. */
export function fillDevices(
  domain: XmlElement,
  source: XmlElement,
  shape: Shape,
  identities: Identities,
): void {
  const devices = element("devices");
  const given = source.child("devices")?.elements.filter((one) => one.namespace === null) ?? [];
  const read = new Map<string, XmlElement[]>();
  const filled = new Map<XmlElement, XmlElement>();
  for (const kind of [...shape.children].sort((a, b) => lateness(a) - lateness(b))) {
    const alike = given.filter(({ name }) => name === kind.name);
    for (const one of kind.many ? alike : alike.slice(0, 1)) {
      const device = readDevice(one, kind, identities);
      dropAlias(device);
      const empty = device.children.length === 0 && device.attributes.length === 0;
      if (empty && !kind.keepEmpty) continue;
      // a disk's place is that of what its definition tells of its bus
      const placed = kind.name === "disk" ? one : device;
      filled.set(placed, device);
      read.set(kind.name, [...read.get(kind.name) ?? [], placed]);
    }
  }
  devices.children = shape.children.flatMap(({ name }) => read.get(name) ?? []);
  const behind = domain.elements.find(({ name }) => BEHIND_DEVICES.has(name));
  const at = behind === undefined ? domain.children.length : domain.children.indexOf(behind);
  domain.children.splice(at, 0, devices);
  orderDevices(devices);
  devices.children = devices.elements.map((placed) => filled.get(placed)!);
  for (const hostdev of devices.all("hostdev")) fillDrive(hostdev, devices);
  for (const device of devices.elements) checkInDomain(device, domain);
  checkUsb(devices);
  fillCharacterDevices(domain, devices);
  fillCards(devices);
  fillControllers(devices);
  fillVideo(domain, devices);
  checkSingles(devices);
  checkConflicts(devices);
  for (const device of devices.elements) {
    const empty = device.attributes.length === 0 && device.children.length === 0;
    if (empty && UNSEEN.has(device.name)) devices.remove(device);
  }
  devices.open = true;
}

// What libvirt does not print where there is nothing to tell of it.
const UNSEEN: ReadonlySet<string> = new Set(["panic", "redirfilter"]);

/** Leaves out an alias that is not its user's: the hypervisor gives it anew. */
export function dropAlias(device: XmlElement): void {
  const alias = device.child("alias");
  if (alias !== undefined && !alias.get("name")?.startsWith("ua-")) device.remove(alias);
}

// Where a device is, and what it is called, is looked at behind all else of it.
const LATE_PARTS: ReadonlySet<string> = new Set(
  ["boot", "alias", "master", "rom", "acpi", "address"],
);

/** Reads one device. */
export function readDevice(source: XmlElement, shape: Shape, identities: Identities): XmlElement {
  let device: XmlElement;
  let late: unknown;
  try {
    device = conform(source, shape, RULES);
  } catch (error) {
    late = error;
    const children = shape.children.filter(({ name }) => !LATE_PARTS.has(name));
    device = conform(source, { ...shape, children }, RULES);
  }
  checkSourceDevice(source);
  if (device.name === "controller") fillMaster(device);
  fillDevice(device, identities);
  // of a balloon that is none nothing more is read
  const read = device.name !== "memballoon" || device.get("model") !== "none";
  if (late !== undefined && read) throw late;
  return device;
}

/** Checks one device and fills in its defaults. */
function fillDevice(device: XmlElement, identities: Identities): void {
  dropForeignParts(device);
  checkGist(device);
  if (device.name === "controller") checkControllerModel(device);
  checkAddress(device);
  FILLERS[device.name]?.(device, identities);
  fillInfo(device);
  for (const address of device.child("source")?.all("address") ?? []) {
    fillSourceAddress(device, address);
  }
  const boot = device.child("boot");
  if (boot?.get("loadparm") !== undefined) checkLoadParm(boot);
}

// Where a device is, and how firmware sees it.
function fillInfo(device: XmlElement): void {
  const master = device.child("master");
  // libvirt reads it without a sign and prints it with one
  if (master !== undefined) master.set("startport", `${Number(master.get("startport") ?? 0) | 0}`);
  const rom = device.child("rom");
  if (rom?.get("enabled") === "no" && rom.attributes.length > 1) {
    unsupportedConfig("ROM tuning is not supported when ROM is disabled");
  }
  for (const address of device.all("address")) fillAddress(device, address);
}

/** Throws for a device that does not go with the domain that it is for. */
export function checkInDomain(device: XmlElement, domain: XmlElement): void {
  if (device.name === "disk") checkDisk(device);
  if (device.name === "disk") checkThrottling(device, domain);
  if (device.name === "input") fillInputBus(device, domain);
  if (device.name === "iommu") checkIommu(device, domain);
  const played = device.name === "sound" || device.get("type") === "vnc";
  if (played) checkAudio(device, domain.child("devices")!);
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

function checkThrottling(disk: XmlElement, domain: XmlElement): void {
  const groups = domain.child("throttlegroups")?.all("throttlegroup") ?? [];
  for (const filter of disk.child("throttlefilters")?.all("throttlefilter") ?? []) {
    const name = filter.get("group");
    if (name === undefined || groups.some((one) => one.textOf("group_name") === name)) continue;
    xmlFailure(`throttle group '${name}' not found`, ErrorDomain.DOMAIN);
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
function checkSourceDevice(device: XmlElement): void {
  if (device.name === "interface") checkSourceInterface(device);
  checkNeeds(device, NEEDS[device.name] ?? []);
  checkBackends(device);
  if (device.name === "disk") checkSourceDisk(device);
  if (device.name === "tpm") checkTpm(device);
  if (device.name === "memory") checkMemoryTarget(device);
  if (device.name === "smartcard") checkSmartcard(device);
  if (device.name === "hostdev") checkSourceHostdev(device);
}

const NEEDS: Readonly<Record<string, Parameters<typeof checkNeeds>[1]>> = lookupTable({
  disk: DISK_NEEDS,
  interface: INTERFACE_NEEDS,
});

type Filler = (device: XmlElement, identities: Identities) => void;

const FILLERS: Readonly<Record<string, Filler>> = lookupTable({
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
  sound: fillSound,
  pstore: fillPstore,
  vsock: fillVsock,
  crypto: fillCrypto,
  memballoon: fillMemballoon,
  lease: fillLease,
  iommu: fillIommu,
  nvram: fillNvram,
  audio: fillAudio,
  tpm: fillTpm,
  memory: fillMemoryModule,
  controller: fillController,
  smartcard: fillSmartcard,
});

// Devices that need one thing above all, and what libvirt says where it is missing.
function checkGist(device: XmlElement): void {
  const internal = (detail: string): never => {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.INTERNAL_ERROR, detail);
  };
  const xml = (detail: string): never => xmlFailure(detail, ErrorDomain.DOMAIN);
  const type = device.get("type");
  switch (device.name) {
    case "serial":
    case "parallel":
    case "console":
      return checkCharacterDevice(device);
    case "channel":
      checkCharacterType(device);
      if (device.child("target") === undefined) {
        xml("target type must be specified for channel device");
      }
      if (device.child("target")!.get("type") === undefined) {
        unsupportedConfig("unknown target type '(null)' specified for character device");
      }
      return checkCharacterDevice(device);
    case "hub":
      if (type === undefined) internal("missing hub device type");
      if (type !== "usb") unsupportedConfig(`unknown hub device type '${type}'`);
      return;
    case "redirdev":
      if (type === undefined && (device.get("bus") ?? "usb") === "usb") {
        internal("missing type in redirdev");
      }
      return;
    case "panic": {
      const model = device.get("model");
      if (model !== undefined && !PANIC_MODELS.has(model)) {
        unsupportedConfig(`unknown panic model '${model}'`);
      }
      return;
    }
    case "shmem":
      if (device.get("name") === undefined) xml("shmem element must contain 'name' attribute");
      return;
  }
}

const PANIC_MODELS: ReadonlySet<string> = new Set(
  ["isa", "pseries", "hyperv", "s390", "pvpanic"],
);

function fillWatchdog(watchdog: XmlElement): void {
  if (watchdog.get("action") === undefined) watchdog.set("action", "reset");
}

// The first USB port of each part of a USB 2 controller.
const START_PORTS: Readonly<Record<string, string>> = lookupTable({
  "ich9-uhci1": "0",
  "ich9-uhci2": "2",
  "ich9-uhci3": "4",
});

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
  const startport = START_PORTS[controller.get("model") ?? ""];
  if (startport === undefined || controller.child("master") !== undefined) return;
  put(controller, element("master", { startport }), ["model", "target", "driver", "alias"]);
}

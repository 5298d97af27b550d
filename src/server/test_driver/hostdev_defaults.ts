/**
 * What libvirt checks and fills in of the host's devices that a domain has.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { lookupTable } from "../../lookup_table.ts";
import { put } from "./domain_defaults.ts";
import { fillAuth, fillUuidAttribute } from "./secret_parts.ts";
import { RULES } from "./shape_rules.ts";
import { badValue, hex, missingAttribute, unsupportedConfig } from "./values.ts";
import { choice, xml } from "./domain_faults.ts";

const SUBSYSTEM: ReadonlySet<string> = new Set(["usb", "pci", "scsi", "scsi_host", "mdev"]);
// Devices that a container sees: what names them, and what libvirt says where nothing does.
const CAPABILITIES: Readonly<Record<string, readonly [name: string, what: string]>> = lookupTable({
  storage: ["block", "storage"],
  misc: ["char", "character"],
  net: ["interface", "net"],
});
const MEDIATED: ReadonlySet<string> = new Set(["vfio-pci", "vfio-ccw", "vfio-ap"]);

function fillNumber(where: XmlElement, name: string, format: string): void {
  const value = where.get(name);
  if (value === undefined) missingAttribute(name, where);
  where.set(name, RULES.format(format, value, where, name));
}

/** Throws for a device of the host, as it came, that is not told apart from others. */
export function checkSourceHostdev(hostdev: XmlElement): void {
  const type = hostdev.get("type")!;
  const source = hostdev.child("source");
  const container = hostdev.get("mode") === "capabilities";
  const known = container ? CAPABILITIES[type] !== undefined : SUBSYSTEM.has(type);
  if (!known) badValue("type", hostdev, type);
  if (source === undefined) xml("Missing <source> element in hostdev device");
  if (source.get("startupPolicy") !== undefined && type !== "usb") {
    unsupportedConfig("Setting startupPolicy is only allowed for USB devices");
  }
  if (container) {
    const [name, what] = CAPABILITIES[type]!;
    if (source.textOf(name) === undefined) {
      xml(`Missing <${name}> element in hostdev ${what} device`);
    }
  }
}

/** Checks a device of the host and fills in its defaults. */
export function fillHostdev(hostdev: XmlElement): void {
  const type = hostdev.get("type")!;
  const container = hostdev.get("mode") === "capabilities";
  hostdev.open = true;
  checkAttributes(hostdev, type);
  const source = hostdev.child("source")!;
  if (!container) SOURCES[type]!(hostdev, source);
  if (source.attributes.length === 0 && source.children.length === 0) hostdev.remove(source);
  const managed = container ? undefined : hostdev.get("managed") === "yes" ? "yes" : "no";
  const rest = hostdev.attributes.filter(({ name }) => !["mode", "type", "managed"].includes(name));
  hostdev.attributes = [{ name: "mode", value: container ? "capabilities" : "subsystem" }];
  hostdev.set("type", type).set("managed", managed);
  hostdev.attributes.push(...rest);
  fillTeaming(hostdev);
}

function checkAttributes(hostdev: XmlElement, type: string): void {
  for (const name of ["sgio", "rawio"]) {
    if (hostdev.get(name) !== undefined && type !== "scsi") {
      xml(`${name} is only supported for scsi host device`);
    }
  }
  const model = hostdev.get("model");
  if (model !== undefined && type !== "mdev" && type !== "scsi_host") {
    xml(`'model' attribute in <hostdev> is only supported when type='${type}'`);
  }
  if (type !== "pci" && type !== "mdev") return;
  for (const name of ["display", "ramfb"]) choice(hostdev, name, "on off");
}

const SOURCES: Readonly<Record<string, (hostdev: XmlElement, source: XmlElement) => void>> =
  lookupTable({
    usb: fillUsb,
    pci: fillPci,
    scsi: fillScsi,
    scsi_host: fillScsiHost,
    mdev: fillMediated,
  });

function fillUsb(_hostdev: XmlElement, source: XmlElement): void {
  choice(source, "guestReset", "off uninitialized on");
  const [vendor, product] = [source.child("vendor"), source.child("product")];
  for (const id of [vendor, product]) {
    if (id === undefined) continue;
    fillNumber(id, "id", "uint-c+");
    id.set("id", hex(BigInt(id.get("id")!), 4));
  }
  if ((vendor === undefined) !== (product === undefined)) {
    const missing = vendor === undefined ? "vendor" : "product";
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.INTERNAL_ERROR, `missing ${missing}`);
  }
  const address = source.child("address");
  if (address === undefined) return;
  fillNumber(address, "bus", "uint-c");
  if (address.get("port") === undefined) fillNumber(address, "device", "uint-c");
  else address.set("device", undefined);
}

function fillPci(hostdev: XmlElement, source: XmlElement): void {
  choice(source, "writeFiltering", "yes no");
  const driver = hostdev.child("driver");
  if (driver !== undefined) {
    choice(driver, "name", "kvm vfio xen");
    choice(driver, "iommufd", "yes no");
  }
  if (source.child("address") === undefined) source.children.push(element("address"));
}

const SCSI_ADDRESS = { bus: "uint-c", target: "uint-c", unit: "ull-c" };

function fillScsi(_hostdev: XmlElement, source: XmlElement): void {
  if (choice(source, "protocol", "adapter iscsi") === "iscsi") return fillIscsi(source);
  const address = source.child("address");
  if (address === undefined) xml("'address' must be specified for scsi hostdev source");
  for (const [name, format] of Object.entries(SCSI_ADDRESS)) fillNumber(address, name, format);
  const adapter = source.child("adapter");
  if (adapter === undefined) xml("'adapter' must be specified for scsi hostdev source");
  if (adapter.get("name") === undefined) {
    xml("'adapter' name must be specified for scsi hostdev source");
  }
  source.attributes = source.attributes.filter(({ name }) => name === "protocol");
}

function fillIscsi(source: XmlElement): void {
  const target = source.get("name");
  if (target === undefined) xml("missing iSCSI hostdev source path name");
  if (!target.includes("/")) source.set("name", `${target}/0`);
  if (source.child("host") === undefined) {
    xml("missing the host address for the iSCSI hostdev");
  }
  const auth = source.child("auth");
  if (auth !== undefined) {
    fillAuth(auth);
    const type = auth.child("secret")!.get("type");
    if (type !== "iscsi") unsupportedConfig(`invalid secret type ${type ?? "(null)"}`);
  }
  source.children = source.elements.filter(({ name }) => name !== "adapter" && name !== "address");
}

const VHOST_WWPN = /^naa\.(0x)?[0-9a-fA-F]{16}$/;

function fillScsiHost(_hostdev: XmlElement, source: XmlElement): void {
  const protocol = choice(source, "protocol", "vhost");
  if (protocol === undefined) missingAttribute("protocol", source);
  const port = source.get("wwpn");
  if (port === undefined) xml("missing vhost-scsi hostdev source wwpn");
  if (!VHOST_WWPN.test(port)) xml("malformed 'wwpn' value");
}

function fillMediated(hostdev: XmlElement, source: XmlElement): void {
  const model = hostdev.get("model");
  if (model === undefined) missingAttribute("model", hostdev);
  if (!MEDIATED.has(model)) badValue("model", hostdev, model);
  const address = source.child("address");
  if (address === undefined) unsupportedConfig("Missing <address> element");
  if (address.get("uuid") === undefined) missingAttribute("uuid", address);
  fillUuidAttribute(address, "uuid");
}

function fillTeaming(hostdev: XmlElement): void {
  const teaming = hostdev.child("teaming");
  if (teaming === undefined) return;
  const type = teaming.get("type");
  if (type !== "persistent" && type !== "transient") {
    unsupportedConfig(`unknown teaming type '${type ?? "(null)"}'`);
  }
  if (type !== "transient") {
    unsupportedConfig("teaming hostdev devices must have type='transient'");
  }
  if (teaming.get("persistent") === undefined) {
    unsupportedConfig("missing required persistent attribute in hostdev teaming element");
  }
}

const SCSI_UNITS = 7;

/** Gives a SCSI device of the host the first unit that none has, on whichever controller. */
export function fillDrive(hostdev: XmlElement, devices: XmlElement): void {
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
  put(hostdev, address, [
    "driver",
    "source",
    "teaming",
    "readonly",
    "shareable",
    "boot",
    "alias",
    "rom",
    "acpi",
  ]);
}

/**
 * What libvirt checks and fills in of the host's devices that a domain has.
 *
 * @module
 */

import { ErrorDomain } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { put } from "./domain_defaults.ts";
import { hex, missingAttribute, parseInteger, unsupportedConfig, xmlFailure } from "./values.ts";

function checkHostdevAttributes(hostdev: XmlElement): void {
  const type = hostdev.get("type") ?? "";
  const { DOMAIN } = ErrorDomain;
  for (const name of ["sgio", "rawio"]) {
    if (hostdev.get(name) !== undefined && type !== "scsi") {
      xmlFailure(`${name} is only supported for scsi host device`, DOMAIN);
    }
  }
  if (hostdev.get("model") !== undefined && type !== "mdev" && type !== "scsi_host") {
    xmlFailure(`'model' attribute in <hostdev> is only supported when type='${type}'`, DOMAIN);
  }
}

// What the address of a device of the host must say.
const REQUIRED_OF_ADDRESS: Readonly<Record<string, string>> = { usb: "bus device", mdev: "uuid" };

/** Throws for a device of the host, as it came, whose address does not tell where it is. */
export function checkSourceAddress(hostdev: XmlElement): void {
  const policy = hostdev.child("source")?.get("startupPolicy");
  if (policy !== undefined && hostdev.get("type") !== "usb") {
    unsupportedConfig("Setting startupPolicy is only allowed for USB devices");
  }
  for (const address of hostdev.child("source")?.all("address") ?? []) {
    for (const name of REQUIRED_OF_ADDRESS[hostdev.get("type") ?? ""]?.split(" ") ?? []) {
      if (address.get(name) === undefined) missingAttribute(name, address);
    }
  }
}

/** Checks a device of the host and fills in its defaults. */
export function fillHostdev(hostdev: XmlElement): void {
  for (const name of ["vendor", "product"]) {
    const one = hostdev.child("source")?.child(name);
    const id = parseInteger(one?.get("id") ?? "");
    if (id !== undefined) one!.set("id", hex(id, 4));
  }
  checkHostdevAttributes(hostdev);
  const source = hostdev.child("source");
  const target = source?.get("name");
  if (source?.get("protocol") === "iscsi" && target !== undefined && !target.includes("/")) {
    source.set("name", `${target}/0`);
  }
  if (hostdev.get("managed") !== undefined) return;
  const type = hostdev.get("type");
  if (hostdev.get("mode") !== "subsystem" || type === undefined) return;
  const at = hostdev.attributes.findIndex(({ name }) => name === "type") + 1;
  hostdev.attributes.splice(at, 0, { name: "managed", value: "no" });
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

/**
 * What libvirt checks and fills in of a domain's disks.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { diskIndex } from "./device_attach.ts";
import { put } from "./domain_defaults.ts";
import { sourceOf } from "./domain_devices.ts";
import { ErrorDomain } from "../../../gen/enums/errors.ts";
import { badValue, xmlFailure } from "./values.ts";

const TYPES: ReadonlySet<string> = new Set(
  "none file block dir network volume nvme vhostuser vhostvdpa".split(" "),
);
const DEVICES: ReadonlySet<string> = new Set(["disk", "cdrom", "floppy", "lun"]);

const DISK_NAME = /^(fd|hd|sd|vd|xvd|ubd)[a-z]+\d*$/;

const BUS_OF_PREFIX: Readonly<Record<string, string>> = {
  fd: "fdc",
  hd: "ide",
  sd: "scsi",
  vd: "virtio",
  xvd: "xen",
  ubd: "uml",
};

const BEFORE_READONLY = [
  "driver",
  "auth",
  "source",
  "backenddomain",
  "backingStore",
  "blockio",
  "geometry",
  "mirror",
  "target",
  "throttlefilters",
  "iotune",
];

/** Checks a disk and fills in its defaults. */
export function fillDisk(disk: XmlElement): void {
  const type = disk.get("type") ?? "file";
  if (!TYPES.has(type)) badValue("type", disk, type);
  const device = disk.get("device") ?? "disk";
  if (!DEVICES.has(device)) badValue("device", disk, device);
  if (type === "vhostuser" || type === "vhostvdpa") disk.set("snapshot", "no");
  const rest = disk.attributes.filter(({ name }) => name !== "type" && name !== "device");
  disk.attributes = [{ name: "type", value: type }, { name: "device", value: device }, ...rest];
  const target = disk.child("target");
  const dev = target?.get("dev");
  if (target === undefined || dev === undefined) return;
  if (!DISK_NAME.test(dev) && disk.child("address") === undefined) {
    xmlFailure(`Unknown disk name '${dev}' and no address specified`, ErrorDomain.DOMAIN);
  }
  const prefix = /^(fd|hd|sd|vd|xvd|ubd)/.exec(dev)?.[1];
  const bus = target.get("bus") ?? BUS_OF_PREFIX[prefix ?? ""] ??
    (device === "floppy" ? "fdc" : undefined);
  const others = target.attributes.filter(({ name }) => name !== "dev" && name !== "bus");
  target.attributes = [
    { name: "dev", value: dev },
    ...(bus === undefined ? [] : [{ name: "bus", value: bus }]),
    ...others,
  ];
  if (device === "cdrom" && disk.child("readonly") === undefined) {
    put(disk, element("readonly"), BEFORE_READONLY);
  }
  const removable = target.get("removable");
  if (removable !== undefined && removable !== "on") target.set("removable", undefined);
  if (sourceOf(disk) === undefined) dropEmptySource(disk);
  if (disk.child("address") === undefined && bus !== undefined) fillDriveAddress(disk, dev, bus);
}

function dropEmptySource(disk: XmlElement): void {
  const source = disk.child("source");
  if (source !== undefined && source.attributes.length === 0 && source.children.length === 0) {
    disk.remove(source);
  }
}

// How many units and buses of drives a controller has.
const DRIVES: Readonly<Record<string, readonly [buses: number, units: number]>> = {
  ide: [2, 2],
  fdc: [1, 2],
  sata: [1, 6],
  scsi: [1, 7],
};

function fillDriveAddress(disk: XmlElement, dev: string, bus: string): void {
  const drives = DRIVES[bus];
  const index = diskIndex(dev);
  if (drives === undefined || index < 0) return;
  const [buses, units] = drives;
  const controller = Math.floor(index / (buses * units));
  const within = index % (buses * units);
  // the seventh unit of a SCSI bus is the controller itself
  const unit = within % units;
  disk.children.push(element("address", {
    type: "drive",
    controller: String(controller),
    bus: String(Math.floor(within / units)),
    target: "0",
    unit: String(unit),
  }));
}

/**
 * What a disk may not be, in the order in which libvirt looks.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { sourceOf } from "./domain_devices.ts";
import { lookupTable } from "../../lookup_table.ts";
import { checkLimits } from "./needed_parts.ts";
import { unsupportedConfig } from "./values.ts";
import { internal, xml } from "./domain_faults.ts";

const DRIVE_BUSES: ReadonlySet<string> = new Set(["ide", "fdc", "scsi", "sata", "nvme"]);
const HARD_DISK = /^(hd|sd|vd|xvd|ubd|nvme)/;
const VENDOR_LENGTH = 8;
const PRODUCT_LENGTH = 16;

// Protocols of a network disk that know no users.
const WITHOUT_USERS: ReadonlySet<string> = new Set(
  ["nbd", "sheepdog", "gluster", "tftp", "vxhs", "nfs"],
);

/** Throws for a disk that contradicts itself. */
export function checkDisk(disk: XmlElement): void {
  const device = disk.get("device") ?? "disk";
  if (disk.child("source")?.get("fdgroup") !== undefined) {
    const name = disk.child("target")!.get("dev");
    unsupportedConfig(`driver does not support FD passing for disk '${name}'`);
  }
  const target = disk.child("target")!;
  const dev = target.get("dev")!;
  const bus = target.get("bus") ?? "none";
  checkBackingStores(disk);
  checkSource(disk);
  for (const label of disk.child("source")?.all("seclabel") ?? []) checkLabel(label);
  if (disk.get("sgio") === "unfiltered") {
    unsupportedConfig("unfiltered sgio is no longer supported");
  }
  if (device === "lun") checkLun(disk);
  else checkNoLun(disk);
  const driver = disk.child("driver");
  if (driver?.get(UNREFERENCED) !== undefined && driver.get("type") !== "qcow2") {
    unsupportedConfig(`'${UNREFERENCED}' only works with qcow2 disk format`);
  }
  checkLimits(disk.child("iotune"), "disk iotune");
  checkIoTune(disk.child("iotune"));
  const address = disk.child("address")?.get("type");
  if (address !== undefined && DRIVE_BUSES.has(bus) && address !== "drive") {
    unsupportedConfig(
      `Invalid address type '${address}' for the disk '${dev}' with the bus type '${bus}'`,
    );
  }
  if (bus !== "virtio") checkNoVirtio(disk, bus);
  const removableMedium = device === "floppy" || device === "cdrom";
  if (target.get("tray") !== undefined && !removableMedium) {
    unsupportedConfig("tray is only valid for cdrom and floppy");
  }
  checkNames(disk, bus);
  if (device === "floppy" && bus !== "fdc") internal(`Invalid bus type '${bus}' for floppy disk`);
  if (device !== "floppy" && bus === "fdc") internal(`Invalid bus type '${bus}' for disk`);
  if (target.get("dpofua") !== undefined && bus !== "scsi") {
    unsupportedConfig("'dpofua' option is available only for SCSI disks");
  }
  if (target.get("removable") !== undefined && bus !== "usb" && bus !== "scsi") {
    xml("removable is only valid for usb or scsi disks");
  }
  checkStartupPolicy(disk, removableMedium);
  const wwn = disk.textOf("wwn");
  if (wwn !== undefined && !/^(0x)?[0-9a-fA-F]{16}$/.test(wwn)) {
    throw failure(ErrorDomain.NONE, ErrorNumber.INTERNAL_ERROR, `Malformed wwn: ${wwn}`);
  }
  if ((device === "disk" || device === "lun") && !HARD_DISK.test(dev)) {
    internal(`Invalid harddisk device name: ${dev}`);
  }
  if (device === "floppy" && !dev.startsWith("fd")) internal(`Invalid floppy device name: ${dev}`);
  const source = disk.child("source");
  const empty = source === undefined || source.get("file") === "" || source.get("dev") === "";
  if (empty && disk.get("type") !== "none" && (device === "disk" || device === "lun")) {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.NO_SOURCE, dev);
  }
}

function checkLabel(label: XmlElement): void {
  if (label.get("relabel") === "yes" && label.child("label") === undefined) {
    xml(`Cannot specify relabel if label is missing. model=${label.get("model") ?? "<null>"}`);
  }
}

function checkBackingStores(disk: XmlElement): void {
  for (let store = disk.child("backingStore"); store !== undefined;) {
    if (store.get("type") !== undefined && store.child("format") === undefined) {
      xml("missing disk backing store format");
    }
    store = store.child("backingStore");
  }
}

const SECRET_TYPES: Readonly<Record<string, string>> = lookupTable({
  iscsi: "iscsi",
  rbd: "ceph",
});

function checkSource(disk: XmlElement): void {
  const source = disk.child("source");
  for (const name of ["auth", "encryption"]) {
    if (disk.child(name) !== undefined && source?.child(name) !== undefined) {
      const article = name === "auth" ? "auth" : "encryption";
      unsupportedConfig(`an <${article}> definition already found for disk source`);
    }
    const encryption = name === "encryption" ? disk.child(name) ?? source?.child(name) : undefined;
    if (encryption?.get("format") === "luks" && encryption.child("cipher") !== undefined) {
      unsupportedConfig("supplying <cipher> for domain disk definition is unnecessary");
    }
  }
  if (disk.get("type") !== "network") return;
  const protocol = source?.get("protocol") ?? "";
  if (protocol === "sheepdog") {
    unsupportedConfig("'sheepdog' protocol is no longer supported by any hypervisor driver");
  }
  const auth = source?.child("auth") ?? disk.child("auth");
  if (auth === undefined) return;
  if (WITHOUT_USERS.has(protocol)) {
    unsupportedConfig(`authentication is not supported for protocol '${protocol}'`);
  }
  const secret = auth.child("secret")?.get("type");
  const expected = SECRET_TYPES[protocol];
  if (secret === undefined && expected !== undefined) {
    unsupportedConfig("unknown secret type '<null>'");
  }
  if (secret !== undefined && expected !== undefined && secret !== expected) {
    unsupportedConfig(`invalid secret type '${secret}'`);
  }
}

function checkLun(disk: XmlElement): void {
  const type = disk.get("type");
  const source = disk.child("source");
  if (type === "network") {
    const protocol = source?.get("protocol");
    if (protocol !== "iscsi") {
      unsupportedConfig(`disk device='lun' is not supported for protocol='${protocol}'`);
    }
  } else if ((type !== "block" || source === undefined) && type !== "volume") {
    unsupportedConfig("disk device='lun' is only valid for block type disk source");
  }
  const format = disk.child("driver")?.get("type");
  if (format !== undefined && format !== "raw" && format !== "none") {
    unsupportedConfig("disk device 'lun' must use 'raw' format");
  }
  if (source?.child("slices") !== undefined) {
    unsupportedConfig("disk device 'lun' doesn't support storage slice");
  }
}

function checkNoLun(disk: XmlElement): void {
  if (disk.child("source")?.child("reservations") !== undefined) {
    unsupportedConfig("<reservations/> allowed only for lun devices");
  }
  if (disk.get("rawio") !== undefined) {
    unsupportedConfig("rawio can be used only with device='lun'");
  }
  if (disk.get("sgio") !== undefined) unsupportedConfig("sgio can be used only with device='lun'");
}

// A total goes without its parts.
function checkIoTune(tune: XmlElement | undefined): void {
  if (tune === undefined) return;
  for (const suffix of ["bytes_sec", "iops_sec", "bytes_sec_max", "iops_sec_max"]) {
    const [total, read, write] = ["total", "read", "write"].map((what) =>
      Number(tune.textOf(`${what}_${suffix}`) ?? 0) > 0
    );
    if (total && (read || write)) {
      xml(`total and read/write ${suffix} cannot be set at the same time`);
    }
  }
}

const UNREFERENCED = "discard_no_unref";

function checkNoVirtio(disk: XmlElement, bus: string): void {
  const model = disk.get("model");
  if (model?.startsWith("virtio")) {
    unsupportedConfig(`disk model '${model}' not supported for bus '${bus}'`);
  }
  const driver = disk.child("driver");
  for (const name of ["event_idx", "ioeventfd"]) {
    if (driver?.get(name) !== undefined) {
      unsupportedConfig(`disk ${name} mode supported only for virtio bus`);
    }
  }
  checkNoVirtioOptions(driver);
}

/** Throws for options that only virtio devices have. */
export function checkNoVirtioOptions(driver: XmlElement | undefined): void {
  for (const name of ["iommu", "ats", "packed"]) {
    if (driver?.get(name) !== undefined) {
      unsupportedConfig(`${name} driver option is only supported for virtio devices`);
    }
  }
  if (driver?.get("page_per_vq") !== undefined) {
    unsupportedConfig("page_per_vq option is only supported for virtio devices");
  }
}

function checkNames(disk: XmlElement, bus: string): void {
  for (const [name, longest] of [["vendor", VENDOR_LENGTH], ["product", PRODUCT_LENGTH]] as const) {
    const text = disk.textOf(name) ?? "";
    if (!/^[\x20-\x7e]*$/.test(text)) xml(`disk ${name} is not printable string`);
    if (text.length > longest && (name === "vendor" || bus === "scsi")) {
      unsupportedConfig(`disk ${name} is more than ${longest} characters`);
    }
  }
}

const LOCAL: ReadonlySet<string> = new Set(["file", "block", "dir", "volume"]);

function checkStartupPolicy(disk: XmlElement, removable: boolean): void {
  const policy = disk.child("source")?.get("startupPolicy");
  if (policy === undefined) return;
  const type = disk.get("type")!;
  if (!LOCAL.has(type) && sourceOf(disk) !== undefined) {
    xml(`disk startupPolicy '${policy}' is not allowed for disk of '${type}' type`);
  }
  if (policy === "requisite" && !removable) {
    xml("disk startupPolicy 'requisite' is allowed only for cdrom or floppy");
  }
}

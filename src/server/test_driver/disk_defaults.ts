/**
 * What libvirt checks and fills in of a domain's disks.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { diskIndex } from "./device_order.ts";
import { put } from "./domain_defaults.ts";
import { sourceOf } from "./domain_devices.ts";
import { lookupTable } from "../../lookup_table.ts";
import { partsBefore } from "./part_order.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { fillSize } from "./tuning_defaults.ts";
import { fillDiskSource } from "./disk_sources.ts";
import { fillEncryption } from "./secret_parts.ts";
import {
  badValue,
  missingAttribute,
  parseDecimal,
  unsupportedConfig,
  xmlFailure,
} from "./values.ts";
import { failure } from "../failure.ts";

const TYPES: ReadonlySet<string> = new Set(
  "none file block dir network volume nvme vhostuser vhostvdpa".split(" "),
);
const DEVICES: ReadonlySet<string> = new Set(["disk", "cdrom", "floppy", "lun"]);

const DISK_NAME = /^((fd|hd|sd|vd|xvd|ubd)[a-z]+\d*|nvme\d+n\d+(p\d+)?)$/;

const BUS_OF_PREFIX: Readonly<Record<string, string>> = lookupTable({
  fd: "fdc",
  hd: "ide",
  sd: "scsi",
  vd: "virtio",
  xvd: "xen",
  ubd: "uml",
  nvme: "nvme",
});

/** Checks a disk and fills in its defaults. */
export function fillDisk(disk: XmlElement): void {
  const unsaid = disk.child("source") === undefined;
  const type = disk.get("type") ?? "file";
  if (!TYPES.has(type)) badValue("type", disk, type);
  const device = disk.get("device") ?? "disk";
  if (!DEVICES.has(device)) badValue("device", disk, device);
  if (type === "vhostuser") disk.set("snapshot", "no");
  const rest = disk.attributes.filter(({ name }) => name !== "type" && name !== "device");
  disk.attributes = [{ name: "type", value: type }, { name: "device", value: device }, ...rest];
  const target = disk.child("target");
  // what Xen's tools once wrote before the name
  const dev = target?.get("dev")?.replace(/^ioemu:/, "");
  if (target === undefined || dev === undefined) {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.NO_TARGET, sourceOf(disk));
  }
  if (!DISK_NAME.test(dev) && disk.child("address") === undefined) {
    xmlFailure(`Unknown disk name '${dev}' and no address specified`, ErrorDomain.DOMAIN);
  }
  const prefix = /^(fd|hd|sd|vd|xvd|ubd|nvme)/.exec(dev)?.[1];
  const bus = target.get("bus") ??
    (device === "floppy" ? "fdc" : BUS_OF_PREFIX[prefix ?? ""]);
  const others = target.attributes.filter(({ name }) => name !== "dev" && name !== "bus");
  target.attributes = [
    { name: "dev", value: dev },
    ...(bus === undefined ? [] : [{ name: "bus", value: bus }]),
    ...others,
  ];
  if (device === "cdrom" && disk.child("readonly") === undefined) {
    put(disk, element("readonly"), partsBefore("disk", "readonly"));
  }
  if (type === "network") checkNetworkSource(disk);
  else {
    for (const name of ["snapshot", "config"]) {
      const source = disk.child("source");
      const only = source?.child(name);
      if (only !== undefined) source!.remove(only);
    }
  }
  fillDiskSource(disk.child("source"), type);
  const encryption = disk.child("encryption");
  if (encryption !== undefined) fillEncryption(encryption);
  dropZeros(disk);
  const driver = disk.child("driver");
  if (driver?.get("type") === "aio") driver.set("type", "raw");
  if (driver?.get("cache") === "default") driver.set("cache", undefined);
  if (driver?.attributes.length === 0 && driver.children.length === 0) disk.remove(driver);
  checkFormat(disk);
  if (sourceOf(disk) === undefined) dropEmptySource(disk);
  const empty = disk.child("source") === undefined;
  if (empty && device === "cdrom" && (unsaid || type === "network" || type === "volume")) {
    disk.set("type", "file");
  }
  const readOnly = disk.child("readonly") !== undefined;
  if (disk.get("snapshot") === "no" && readOnly) disk.set("snapshot", undefined);
  if (target.get("tray") === "closed") target.set("tray", undefined);
  for (let store: XmlElement | undefined = disk; store !== undefined;) {
    const holder: XmlElement | undefined = store.child(store === disk ? "driver" : "format");
    const cache = holder?.child("metadata_cache");
    fillSize(cache?.child("max_size"), "bytes", "./metadata_cache/max_size");
    if (cache?.textOf("max_size") === "0") holder!.remove(cache);
    const source = store === disk ? undefined : store.child("source");
    if (source !== undefined) {
      if (store.get("type") === "network") fillNetworkSource(source);
      fillDiskSource(source, store.get("type") ?? "file");
    }
    store = store.child("backingStore");
  }
  for (const label of disk.child("source")?.all("seclabel") ?? []) {
    const told = label.get("relabel") !== undefined || label.child("label") !== undefined;
    if (!told) disk.child("source")!.remove(label);
  }
  if (disk.child("address") === undefined && bus !== undefined) fillDriveAddress(disk, dev, bus);
}

// What is the same as not told.
const ZEROS = lookupTable({
  driver: ["queues", "queue_size"],
  blockio: ["logical_block_size", "physical_block_size"],
  target: ["rotation_rate"],
});

function dropZeros(disk: XmlElement): void {
  for (const [name, attributes] of Object.entries(ZEROS)) {
    const part = disk.child(name);
    for (const one of attributes) if (part?.get(one) === "0") part.set(one, undefined);
  }
  const transient = disk.child("transient");
  if (transient?.get("shareBacking") === "no") transient.set("shareBacking", undefined);
  const domain = disk.child("backenddomain");
  if (domain !== undefined && !domain.get("name")) disk.remove(domain);
  const tune = disk.child("iotune");
  for (const limit of tune?.elements ?? []) {
    const value = limit.name === "group_name" ? undefined : parseDecimal(limit.text);
    if (value === 0n) tune!.remove(limit);
    else if (value !== undefined) limit.setText(String(value));
  }
  if (tune?.children.length === 0) disk.remove(tune);
}

const PORTS: Readonly<Record<string, string>> = lookupTable({
  nbd: "10809",
  sheepdog: "7000",
  gluster: "24007",
  iscsi: "3260",
  http: "80",
  https: "443",
  ftp: "21",
  ftps: "990",
  tftp: "69",
  vxhs: "9999",
  ssh: "22",
});

// Where a client would look by itself.
function fillNetworkSource(source: XmlElement): void {
  const protocol = source.get("protocol") ?? "";
  for (const host of source.all("host")) {
    const port = PORTS[protocol];
    const network = host.get("transport") === undefined || host.get("transport") === "tcp";
    if (!network || port === undefined || host.get("port") !== undefined) continue;
    host.set("port", port);
  }
  const name = source.get("name");
  if (protocol === "iscsi" && name !== undefined && !name.includes("/")) {
    source.set("name", `${name}/0`);
  }
}

function checkNetworkSource(disk: XmlElement): void {
  const source = disk.child("source");
  if (source === undefined) return;
  const protocol = source.get("protocol");
  if (protocol === undefined) missingAttribute("protocol", source);
  if (!PROTOCOLS.has(protocol)) badValue("protocol", source, protocol);
  fillNetworkSource(source);
  const name = source.get("name") ?? "";
  const parts = name.split("/").length;
  if (protocol === "rbd" && parts !== 2 && parts !== 3) {
    xmlFailure(
      `failed to split path '${name}' into 'pool/image' or 'pool/namespace/image' components`,
      ErrorDomain.STORAGE,
    );
  }
}

const PROTOCOLS: ReadonlySet<string> = new Set(
  "none nbd rbd sheepdog gluster iscsi http https ftp ftps tftp vxhs nfs ssh".split(" "),
);

const FORMATS: ReadonlySet<string> = new Set(
  ("raw dir bochs cloop dmg iso vpc vdi fat vhd ploop cow qcow qcow2 qed vmdk").split(" "),
);

function checkFormat(disk: XmlElement): void {
  const format = disk.child("driver")?.get("type");
  if (format === undefined || FORMATS.has(format) || OLD_FORMATS.has(format)) return;
  unsupportedConfig(`unknown driver format value '${format}'`);
}

// Names of Xen's drivers that stand for raw data.
const OLD_FORMATS: ReadonlySet<string> = new Set(["aio"]);

function dropEmptySource(disk: XmlElement): void {
  const source = disk.child("source");
  if (source !== undefined && source.attributes.length === 0 && source.children.length === 0) {
    disk.remove(source);
  }
}

// How many units and buses of drives a controller has.
const DRIVES: Readonly<Record<string, readonly [buses: number, units: number]>> = lookupTable({
  ide: [2, 2],
  fdc: [1, 2],
  sata: [1, 6],
  scsi: [1, 7],
});

function fillDriveAddress(disk: XmlElement, dev: string, bus: string): void {
  const nvme = bus === "nvme" ? /^nvme(\d+)n(\d+)/.exec(dev) : null;
  if (nvme !== null) {
    putDriveAddress(disk, Number(nvme[1]), 0, Math.max(0, Number(nvme[2]) - 1));
    return;
  }
  const drives = DRIVES[bus];
  const index = diskIndex(dev);
  if (drives === undefined || index < 0) return;
  const [buses, units] = drives;
  const controller = Math.floor(index / (buses * units));
  const within = index % (buses * units);
  // the seventh unit of a SCSI bus is the controller itself
  putDriveAddress(disk, controller, Math.floor(within / units), within % units);
}

function putDriveAddress(disk: XmlElement, controller: number, bus: number, unit: number): void {
  disk.children.push(element("address", {
    type: "drive",
    controller: String(controller),
    bus: String(bus),
    target: "0",
    unit: String(unit),
  }));
}

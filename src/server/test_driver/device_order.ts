/**
 * Where a device stands among a domain's others: libvirt sorts disks and controllers as they come.
 *
 * @module
 */

import { XmlElement } from "../../xml/element.ts";
import { parseInteger } from "./values.ts";

// The kinds of device in the order in which libvirt prints them.
const KINDS: readonly string[] =
  ("emulator disk controller lease filesystem interface smartcard serial parallel console channel " +
    "input tpm graphics sound audio video hostdev redirdev redirfilter hub watchdog memballoon rng " +
    "nvram panic shmem memory iommu vsock crypto pstore").split(" ");

/** Puts the disks and controllers of a new definition in the order in which libvirt keeps them. */
export function orderDevices(devices: XmlElement): void {
  for (const kind of ["disk", "controller"]) {
    const all = devices.all(kind);
    if (all.length < 2) continue;
    for (const one of all) devices.remove(one);
    for (const one of all) insertDevice(devices, one);
  }
}

/** Puts a device behind the last of its kind; a disk or controller where its number has it. */
export function insertDevice(devices: XmlElement, device: XmlElement): void {
  const before = successorOf(devices, device);
  if (before !== undefined) {
    devices.children.splice(devices.children.indexOf(before), 0, device);
    return;
  }
  const kind = KINDS.indexOf(device.name);
  const at = devices.children.findIndex((child) =>
    child instanceof XmlElement && KINDS.indexOf(child.name) > kind
  );
  devices.children.splice(at < 0 ? devices.children.length : at, 0, device);
}

// The one of its kind that it has to stand before; none for what comes behind all.
function successorOf(devices: XmlElement, device: XmlElement): XmlElement | undefined {
  if (device.name !== "disk" && device.name !== "controller") return undefined;
  const all = devices.all(device.name);
  const precedes = device.name === "disk" ? isEarlierDisk : isEarlierController;
  const group = device.name === "disk" ? busOf : typeOf;
  const alike = all.filter((one) => group(one) === group(device));
  const later = alike.find((one) => precedes(device, one));
  if (later !== undefined) return later;
  return alike.length === 0 ? undefined : all[all.indexOf(alike.at(-1)!) + 1];
}

function busOf(disk: XmlElement): string | undefined {
  return disk.child("target")?.get("bus");
}

function typeOf(controller: XmlElement): string {
  return controller.get("type") ?? "ide";
}

function isEarlierDisk(disk: XmlElement, other: XmlElement): boolean {
  return nameIndex(disk) < nameIndex(other);
}

function nameIndex(disk: XmlElement): number {
  return diskIndex(disk.child("target")?.get("dev") ?? "");
}

// Of a USB 2 controller's parts, which share a number, the master comes first.
function isEarlierController(controller: XmlElement, other: XmlElement): boolean {
  const index = indexOf(controller);
  if (index === undefined) return false;
  const otherIndex = indexOf(other) ?? -1n;
  if (otherIndex > index) return true;
  return otherIndex === index && controller.child("master") === undefined &&
    other.child("master") !== undefined;
}

function indexOf(controller: XmlElement): bigint | undefined {
  return parseInteger(controller.get("index") ?? "");
}

/** The number behind a disk's name: 0 for `vda`, 26 for `vdaa`; -1 where it has none. */
export function diskIndex(dev: string): number {
  const letters = /^(?:fd|hd|vd|sd|xvd|ubd)([a-z]+)\d*$/.exec(dev)?.[1];
  if (letters === undefined) return -1;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 96, 0) - 1;
}

/**
 * What two devices of a domain may not both have.
 *
 * @module
 */

import { ErrorDomain } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { dumpXml } from "../../xml/print.ts";
import { sourceOf } from "./domain_devices.ts";
import { unsupportedConfig, xmlFailure } from "./values.ts";

/** Throws for devices that are in each other's way. */
export function checkConflicts(devices: XmlElement): void {
  checkControllers(devices.all("controller"));
  checkHostdevs(devices.all("hostdev"));
  checkTargets(devices.all("disk"));
  checkDrives(devices);
  checkBootOrders(devices.elements);
  checkAliases(devices.elements);
}

const LAST_TARGET = 30;

// The parts of a USB 2 controller share a number.
function checkControllers(controllers: readonly XmlElement[]): void {
  const seen = new Set<string>();
  for (const one of controllers) {
    const type = one.get("type");
    const index = one.get("index");
    const key = `${type} ${index}`;
    if (type === "pci") {
      const target = one.child("target")?.get("index");
      if (target !== undefined && Number(target) > LAST_TARGET) {
        unsupportedConfig(
          `PCI controller target index '${target}' out of range - must be 0-${LAST_TARGET}`,
        );
      }
      if (index === "0" && one.textOf("target/node") !== undefined) {
        unsupportedConfig("The PCI controller with index=0 can't be associated with a NUMA node");
      }
      if (target !== undefined && (target === "0") !== (index === "0")) {
        unsupportedConfig(
          "Only the PCI controller with index 0 can have target index 0, and vice versa",
        );
      }
    }
    if (type !== "usb" && seen.has(key)) {
      xmlFailure(`Multiple '${type}' controllers with index '${index}'`, ErrorDomain.DOMAIN);
    }
    seen.add(key);
  }
}

function checkHostdevs(hostdevs: readonly XmlElement[]): void {
  const seen = new Set<string>();
  for (const hostdev of hostdevs) {
    const source = hostdev.child("source");
    if (source === undefined) continue;
    const key = `${hostdev.get("mode")} ${hostdev.get("type")} ${dumpXml(source)}`;
    if (seen.has(key)) {
      xmlFailure("Hostdev already exists in the domain configuration", ErrorDomain.DOMAIN);
    }
    seen.add(key);
  }
  const shown = hostdevs.filter((one) => one.get("ramfb") === "on");
  if (shown.length > 1) unsupportedConfig("Only one vgpu device can have 'ramfb' enabled");
}

function checkTargets(disks: readonly XmlElement[]): void {
  const seen = new Map<string, XmlElement>();
  for (const disk of disks) {
    const dev = disk.child("target")!.get("dev")!;
    const twin = seen.get(dev);
    if (twin !== undefined) {
      const [one, other] = [twin, disk].map((disk) => sourceOf(disk) ?? "(null)");
      xmlFailure(
        `target '${dev}' duplicated for disk sources '${one}' and '${other}'`,
        ErrorDomain.DOMAIN,
      );
    }
    seen.set(dev, disk);
  }
}

function placeOf(device: XmlElement): string | undefined {
  const address = device.child("address");
  if (address?.get("type") !== "drive") return undefined;
  return ["controller", "bus", "target", "unit"].map((name) => `${name}='${address.get(name)}'`)
    .join(" ");
}

function checkDrives(devices: XmlElement): void {
  const taken = new Map<string, XmlElement>();
  for (const disk of devices.all("disk")) {
    const place = placeOf(disk);
    const target = disk.child("target")!;
    const key = `${target.get("bus")} ${place}`;
    const twin = taken.get(key);
    if (place !== undefined && twin !== undefined) {
      const name = twin.child("target")!.get("dev");
      unsupportedConfig(
        `Found duplicate drive address for disk with target name '${name}' ${place}`,
      );
    }
    taken.set(key, disk);
  }
  const hosts = new Set<string>();
  for (const hostdev of devices.all("hostdev")) {
    const place = placeOf(hostdev);
    if (place === undefined) continue;
    const disk = taken.get(`scsi ${place}`);
    if (disk !== undefined) {
      const name = disk.child("target")!.get("dev");
      unsupportedConfig(
        `using disk target name '${name}' conflicts with SCSI host device address ${
          place.slice(0, -1)
        }`,
      );
    }
    if (hosts.has(place)) {
      unsupportedConfig(`SCSI host address ${place} in use by another SCSI host device`);
    }
    hosts.add(place);
  }
}

function checkBootOrders(devices: readonly XmlElement[]): void {
  const seen = new Set<string>();
  for (const device of devices) {
    const order = device.child("boot")?.get("order");
    if (order === undefined) continue;
    if (seen.has(order)) {
      unsupportedConfig(`boot order '${order}' used for more than one device`);
    }
    seen.add(order);
  }
}

function checkAliases(devices: readonly XmlElement[]): void {
  const seen = new Set<string>();
  for (const device of devices) {
    const name = device.child("alias")?.get("name");
    if (name === undefined || (device.name === "console" && seen.has(name))) continue;
    if (seen.has(name)) unsupportedConfig(`non unique alias detected: ${name}`);
    seen.add(name);
  }
}

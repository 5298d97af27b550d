/**
 * The controllers that a domain's other devices need.
 *
 * @module
 */

import { element, XmlElement } from "../../xml/element.ts";

/** Numbers the controllers and adds those that devices need. */
export function fillControllers(devices: XmlElement): void {
  number(devices);
  const needed = new Map<string, number>();
  const need = (type: string, index: number): void => {
    needed.set(type, Math.max(needed.get(type) ?? -1, index));
  };
  for (const device of devices.elements) {
    const address = device.child("address");
    const controller = Number(address?.get("controller") ?? 0);
    if (device.name === "disk" && address?.get("type") === "drive") {
      const bus = device.child("target")?.get("bus");
      if (bus !== undefined && DRIVE_BUSES.has(bus)) need(bus, controller);
    } else if (address?.get("type") === "virtio-serial") need("virtio-serial", controller);
    else if (address?.get("type") === "ccid") need("ccid", controller);
    else if (device.name === "channel" && device.child("target")?.get("type") === "virtio") {
      need("virtio-serial", 0);
    } else if (device.name === "console" && device.child("target")?.get("type") === "virtio") {
      need("virtio-serial", 0);
    } else if (device.name === "smartcard") need("ccid", 0);
  }
  for (const [type, last] of needed) for (let i = 0; i <= last; i++) add(devices, type, i);
}

const DRIVE_BUSES: ReadonlySet<string> = new Set(["ide", "fdc", "sata", "scsi"]);

// Controllers without a number get the lowest that is free, before any other attribute.
function number(devices: XmlElement): void {
  const taken = new Map<string, Set<number>>();
  const controllers = devices.all("controller");
  for (const one of controllers) {
    if (one.get("type") === undefined) one.attributes.unshift({ name: "type", value: "ide" });
  }
  for (const controller of controllers) {
    const index = controller.get("index");
    const type = controller.get("type") ?? "";
    const set = taken.get(type) ?? new Set();
    taken.set(type, set);
    if (index !== undefined) set.add(Number(index));
  }
  for (const controller of controllers) {
    if (controller.get("index") !== undefined) continue;
    const type = controller.get("type") ?? "";
    const set = taken.get(type)!;
    let index = 0;
    while (set.has(index)) index++;
    set.add(index);
    const rest = controller.attributes.filter(({ name }) => name !== "type");
    controller.attributes = [
      { name: "type", value: type },
      { name: "index", value: String(index) },
      ...rest,
    ];
  }
}

function add(devices: XmlElement, type: string, index: number): void {
  const known = devices.all("controller").some((one) =>
    one.get("type") === type && one.get("index") === String(index)
  );
  if (known) return;
  let at = 0;
  devices.children.forEach((child, i) => {
    if (child instanceof XmlElement && BEFORE.has(child.name)) at = i + 1;
  });
  devices.children.splice(at, 0, element("controller", { type, index: String(index) }));
}

const BEFORE: ReadonlySet<string> = new Set(["emulator", "disk", "controller"]);

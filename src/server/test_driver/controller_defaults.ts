/**
 * The controllers that a domain's other devices need.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { insertDevice } from "./device_order.ts";

/** Numbers the controllers and adds those that devices need. */
export function fillControllers(devices: XmlElement): void {
  number(devices);
  putMastersFirst(devices);
  for (const type of ["scsi", "fdc", "ide", "sata", "nvme"]) {
    const disks = devices.all("disk").filter((disk) =>
      disk.child("target")?.get("bus") === type && disk.child("address")?.get("type") === "drive"
    );
    const hostdevs = devices.all("hostdev").filter((one) =>
      one.get("type") === type && one.child("address")?.get("type") === "drive"
    );
    addUpTo(devices, type, disks.map(controllerOf));
    addUpTo(devices, type, hostdevs.map(controllerOf), modelOf(devices, hostdevs));
  }
  const virtio = [...devices.all("channel"), ...devices.all("console")].filter((one) =>
    one.child("target")?.get("type") === "virtio"
  );
  for (const one of virtio) add(devices, "virtio-serial", controllerOf(one));
  for (const card of devices.all("smartcard")) add(devices, "ccid", controllerOf(card));
}

// Of the parts of a USB 2 controller, which share a number.
function putMastersFirst(devices: XmlElement): void {
  const parts = devices.all("controller").filter((one) => one.get("type") === "usb");
  for (const master of parts) {
    if (master.child("master") !== undefined) continue;
    const companion = parts.find((one) =>
      one.child("master") !== undefined && one.get("index") === master.get("index")
    );
    if (companion === undefined) continue;
    const [at, before] = [master, companion].map((one) => devices.children.indexOf(one));
    if (at! < before!) continue;
    devices.children.splice(at!, 1);
    devices.children.splice(before!, 0, master);
  }
}

function controllerOf(device: XmlElement): number {
  return Number(device.child("address")?.get("controller") ?? 0);
}

// A further controller is like the one that is full.
function modelOf(devices: XmlElement, hostdevs: readonly XmlElement[]): string | undefined {
  const indexes = hostdevs.map(controllerOf);
  return devices.all("controller").find((one) =>
    one.get("type") === "scsi" && one.get("model") !== undefined &&
    indexes.includes(Number(one.get("index")))
  )?.get("model");
}

function addUpTo(
  devices: XmlElement,
  type: string,
  indexes: readonly number[],
  model?: string,
): void {
  const last = Math.max(-1, ...indexes);
  for (let index = 0; index <= last; index++) add(devices, type, index, model);
}

// The parts of a USB 2 controller, which have one number together.
const USB2: ReadonlySet<string> = new Set([
  "ich9-ehci1",
  "ich9-uhci1",
  "ich9-uhci2",
  "ich9-uhci3",
]);

// Controllers without a number get the lowest that is free, before any other attribute.
function number(devices: XmlElement): void {
  const controllers = devices.all("controller");
  for (const one of controllers) {
    if (one.get("type") === undefined) one.attributes.unshift({ name: "type", value: "ide" });
  }
  controllers.forEach((controller, at) => {
    if (controller.get("index") !== undefined) return;
    const type = controller.get("type")!;
    const index = companionIndex(controllers, at) ?? freeIndex(controllers, type);
    const rest = controller.attributes.filter(({ name }) => name !== "type");
    controller.attributes = [
      { name: "type", value: type },
      { name: "index", value: index },
      ...rest,
    ];
  });
}

function companionIndex(controllers: readonly XmlElement[], at: number): string | undefined {
  const model = controllers[at]!.get("model") ?? "";
  if (!USB2.has(model)) return undefined;
  const previous = controllers.slice(0, at).findLast((one) => one.get("type") === "usb");
  if (previous === undefined || !USB2.has(previous.get("model") ?? "")) return undefined;
  const index = previous.get("index");
  const taken = controllers.some((one) =>
    one.get("type") === "usb" && one.get("index") === index && one.get("model") === model
  );
  return taken ? undefined : index;
}

function freeIndex(controllers: readonly XmlElement[], type: string): string {
  const taken = new Set(
    controllers.filter((one) => one.get("type") === type).map((one) => one.get("index")),
  );
  let index = 0;
  while (taken.has(String(index))) index++;
  return String(index);
}

function add(devices: XmlElement, type: string, index: number, model?: string): void {
  const known = devices.all("controller").some((one) =>
    one.get("type") === type && one.get("index") === String(index)
  );
  if (!known) {
    insertDevice(devices, element("controller", { type, index: String(index), model }));
  }
}

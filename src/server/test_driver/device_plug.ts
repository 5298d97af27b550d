/**
 * What libvirt's test driver lets be plugged into a domain that runs, and how it refuses the rest.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { diskIndex, insertDevice } from "./device_order.ts";
import { put } from "./domain_defaults.ts";
import { sourceOf } from "./domain_devices.ts";
import { devicesOf } from "./domain_values.ts";
import { lookupTable } from "../../lookup_table.ts";
import { partsBefore } from "./part_order.ts";
import { refusal } from "./refusals.ts";
import { memorySize, unsupportedConfig, xmlFailure } from "./values.ts";

// What libvirt calls the kinds of device that its users write in another way.
const KINDS: Readonly<Record<string, string>> = lookupTable({
  serial: "chr",
  parallel: "chr",
  console: "chr",
  channel: "chr",
});

/** What libvirt calls the kind of a device. */
export function deviceKind(device: XmlElement): string {
  return KINDS[device.name] ?? device.name;
}

/** Throws for a device that does not go with a domain; `old` is the one that it replaces. */
export function checkCompatible(
  definition: XmlElement,
  device: XmlElement,
  old: XmlElement | undefined,
): void {
  if (old === undefined) checkAlias(definition, device);
  if (isUsb(device) && !hasUsb(definition) && definition.textOf("os/type") !== "exe") {
    unsupportedConfig(
      "Device configuration is not compatible: Domain has no USB bus support",
    );
  }
  const order = device.child("boot")?.get("order");
  if (order !== undefined) checkBootOrder(definition, order, old);
  if (device.name === "memory") checkMemory(definition, device);
}

function checkAlias(definition: XmlElement, device: XmlElement): void {
  const name = device.child("alias")?.get("name");
  if (name === undefined || !name.startsWith("ua-")) return;
  const taken = definition.child("devices")!.elements.some((one) =>
    one.child("alias")?.get("name") === name
  );
  if (taken) unsupportedConfig(`non unique alias detected: ${name}`);
}

/** Whether a domain has a controller of USB devices. */
export function hasUsb(definition: XmlElement): boolean {
  return devicesOf(definition, "controller").some((one) =>
    one.get("type") === "usb" && one.get("model") !== "none"
  );
}

function isUsb(device: XmlElement): boolean {
  switch (device.name) {
    case "disk":
      return device.child("target")?.get("bus") === "usb";
    case "input":
    case "redirdev":
      return device.get("bus") === "usb";
    case "hub":
      return device.get("type") === "usb";
    case "hostdev":
      // libvirt looks at one number for both modes, in which storage is what USB is in the other
      return device.get("type") === "usb" || device.get("type") === "storage";
  }
  return false;
}

function checkBootOrder(
  definition: XmlElement,
  order: string,
  old: XmlElement | undefined,
): void {
  if ((definition.child("os")?.all("boot") ?? []).length > 0) {
    unsupportedConfig("per-device boot elements cannot be used together with os/boot elements");
  }
  const taken = definition.child("devices")!.elements.some((one) =>
    one !== old && one.child("boot")?.get("order") === order
  );
  if (taken) unsupportedConfig(`boot order ${order} is already used by another device`);
}

function checkMemory(definition: XmlElement, device: XmlElement): void {
  const max = definition.child("maxMemory");
  if (max === undefined) {
    unsupportedConfig(
      "cannot use/hotplug a memory device when domain 'maxMemory' is not defined",
    );
  }
  const target = device.find("target/size");
  const size = target === undefined ? 0n : memorySize(target, "./target/size");
  const total = BigInt(definition.textOf("memory") ?? 0);
  if (total + size > BigInt(max.text)) {
    unsupportedConfig(
      `Attaching memory device with size '${size}' would exceed domain's maxMemory config size '${max.text}'`,
    );
  }
}

/** Plugs a device in; answers with the alias that it has then, if any. */
export function attachLive(definition: XmlElement, device: XmlElement): string | undefined {
  switch (device.name) {
    case "disk":
      return attachDisk(definition, device);
    case "interface":
      attachInterface(definition, device);
      break;
    case "hostdev":
      attachHostdev(definition, device);
      break;
    default:
      throw unsupported(`live attach of device '${deviceKind(device)}' is not supported`);
  }
  return device.child("alias")?.get("name");
}

function unsupported(detail: string): Error {
  return refusal(ErrorNumber.OPERATION_UNSUPPORTED, detail);
}

function attachDisk(definition: XmlElement, disk: XmlElement): string | undefined {
  const target = disk.child("target")!;
  const dev = target.get("dev")!;
  const twin = devicesOf(definition, "disk").find((one) => one.child("target")?.get("dev") === dev);
  const kind = disk.get("device");
  if (twin !== undefined && (kind === "cdrom" || kind === "floppy")) {
    changeMedium(twin, disk);
    // the alias that libvirt tells then is that of a disk it has just freed
    return undefined;
  }
  if (kind === "floppy") throw unsupported("floppy device hotplug isn't supported");
  if (disk.get("type") === "volume") {
    // it asks the host's storage driver, which knows none of the test driver's pools
    const pool = disk.child("source")?.get("pool");
    throw failure(
      ErrorDomain.STORAGE,
      ErrorNumber.NO_STORAGE_POOL,
      `no storage pool with matching name '${pool}'`,
    );
  }
  if (twin !== undefined) {
    const [one, other] = [twin, disk].map((disk) => sourceOf(disk) ?? "(null)");
    xmlFailure(
      `target '${dev}' duplicated for disk sources '${one}' and '${other}'`,
      ErrorDomain.DOMAIN,
    );
  }
  const bus = target.get("bus");
  if (bus === "usb" && kind === "lun") {
    unsupportedConfig("disk device='lun' is not supported for usb bus", ErrorDomain.TEST);
  }
  if (bus === "virtio" && kind === "cdrom") {
    throw unsupported("cdrom device with virtio bus isn't supported");
  }
  if (bus !== "usb" && bus !== "virtio") {
    throw unsupported(`disk bus '${bus ?? "none"}' cannot be hotplugged.`);
  }
  if (disk.child("alias") === undefined) {
    put(disk, element("alias", { name: diskAlias(disk, bus, dev) }), partsBefore("disk", "alias"));
  }
  insertDevice(definition.child("devices")!, disk);
  return disk.child("alias")!.get("name");
}

function diskAlias(disk: XmlElement, bus: string, dev: string): string {
  const address = disk.child("address");
  if (address?.get("type") !== "drive") return `${bus}-disk${diskIndex(dev)}`;
  const parts = ["controller", "bus", "unit"].map((name) => address.get(name) ?? "0");
  return `${bus}${parts.join("-")}`;
}

function changeMedium(drive: XmlElement, medium: XmlElement): void {
  const old = drive.child("source");
  if (old !== undefined) drive.remove(old);
  drive.set("type", medium.get("type"));
  for (const name of ["backingStore", "driver"]) {
    const stale = drive.child(name);
    if (stale !== undefined) drive.remove(stale);
    const fresh = medium.child(name);
    if (fresh !== undefined) {
      put(drive, fresh, partsBefore("disk", name));
    }
  }
  const source = medium.child("source");
  if (source !== undefined) put(drive, source, partsBefore("disk", "source"));
}

/** What stands before an interface's alias. */
function attachInterface(definition: XmlElement, net: XmlElement): void {
  const type = net.get("type");
  if (type !== "ethernet" && type !== "bridge") {
    throw unsupported(`hotplug of interface type of ${type} is not implemented yet`);
  }
  if (net.child("alias") === undefined) {
    const taken = devicesOf(definition, "interface").map((one) =>
      Number(/^net(\d+)$/.exec(one.child("alias")?.get("name") ?? "")?.[1] ?? -1)
    );
    const name = `net${Math.max(-1, ...taken) + 1}`;
    put(net, element("alias", { name }), partsBefore("interface", "alias"));
  }
  insertDevice(definition.child("devices")!, net);
}

// The test driver takes the name of a kind of device from the names of drivers.
const HOSTDEV_NAMES: Readonly<Record<string, string>> = lookupTable({
  usb: "default",
  scsi: "vfio",
  scsi_host: "xen",
});

function attachHostdev(definition: XmlElement, hostdev: XmlElement): void {
  const type = hostdev.get("type") ?? "";
  if (hostdev.get("mode") !== "subsystem") {
    unsupportedConfig(
      `hotplug is not supported for hostdev mode '${hostdev.get("mode")}'`,
      ErrorDomain.TEST,
    );
  }
  if (type !== "pci") {
    unsupportedConfig(
      `hotplug is not supported for hostdev subsys type '${HOSTDEV_NAMES[type] ?? "(null)"}'`,
      ErrorDomain.TEST,
    );
  }
  if (hostdev.child("driver")?.get("name") === "xen") {
    unsupportedConfig(
      "test hypervisor does not support device assignment mode 'xen'",
      ErrorDomain.TEST,
    );
  }
  insertDevice(definition.child("devices")!, hostdev);
}

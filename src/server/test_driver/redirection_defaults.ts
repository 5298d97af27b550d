/**
 * What libvirt checks and fills in of USB devices that come from the guest's viewer.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { RULES } from "./shape_rules.ts";
import { unsupportedConfig, xmlFailure } from "./values.ts";

const USB_FILTERS = { class: 2, vendor: 4, product: 4 } as const;
const USB_CLASS_MAX = 0xff;

/** Checks which devices may be redirected. */
export function fillRedirFilter(filter: XmlElement): void {
  for (const device of filter.all("usbdev")) {
    for (const [name, digits] of Object.entries(USB_FILTERS)) {
      const value = device.get(name);
      const number = value === undefined ? -1 : Number(RULES.format("int-c", value, device, name));
      if (name === "class" && number !== -1 && (number < 0 || number > USB_CLASS_MAX)) {
        throw failure(
          ErrorDomain.DOMAIN,
          ErrorNumber.INTERNAL_ERROR,
          `Invalid USB Class code 0x${(number >>> 0).toString(16)}`,
        );
      }
      const printed = (number >>> 0).toString(16).toUpperCase().padStart(digits, "0");
      device.set(name, number < 0 ? undefined : `0x${printed}`);
    }
    const version = device.get("version");
    if (version === undefined || version === "-1") device.set("version", undefined);
    else {
      const [, major, minor = ""] = /^(\d{1,2})\.(\d{1,2})$/.exec(version) ?? [];
      if (major === undefined) {
        xmlFailure(`Cannot parse USB device version ${version}`, ErrorDomain.DOMAIN);
      }
      device.set("version", `${Number(major)}.${minor.padEnd(2, "0")}`);
    }
  }
}

const REDIRECTED: ReadonlySet<string> = new Set(
  ("null vc pty dev file pipe stdio udp tcp unix spicevmc spiceport nmdm qemu-vdagent dbus").split(
    " ",
  ),
);

/** Checks a redirected device and fills in its defaults. */
export function fillRedirdev(redirdev: XmlElement): void {
  const bus = redirdev.get("bus") ?? "usb";
  const type = redirdev.get("type")!;
  if (bus !== "usb") unsupportedConfig(`unknown redirdev bus '${bus}'`);
  if (!REDIRECTED.has(type)) {
    unsupportedConfig(`unknown redirdev character device type '${type}'`);
  }
  redirdev.attributes = [{ name: "bus", value: bus }, { name: "type", value: type }];
  const address = redirdev.child("address")?.get("type");
  if (address !== undefined && address !== "usb") {
    xmlFailure("Invalid address for a USB device", ErrorDomain.DOMAIN);
  }
  const source = redirdev.child("source");
  if (type !== "dbus" || source?.get("channel") !== undefined) return;
  if (source !== undefined) redirdev.remove(source);
  redirdev.children.unshift(element("source", { channel: "org.qemu.usbredir" }));
}

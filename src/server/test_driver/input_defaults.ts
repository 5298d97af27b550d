/**
 * What libvirt checks and fills in of a domain's input devices.
 *
 * @module
 */

import type { XmlElement } from "../../xml/element.ts";
import { lookupTable } from "../../lookup_table.ts";
import { badValue, unsupportedConfig } from "./values.ts";
import { internal } from "./domain_faults.ts";

const TYPES: ReadonlySet<string> = new Set(
  ["mouse", "tablet", "keyboard", "passthrough", "evdev"],
);
const BUSES: ReadonlySet<string> = new Set(
  ["ps2", "usb", "xen", "parallels", "virtio", "none"],
);
const MODELS: ReadonlySet<string> = new Set(
  ["virtio", "virtio-transitional", "virtio-non-transitional"],
);

// What an evdev source tells, and what it may be.
const EVDEV: Readonly<Record<string, readonly string[] | undefined>> = lookupTable({
  grab: ["all"],
  grabToggle: "ctrl-ctrl alt-alt shift-shift meta-meta scrolllock ctrl-scrolllock".split(" "),
  repeat: ["on", "off"],
});

/** Checks an input device; its bus is filled in when its domain is known. */
export function checkInput(input: XmlElement): void {
  const type = input.get("type");
  if (type === undefined) internal("missing input device type");
  if (!TYPES.has(type)) unsupportedConfig(`unknown input device type '${type}'`);
  const bus = input.get("bus");
  if (bus !== undefined && !BUSES.has(bus)) unsupportedConfig(`unknown input bus type '${bus}'`);
  const model = input.get("model");
  if (model !== undefined && !MODELS.has(model)) {
    unsupportedConfig(`unknown input model '${model}'`);
  }
  const source = input.child("source");
  if (source === undefined) return;
  const evdev = type === "evdev";
  source.attributes = source.attributes.filter(({ name }) => evdev === (name !== "evdev"));
  if (source.attributes.length === 0) input.remove(source);
  for (const { name, value } of source.attributes) {
    const known = EVDEV[name];
    if (known !== undefined && !known.includes(value)) badValue(name, source, value);
  }
}

function defaultBus(type: string, domain: XmlElement): string | undefined {
  if (type === "evdev") return undefined;
  if (type === "passthrough") return "virtio";
  const os = domain.textOf("os/type");
  if (os === "xen" || os === "xenpvh") return "xen";
  const arch = domain.find("os/type")?.get("arch") ?? "";
  if (arch.startsWith("s390")) return "virtio";
  return type === "tablet" || !/^(i686|x86_64)$/.test(arch) ? "usb" : "ps2";
}

/** Fills in the bus of an input device; throws for one that its type cannot be on. */
export function fillInputBus(input: XmlElement, domain: XmlElement): void {
  const type = input.get("type")!;
  const told = input.get("bus");
  if (!["hvm", "xen", "xenpvh"].includes(domain.textOf("os/type")!)) {
    internal("Input devices are not supported by this virtualization driver.");
  }
  const model = input.get("model");
  if (type === "evdev" && told !== undefined && told !== "none") {
    unsupportedConfig("input evdev doesn't support bus element");
  }
  const bus = told ?? defaultBus(type, domain);
  const rest = input.attributes.filter(({ name }) => name !== "type" && name !== "bus");
  input.attributes = [{ name: "type", value: type }];
  if (bus !== undefined) input.set("bus", bus);
  input.attributes.push(...rest);
  const pointer = type === "mouse" || type === "keyboard";
  if ((bus === "ps2" || bus === "xen") && type === "tablet") {
    internal(`${bus} bus does not support ${type} input device`);
  }
  if (model !== undefined && bus !== "virtio") {
    unsupportedConfig(`only bus 'virtio' is supported for input model '${model}'`);
  }
  if (type === "passthrough" && bus !== "virtio" && !pointer) {
    unsupportedConfig("only bus 'virtio' is supported for 'passthrough' input devices");
  }
}

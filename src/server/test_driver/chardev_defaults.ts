/**
 * What libvirt fills in of a domain's serial ports, consoles and channels.
 *
 * @module
 */

import { element, XmlElement } from "../../xml/element.ts";
import { lookupTable } from "./lookup_table.ts";
import { unsupportedConfig } from "./values.ts";
import { fillCharacterSource } from "./chardev_source.ts";

const CHARACTER_DEVICES = ["parallel", "serial", "console", "channel"] as const;

/** Numbers the ports and makes the console that stands for the first serial port, or the reverse. */
export function fillCharacterDevices(domain: XmlElement, devices: XmlElement): void {
  for (const kind of CHARACTER_DEVICES) {
    for (const device of devices.all(kind)) {
      const type = device.get("type");
      if (type === undefined) device.attributes.unshift({ name: "type", value: "pty" });
      fillCharacterSource(device, type ?? "pty");
      checkTarget(device);
    }
  }
  for (const redirdev of devices.all("redirdev")) {
    fillCharacterSource(redirdev, redirdev.get("type")!);
  }
  for (const card of devices.all("smartcard")) {
    if (card.get("mode") === "passthrough") fillCharacterSource(card, card.get("type") ?? "");
  }
  for (const rng of devices.all("rng")) {
    const backend = rng.child("backend");
    if (backend?.get("model") === "egd") fillCharacterSource(backend, backend.get("type") ?? "");
  }
  for (const kind of ["parallel", "serial"]) numberPorts(devices.all(kind));
  if (domain.textOf("os/type") === "hvm") matchConsole(devices);
  devices.all("console").forEach((console, at) => {
    const target = targetOf(console);
    const type = target.get("type") ?? "serial";
    target.attributes = [
      { name: "type", value: type },
      { name: "port", value: target.get("port") ?? String(at) },
    ];
  });
}

const TARGETS: Readonly<Record<string, string>> = lookupTable({
  serial: "isa-serial usb-serial pci-serial spapr-vio-serial system-serial sclp-serial isa-debug",
  console: "none serial xen uml virtio lxc openvz sclp sclplm",
  channel: "none guestfwd virtio xen",
});

function checkTarget(device: XmlElement): void {
  const type = device.child("target")?.get("type");
  const known = TARGETS[device.name];
  if (type === undefined || known === undefined || known.split(" ").includes(type)) return;
  unsupportedConfig(`unknown target type '${type}' specified for character device`);
}

function targetOf(device: XmlElement): XmlElement {
  let target = device.child("target");
  if (target === undefined) {
    target = element("target");
    const before = new Set(["source", "log", "protocol"]);
    const at = device.elements.filter((child) => before.has(child.name)).length;
    device.children.splice(at, 0, target);
  }
  return target;
}

function numberPorts(ports: readonly XmlElement[]): void {
  let next = 0;
  for (const port of ports) {
    const target = targetOf(port);
    const number = target.get("port") ?? String(next);
    const type = target.get("type");
    target.attributes = [
      ...(type === undefined ? [] : [{ name: "type", value: type }]),
      { name: "port", value: number },
    ];
    next = Math.max(next, Number(number) + 1);
  }
}

// A full guest's first console is its first serial port under another name (domain_postparse.c).
function matchConsole(devices: XmlElement): void {
  const [console] = devices.all("console");
  const [serial] = devices.all("serial");
  if (console !== undefined) {
    const type = console.child("target")?.get("type");
    if (type !== undefined && type !== "serial") {
      if (serial !== undefined && isConsolePort(serial)) {
        devices.children.splice(devices.children.indexOf(console), 0, consoleOf(serial));
        // all are numbered anew then
        for (const one of devices.all("console").slice(1)) targetOf(one).set("port", undefined);
      }
      return;
    }
    if (serial === undefined) {
      const made = new XmlElement("serial", [...console.attributes], console.clone().children);
      const target = targetOf(made);
      target.attributes = [{ name: "port", value: target.get("port") ?? "0" }];
      devices.children.splice(devices.children.indexOf(console), 0, made);
      return;
    }
    const copy = consoleOf(serial);
    devices.children[devices.children.indexOf(console)] = copy;
    return;
  }
  if (serial === undefined) return;
  if (!isConsolePort(serial)) return;
  const serials = devices.all("serial");
  const parallels = devices.all("parallel");
  const last = [...serials, ...parallels].at(-1)!;
  devices.children.splice(devices.children.indexOf(last) + 1, 0, consoleOf(serial));
}

function isConsolePort(serial: XmlElement): boolean {
  const type = serial.child("target")?.get("type");
  return type === undefined || CONSOLE_PORTS.has(type);
}

const CONSOLE_PORTS: ReadonlySet<string> = new Set([
  "isa-serial",
  "spapr-vio-serial",
  "system-serial",
  "sclp-serial",
]);

function consoleOf(serial: XmlElement): XmlElement {
  const console = serial.clone();
  console.name = "console";
  const target = targetOf(console);
  target.children = [];
  target.attributes = [
    { name: "type", value: "serial" },
    { name: "port", value: target.get("port") ?? "0" },
  ];
  return console;
}

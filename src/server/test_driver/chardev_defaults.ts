/**
 * What libvirt fills in of a domain's serial ports, consoles and channels.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { failure } from "../failure.ts";
import { element, XmlElement } from "../../xml/element.ts";
import { insertDevice } from "./device_order.ts";
import { lookupTable } from "../../lookup_table.ts";
import { parseIp } from "./ip_address.ts";
import { RULES } from "./shape_rules.ts";
import { missingAttribute, unsupportedConfig, xmlFailure } from "./values.ts";
import { checkCharacterType, checkEnds, fillCharacterSource } from "./chardev_source.ts";

const CHARACTER_DEVICES = ["parallel", "serial", "console", "channel"] as const;

/** Numbers the ports and makes the console that stands for the first serial port, or the reverse. */
export function fillCharacterDevices(domain: XmlElement, devices: XmlElement): void {
  for (const kind of CHARACTER_DEVICES) {
    for (const device of devices.all(kind)) {
      const type = device.get("type");
      device.attributes = [{ name: "type", value: type ?? "pty" }];
      fillCharacterSource(device, type ?? "pty");
      checkTarget(device);
      checkModel(device);
      checkForwarding(device);
      checkSpice(device);
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
      {
        name: "port",
        value: at === 0 && type === "serial" ? target.get("port") ?? "0" : String(at),
      },
    ];
  });
}

const TARGETS: Readonly<Record<string, string>> = lookupTable({
  serial: "isa-serial usb-serial pci-serial spapr-vio-serial system-serial sclp-serial isa-debug",
  console: "none serial xen uml virtio lxc openvz sclp sclplm",
  channel: "none guestfwd virtio xen",
});

/** Throws for a device whose other end or whose target libvirt does not know. */
export function checkCharacterDevice(device: XmlElement): void {
  checkCharacterType(device);
  checkTarget(device);
  checkEnds(device, device.get("type") ?? "pty");
}

function checkTarget(device: XmlElement): void {
  const type = device.child("target")?.get("type");
  const known = TARGETS[device.name];
  if (type === undefined || known === undefined || known.split(" ").includes(type)) return;
  unsupportedConfig(`unknown target type '${type}' specified for character device`);
}

const MODELS: ReadonlySet<string> = new Set(
  ("isa-serial usb-serial pci-serial spapr-vty pl011 sclpconsole sclplmconsole 16550a " +
    "sbsa-uart isa-debugcon").split(" "),
);

// Only of a serial port's target the model is looked at.
function checkModel(device: XmlElement): void {
  const target = device.child("target");
  const model = target?.child("model");
  if (device.name !== "serial") {
    if (model !== undefined) target!.remove(model);
    return;
  }
  const name = model?.get("name");
  if (name !== undefined && !MODELS.has(name)) {
    unsupportedConfig(`unknown target model '${name}' specified for character device`);
  }
  const address = device.child("address")?.get("type");
  if (target?.get("type") === "usb-serial" && address !== undefined && address !== "usb") {
    unsupportedConfig("usb-serial requires address of usb type");
  }
}

function checkSpice(device: XmlElement): void {
  if (device.get("type") !== "spicevmc") return;
  if (device.name === "channel" && device.child("target")?.get("type") === "virtio") return;
  unsupportedConfig("spicevmc device type only supports virtio");
}

const FORWARDED_PORTS = 65536;

// Where the guest finds what is forwarded to it.
function checkForwarding(device: XmlElement): void {
  const target = device.child("target");
  if (device.name !== "channel" || target?.get("type") !== "guestfwd") return;
  const address = target.get("address");
  if (address === undefined) {
    xmlFailure("guestfwd channel does not define a target address", ErrorDomain.DOMAIN);
  }
  const parsed = parseIp(address);
  if (parsed === undefined) {
    throw failure(
      ErrorDomain.NONE,
      ErrorNumber.SYSTEM_ERROR,
      `Cannot parse socket address '${address}': Name or service not known`,
    );
  }
  if (parsed.family !== "ipv4") {
    unsupportedConfig("guestfwd channel only supports IPv4 addresses");
  }
  const port = target.get("port");
  if (port === undefined) missingAttribute("port", target);
  const number = Number(RULES.format("uint", port, target, "port"));
  target.set("port", String(number % FORWARDED_PORTS));
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

// Ports without a number get those behind the highest that is told.
function numberPorts(ports: readonly XmlElement[]): void {
  const told = ports.map((port) => port.child("target")?.get("port"));
  const numbers = told.flatMap((number) => number === undefined ? [] : [Number(number)]);
  let next = Math.max(-1, ...numbers) + 1;
  for (const [at, port] of ports.entries()) {
    const target = targetOf(port);
    const number = told[at] ?? String(next++);
    const type = target.get("type");
    target.attributes = [
      ...(type === undefined ? [] : [{ name: "type", value: type }]),
      { name: "port", value: number },
    ];
  }
}

// A full guest's first console is its first serial port under another name (domain_postparse.c).
function matchConsole(devices: XmlElement): void {
  const [console] = devices.all("console");
  const [serial] = devices.all("serial");
  if (console !== undefined) {
    const type = console.child("target")?.get("type");
    if (type !== undefined && type !== "serial" && type !== "none") {
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
      target.attributes = [{ name: "port", value: "0" }];
      insertDevice(devices, made);
      devices.children[devices.children.indexOf(console)] = consoleOf(made);
      checkConsoles(devices);
      return;
    }
    const copy = consoleOf(serial);
    devices.children[devices.children.indexOf(console)] = copy;
    checkConsoles(devices);
    return;
  }
  if (serial === undefined) return;
  if (!isConsolePort(serial)) return;
  const serials = devices.all("serial");
  const parallels = devices.all("parallel");
  const last = [...serials, ...parallels].at(-1)!;
  devices.children.splice(devices.children.indexOf(last) + 1, 0, consoleOf(serial));
}

function checkConsoles(devices: XmlElement): void {
  const further = devices.all("console").slice(1);
  if (further.some((one) => (one.child("target")?.get("type") ?? "serial") === "serial")) {
    unsupportedConfig("Only the first console can be a serial port");
  }
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

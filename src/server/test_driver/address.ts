/**
 * Device addresses as libvirt prints them.
 *
 * @module
 */

import type { XmlElement } from "../../xml/element.ts";
import { ErrorDomain } from "../../../gen/enums/errors.ts";
import { lookupTable } from "./lookup_table.ts";
import { hex, parseInteger, xmlFailure } from "./values.ts";

const FIELDS: Readonly<Record<string, readonly (readonly [string, number | "dec", string?])[]>> =
  lookupTable({
    pci: [["domain", 4, "0"], ["bus", 2, "0"], ["slot", 2, "0"], ["function", 1, "0"]],
    drive: [["controller", "dec", "0"], ["bus", "dec", "0"], ["target", "dec", "0"], [
      "unit",
      "dec",
      "0",
    ]],
    "virtio-serial": [["controller", "dec", "0"], ["bus", "dec", "0"], ["port", "dec", "0"]],
    ccid: [["controller", "dec", "0"], ["slot", "dec", "0"]],
    usb: [["bus", "dec", "0"], ["port", "dec"]],
    "spapr-vio": [["reg", 8]],
    ccw: [["cssid", 1, "0"], ["ssid", 1, "0"], ["devno", 4, "0"]],
    isa: [["iobase", 1], ["irq", 1]],
    dimm: [["slot", "dec", "0"], ["base", 1]],
  });

const PCI_LIMITS: Readonly<Record<string, bigint>> = lookupTable({
  domain: 0xffffn,
  bus: 0xffn,
  slot: 0x1fn,
  function: 7n,
});

function checkPci(fields: readonly { name: string; value: string }[]): void {
  for (const { name, value } of fields) {
    const limit = PCI_LIMITS[name];
    const number = parseInteger(value);
    if (limit === undefined || number === undefined || number <= limit) continue;
    const digits = number.toString(16);
    const shown = name === "function" ? `0x${digits}` : `'0x${digits.toUpperCase()}'`;
    const most = name === "function" ? "7" : `0x${limit.toString(16).toUpperCase()}`;
    xmlFailure(
      `Invalid PCI address ${name}=${shown}, must be <= ${most}`,
      ErrorDomain.NONE,
    );
  }
}

function fillZpci(address: XmlElement): void {
  const zpci = address.child("zpci");
  if (zpci === undefined) return;
  zpci.attributes = ([["uid", 4], ["fid", 8]] as const).map(([name, digits]) => ({
    name,
    value: hex(parseInteger(zpci.get(name) ?? "0") ?? 0n, digits),
  }));
}

/** Prints the address that a guest has a device at. */
export function fillAddress(_device: XmlElement, address: XmlElement): void {
  const type = address.get("type");
  if (type === undefined) return;
  const fields = FIELDS[type] ?? [];
  fillZpci(address);
  // an address without a place asks the hypervisor for one
  const placed = fields.some(([name]) => (parseInteger(address.get(name) ?? "0") ?? 1n) !== 0n);
  if (type === "pci" && !placed) {
    address.attributes = address.attributes.filter(({ name }) => name === "type");
  } else fillPlace(address);
}

/** Prints an address' fields in libvirt's order and notation. */
export function fillPlace(address: XmlElement): void {
  const type = address.get("type");
  if (type === undefined) return;
  const made = [{ name: "type", value: type }];
  for (const [name, digits, byDefault] of FIELDS[type] ?? []) {
    const value = address.get(name) ?? byDefault;
    if (value === undefined) continue;
    const number = parseInteger(value);
    made.push({
      name,
      value: number === undefined ? value : digits === "dec" ? `${number}` : hex(number, digits),
    });
  }
  const multifunction = address.get("multifunction");
  if (type === "pci" && multifunction !== undefined) {
    made.push({ name: "multifunction", value: multifunction });
  }
  if (type === "pci") checkPci(made);
  address.attributes = made;
}

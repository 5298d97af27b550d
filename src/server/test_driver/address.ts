/**
 * Device addresses as libvirt reads and prints them.
 *
 * @module
 */

import type { XmlElement } from "../../xml/element.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { failure } from "../failure.ts";
import { lookupTable } from "../../lookup_table.ts";
import { RULES } from "./shape_rules.ts";
import { badValue, hex, xmlFailure } from "./values.ts";

interface Field {
  readonly name: string;
  /** How it is read: a format of `shape_rules.ts`. */
  readonly format: string;
  /** With how many digits it is printed in hexadecimal; 0 in decimal. */
  readonly digits: number;
  /** Whether it is printed though the document does not tell it. */
  readonly always: boolean;
}

// `name:format:digits`, with `?` for what is printed only when told.
function fields(text: string): readonly Field[] {
  return text.split(" ").map((one) => {
    const [name, format, digits] = one.split(":");
    return {
      name: name!.replace("?", ""),
      format: format!,
      digits: Number(digits),
      always: !name!.endsWith("?"),
    };
  });
}

const FIELDS: Readonly<Record<string, readonly Field[]>> = lookupTable({
  pci: fields("domain:uint-c:4 bus:uint-c:2 slot:uint-c:2 function:uint-c:1"),
  drive: fields("controller:uint:0 bus:uint:0 target:uint:0 unit:uint:0"),
  "virtio-serial": fields("controller:uint:0 bus:uint:0 port:uint:0"),
  ccid: fields("controller:uint:0 slot:uint:0"),
  usb: fields("bus:uint:0 port?:usb-port:0"),
  "spapr-vio": fields("reg?:ull-hex:8"),
  ccw: fields("cssid:uint-c:1 ssid:uint-c:1 devno:uint-c:4"),
  isa: fields("iobase?:uint-hex:1 irq?:uint-hex:1"),
  dimm: fields("slot:uint:0 base?:ull-hex:1"),
});
const ZPCI = fields("uid:uint-c:4 fid:uint-c:8");

const PCI_LIMITS: Readonly<Record<string, bigint>> = lookupTable({
  domain: 0xffffn,
  bus: 0xffn,
  slot: 0x1fn,
  function: 7n,
});

const CCW_LIMITS: Readonly<Record<string, bigint>> = lookupTable({
  cssid: 0xfen,
  ssid: 3n,
  devno: 0xffffn,
});

const { DEVICE } = ErrorDomain;

function misfit(detail: string): never {
  throw failure(DEVICE, ErrorNumber.INTERNAL_ERROR, detail);
}

// Ports of hubs behind hubs, four at most.
const USB_PORT = /^\s*\+?\d{1,9}(\.\s*\+?\d{1,9}){0,3}$/;

function read(address: XmlElement, { name, format }: Field): string {
  const value = address.get(name) ?? "0";
  if (format !== "usb-port") return RULES.format(format, value, address, name);
  if (!USB_PORT.test(value)) misfit("Cannot parse <address> 'port' attribute");
  return value.split(".").map(Number).join(".");
}

function printed(address: XmlElement, all: readonly Field[]): { name: string; value: string }[] {
  return all.flatMap((field) => {
    const { name, format, digits, always } = field;
    if (!always && address.get(name) === undefined) return [];
    const value = read(address, field);
    if (value === "0" && format.endsWith("-hex") && name !== "reg") return [];
    return [{ name, value: digits === 0 ? value : hex(BigInt(value), digits) }];
  });
}

function checkPci(found: readonly { name: string; value: string }[]): void {
  // without a place its function is of no matter
  if (found.every(({ name, value }) => name === "function" || BigInt(value) === 0n)) return;
  for (const { name, value } of found) {
    const limit = PCI_LIMITS[name];
    if (limit === undefined || name === "domain" || BigInt(value) <= limit) continue;
    const digits = BigInt(value).toString(16);
    const shown = name === "function" ? `0x${digits}` : `'0x${digits.toUpperCase()}'`;
    const most = name === "function" ? "7" : `0x${limit.toString(16).toUpperCase()}`;
    xmlFailure(
      `Invalid PCI address ${name}=${shown}, must be <= ${most}`,
      ErrorDomain.NONE,
    );
  }
}

function checkCcw(address: XmlElement, found: readonly { name: string; value: string }[]): void {
  const told = found.filter(({ name }) => address.get(name) !== undefined).length;
  if (told !== 0 && told !== found.length) {
    misfit("Invalid partial specification for virtio ccw address");
  }
  if (found.every(({ name, value }) => BigInt(value) <= CCW_LIMITS[name]!)) return;
  const place = found.map(({ name, value }) => `${name}='${value}'`).join(" ");
  misfit(`Invalid specification for virtio ccw address: ${place}`);
}

// What only PCI addresses have.
function fillZpci(address: XmlElement, type: string): void {
  const zpci = address.child("zpci");
  if (zpci === undefined) return;
  if (type !== "pci" || zpci.attributes.length === 0) return address.remove(zpci);
  zpci.attributes = printed(zpci, ZPCI);
}

/** Prints the address that a guest has a device at. */
export function fillAddress(_device: XmlElement, address: XmlElement): void {
  const type = address.get("type");
  if (type === undefined) return;
  if (type === "virtio-s390") {
    xmlFailure("virtio-s390 bus doesn't have an address", ErrorDomain.DOMAIN);
  }
  fillPlace(address);
  fillZpci(address, type);
  // an address without a place asks the hypervisor for one
  const placed = address.attributes.some(({ name, value }) =>
    name !== "function" && PCI_LIMITS[name] !== undefined && BigInt(value) !== 0n
  );
  if (type === "pci" && !placed) {
    address.attributes = address.attributes.filter(({ name }) => name === "type");
  }
}

/** Prints an address' fields in libvirt's order and notation. */
export function fillPlace(address: XmlElement): void {
  const type = address.get("type");
  if (type === undefined) return;
  const found = printed(address, FIELDS[type] ?? []);
  const made = [{ name: "type", value: type }, ...found];
  const multifunction = address.get("multifunction");
  if (type === "pci" && multifunction !== undefined) {
    if (multifunction !== "on" && multifunction !== "off") {
      badValue("multifunction", address, multifunction);
    }
    made.push({ name: "multifunction", value: multifunction });
  }
  if (type === "pci") checkPci(found);
  if (type === "ccw") checkCcw(address, found);
  address.attributes = made;
}

/**
 * Numbers, sizes and names as libvirt reads and prints them in XML.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { lookupTable } from "../../lookup_table.ts";

/** Throws libvirt's error for XML that says something impossible. */
export function xmlFailure(detail: string, domain: number = ErrorDomain.XML): never {
  throw failure(domain, ErrorNumber.XML_ERROR, detail);
}

/** Throws libvirt's error for a definition that it cannot do. */
export function unsupportedConfig(detail: string, domain: number = ErrorDomain.DOMAIN): never {
  throw failure(domain, ErrorNumber.CONFIG_UNSUPPORTED, detail);
}

/** Throws for an attribute with a value that it cannot have. */
export function badValue(attribute: string, where: XmlElement, value: string): never {
  xmlFailure(
    `Invalid value for attribute '${attribute}' in element '${where.localName}': '${value}'.`,
  );
}

/** Throws for an attribute that must be there. */
export function missingAttribute(attribute: string, where: XmlElement): never {
  xmlFailure(`Missing required attribute '${attribute}' in element '${where.localName}'`);
}

/** Reads an integer in C's notation; `undefined` for anything else. */
export function parseInteger(text: string): bigint | undefined {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(text);
  if (match === null) return undefined;
  const digits = match[2]!;
  const octal = /^0[0-7]+$/.test(digits);
  if (/^0\d+$/.test(digits) && !octal) return undefined;
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return match[1] === "-" ? -value : value;
}

/** Reads a number in decimal only; `undefined` for anything else. */
export function parseDecimal(text: string): bigint | undefined {
  return /^\s*[+-]?\d+$/.test(text) ? BigInt(text.trim().replace("+", "")) : undefined;
}

/** Reads a hexadecimal number, with or without `0x`; `undefined` for anything else. */
export function parseHexadecimal(text: string): bigint | undefined {
  const digits = /^\s*\+?(?:0[xX])?([0-9a-fA-F]+)$/.exec(text)?.[1];
  return digits === undefined ? undefined : BigInt(`0x${digits}`);
}

/** Prints a number with at least so many hexadecimal digits. */
export function hex(value: bigint | number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

const UNITS: Readonly<Record<string, bigint>> = lookupTable({
  "": 1n,
  b: 1n,
  bytes: 1n,
  byte: 1n,
  k: 1n << 10n,
  kib: 1n << 10n,
  kb: 1000n,
  m: 1n << 20n,
  mib: 1n << 20n,
  mb: 1000n ** 2n,
  g: 1n << 30n,
  gib: 1n << 30n,
  gb: 1000n ** 3n,
  t: 1n << 40n,
  tib: 1n << 40n,
  tb: 1000n ** 4n,
  p: 1n << 50n,
  pib: 1n << 50n,
  pb: 1000n ** 5n,
  e: 1n << 60n,
  eib: 1n << 60n,
  eb: 1000n ** 6n,
});

const ULLONG_MAX = (1n << 64n) - 1n;

/** Scales a value by a unit's name to bytes; throws where the unit is unknown or it overflows. */
export function scale(
  value: bigint,
  unit: string | undefined,
  byDefault: bigint,
  most: bigint = ULLONG_MAX,
): bigint {
  const factor = unit === undefined ? byDefault : UNITS[unit.toLowerCase()];
  if (factor === undefined) {
    throw failure(ErrorDomain.NONE, ErrorNumber.INVALID_ARG, `unknown suffix '${unit}'`);
  }
  const bytes = value * factor;
  if (bytes > most) {
    const text = `value too large: ${value}${unit ?? ""}`;
    throw failure(ErrorDomain.NONE, ErrorNumber.OVERFLOW, text);
  }
  return bytes;
}

const LLONG_MAX = (1n << 63n) - 1n;

/** A memory element's size in KiB, rounded up; throws libvirt's errors for what it cannot be. */
export function memorySize(where: XmlElement, path: string): bigint {
  const value = parseDecimal(where.text);
  if (value === undefined || value < 0n || value > ULLONG_MAX) {
    xmlFailure(`Invalid value '${where.text}' for element or attribute '${path}'`);
  }
  const bytes = scale(value, where.get("unit"), 1024n, LLONG_MAX);
  return (bytes + 1023n) / 1024n;
}

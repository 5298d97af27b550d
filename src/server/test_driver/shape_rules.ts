/**
 * How the values of a definition are checked and printed.
 *
 * @module
 */

import type { XmlElement } from "../../xml/element.ts";
import type { ShapeRules } from "../../xml/shape.ts";
import { formatCpuSet } from "./domain_defaults.ts";
import { lookupTable } from "../../lookup_table.ts";
import {
  badValue,
  missingAttribute,
  parseDecimal,
  parseHexadecimal,
  parseInteger,
  unsupportedConfig,
  xmlFailure,
} from "./values.ts";

const UINT_MAX = 0xffff_ffffn;
const ULLONG_MAX = 0xffff_ffff_ffff_ffffn;
const INT_MAX = 0x7fff_ffffn;

interface NumberFormat {
  readonly least: bigint;
  readonly most: bigint;
  readonly read: (text: string) => bigint | undefined;
}

function numbers(least: bigint, most: bigint, read: NumberFormat["read"]): NumberFormat {
  return { least, most, read };
}

// `hex` and `c` tell the notation: hexadecimal, or as in C; otherwise it is decimal.
const NUMBERS: Readonly<Record<string, NumberFormat>> = lookupTable({
  uint: numbers(0n, UINT_MAX, parseDecimal),
  "uint-c": numbers(0n, UINT_MAX, parseInteger),
  "uint-hex": numbers(0n, UINT_MAX, parseHexadecimal),
  ull: numbers(0n, ULLONG_MAX, parseDecimal),
  "ull-c": numbers(0n, ULLONG_MAX, parseInteger),
  "ull-hex": numbers(0n, ULLONG_MAX, parseHexadecimal),
  int: numbers(-INT_MAX - 1n, INT_MAX, parseDecimal),
  // an integer that may not be negative, which libvirt tells apart from what is no integer
  nat: numbers(-INT_MAX - 1n, INT_MAX, parseDecimal),
  "int-c": numbers(-INT_MAX - 1n, INT_MAX, parseInteger),
});

/** The rules of every definition. */
export const RULES: ShapeRules = {
  badValue,
  missing: missingAttribute,
  format(format: string, value: string, where: XmlElement, attribute: string | undefined): string {
    const nonzero = format.endsWith("+");
    const kind = NUMBERS[nonzero ? format.slice(0, -1) : format];
    if (kind !== undefined) {
      return integer(kind, nonzero, format === "nat", value, where, attribute);
    }
    switch (format) {
      case "cpuset":
        return formatCpuSet(value);
      case "nodeset": {
        const nodes = formatCpuSet(value);
        if (nodes === "") unsupportedConfig(`Invalid value of 'nodeset': ${value}`);
        return nodes;
      }
      case "lower":
        return value.toLowerCase();
      case "trim":
        return value.trim();
    }
    return value;
  },
};

function integer(
  { least, most, read }: NumberFormat,
  nonzero: boolean,
  natural: boolean,
  value: string,
  where: XmlElement,
  attribute: string | undefined,
): string {
  const number = read(value);
  const fits = number !== undefined && number >= least && number <= most;
  const negative = fits && natural && number < 0n;
  if (fits && !negative && (number !== 0n || !nonzero)) return number.toString();
  if (attribute === undefined) {
    xmlFailure(`Invalid value '${value}' for element or attribute './${where.name}'`);
  }
  const told = `'${value}'. Expected `;
  const complaint = negative
    ? `${told}non-negative value`
    : fits
    ? "Zero is not permitted"
    : `${told}${least === 0n ? "non-negative integer" : "integer"} value`;
  xmlFailure(
    `Invalid value for attribute '${attribute}' in element '${where.localName}': ${complaint}`,
  );
}

/**
 * How the values of a definition are checked and printed.
 *
 * @module
 */

import type { XmlElement } from "../../xml/element.ts";
import type { ShapeRules } from "../../xml/shape.ts";
import { formatCpuSet } from "./domain_defaults.ts";
import { badValue, missingAttribute, parseInteger, xmlFailure } from "./values.ts";

/** The rules of every definition. */
export const RULES: ShapeRules = {
  badValue,
  missing: missingAttribute,
  format(format: string, value: string, where: XmlElement, attribute: string | undefined): string {
    switch (format) {
      case "uint":
      case "int":
        return integer(format, value, where, attribute);
      case "cpuset":
        return formatCpuSet(value);
      case "lower":
        return value.toLowerCase();
      case "trim":
        return value.trim();
    }
    return value;
  },
};

function integer(
  format: string,
  value: string,
  where: XmlElement,
  attribute: string | undefined,
): string {
  const number = parseInteger(value);
  if (number !== undefined && (number >= 0n || format === "int")) return number.toString();
  if (attribute === undefined) {
    xmlFailure(`Invalid value '${value}' for element or attribute './${where.name}'`);
  }
  const expected = format === "int" ? "integer" : "non-negative integer";
  xmlFailure(
    `Invalid value for attribute '${attribute}' in element '${where.localName}': '${value}'. Expected ${expected} value`,
  );
}

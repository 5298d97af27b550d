/**
 * Prints the schema as JSON whose differences between two releases can be read: one line for a
 * constant, an enumeration's member, a struct's field and a procedure.
 *
 * @module
 */

import type { Api, Wire } from "./model.ts";

/** Members on the way from the root to a value. */
type Path = readonly (string | number)[];

/** The text of `wire.json`. */
export function formatWire(wire: Wire): string {
  return `${format(wire, isWireLine, [])}\n`;
}

/** The text of `api.json`. */
export function formatApi(api: Api): string {
  return `${format(api, isApiLine, [])}\n`;
}

/** Whether a value below `programs.remote.structs` and the like goes on one line. */
function isWireLine([, , section, name, part]: Path, depth: number): boolean {
  if (section === "typedefs" || section === "procedures") return name !== undefined;
  if (section === "unions" && part === "arms") return depth > 5;
  return part !== undefined;
}

/** Whether a value below `libraries.libvirt.enums` and the like goes on one line. */
function isApiLine([, , section, name, part]: Path, depth: number): boolean {
  if (section === "functions" || section === "macros") return name !== undefined;
  if (section === "structs" && part === "fields") return depth > 5;
  return part !== undefined;
}

function format(
  value: unknown,
  isLine: (path: Path, depth: number) => boolean,
  path: Path,
): string {
  if (typeof value !== "object" || value === null || isLine(path, path.length)) return line(value);
  const isList = Array.isArray(value);
  const members = Object.entries(value).map(([key, member], index) => {
    const text = format(member, isLine, [...path, isList ? index : key]);
    return isList ? text : `${JSON.stringify(key)}: ${text}`;
  });
  return wrap(members, isList, path.length);
}

function wrap(members: readonly string[], isList: boolean, depth: number): string {
  const [open, close] = isList ? "[]" : "{}";
  if (members.length === 0) return `${open}${close}`;
  const inner = "  ".repeat(depth + 1);
  const body = members.map((member) => inner + member).join(",\n");
  return `${open}\n${body}\n${"  ".repeat(depth)}${close}`;
}

/** A value on one line. */
function line(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(line).join(", ")}]`;
  const members = Object.entries(value);
  if (members.length === 0) return "{}";
  return `{ ${
    members.map(([key, member]) => `${JSON.stringify(key)}: ${line(member)}`).join(", ")
  } }`;
}

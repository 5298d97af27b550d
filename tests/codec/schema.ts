/**
 * The committed schema, read from disk for the tests.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import type { Api, Procedure, ProgramName, Wire } from "../../gen/tool/model.ts";

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")) as T;
}

/** `gen/schema/wire.json`. */
export const wire: Wire = readJson<Wire>("gen/schema/wire.json");

/**
 * The values of libvirt's public enumerations by name, as `gen/schema/api.json` has them: the
 * interface files take the cases of their unions from those headers.
 */
export const headerConstants: ReadonlyMap<string, number> = readHeaderConstants();

function readHeaderConstants(): Map<string, number> {
  const api = readJson<Api>("gen/schema/api.json");
  const found = new Map<string, number>();
  for (const members of Object.values(api.libraries.libvirt.enums)) {
    for (const { name, value } of members) {
      if (/^-?\d+$/.test(value)) found.set(name, Number(value));
    }
  }
  return found;
}

/** The programs that define structs. */
export const STRUCT_PROGRAMS = ["net", "remote", "qemu", "lxc", "admin"] as const;

/** The programs that have procedures of their own; `keepalive` has no codecs. */
export const CALL_PROGRAMS = ["remote", "qemu", "lxc", "admin"] as const;

/** The C names of a program's structs. */
export function structNames(program: ProgramName): string[] {
  return Object.keys(wire.programs[program].structs);
}

/** A program's procedures that a client calls. */
export function callsOf(program: ProgramName): Procedure[] {
  return wire.programs[program].procedures.filter(({ msg }) => msg === undefined);
}

/** A program's messages that a daemon sends by itself. */
export function messagesOf(program: ProgramName): Procedure[] {
  return wire.programs[program].procedures.filter(({ msg }) => msg !== undefined);
}

/**
 * In which file what is generated lives.
 *
 * @module
 */

import type { Procedure, ProgramName, Wire } from "./model.ts";
import { remoteFileOf } from "./names.ts";
import { TypeTable } from "./types.ts";

/** The programs whose procedures are described, in the order of the output. */
export const PROGRAMS: readonly ProgramName[] = ["keepalive", "remote", "qemu", "lxc", "admin"];

/** Where the description of a procedure lives. */
export function fileOfProcedure(program: ProgramName, procedure: Procedure): string {
  if (program !== "remote") return `gen/${program}/calls.ts`;
  if (procedure.msg !== undefined) return "gen/remote/events.ts";
  return `gen/remote/${remoteFileOf(procedure.name.replace("REMOTE_PROC_", "").toLowerCase())}.ts`;
}

/** Where a struct's type and codecs live. */
export interface Placement {
  readonly file: string;
  readonly encodeFile: string;
  readonly decodeFile: string;
}

/**
 * Decides in which files each struct lives.
 *
 * The type goes to its procedure's file, or to a shared one. A client never decodes arguments nor
 * encodes results: the codecs that only a server needs are in files of their own, so that a client
 * does not load them.
 */
export function placeStructs(wire: Wire): Map<string, Placement> {
  const files = fileOfStructs(wire);
  const lookup = lookupTable(wire);
  const encoded = new Set<string>();
  const decoded = new Set<string>();
  const mark = (set: Set<string>, program: ProgramName, name: string | undefined): void => {
    if (name === undefined || set.has(name)) return;
    set.add(name);
    for (const used of lookup.uses(program, name)) mark(set, program, used);
  };
  for (const program of PROGRAMS) {
    for (const { args, ret, msg } of wire.programs[program].procedures) {
      mark(encoded, program, args);
      mark(decoded, program, ret);
      mark(decoded, program, msg);
    }
  }
  // the engine reads and writes these in both roles
  for (const name of Object.keys(wire.programs.net.structs)) {
    encoded.add(name);
    decoded.add(name);
  }
  const placed = new Map<string, Placement>();
  for (const [name, file] of files) {
    const server = file.replace(/\.ts$/, "_server.ts");
    placed.set(name, {
      file,
      encodeFile: encoded.has(name) ? file : server,
      decodeFile: decoded.has(name) ? file : server,
    });
  }
  return placed;
}

// without files it is enough to ask which struct uses which
function lookupTable(wire: Wire): TypeTable {
  const nowhere = { file: "?", encodeFile: "?", decodeFile: "?" };
  const names = Object.values(wire.programs).flatMap((p) => Object.keys(p.structs));
  return new TypeTable(wire, new Map(names.map((name) => [name, nowhere])));
}

function fileOfStructs(wire: Wire): Map<string, string> {
  const files = new Map<string, string>();
  const lookup = lookupTable(wire);
  for (const program of PROGRAMS) {
    for (const procedure of wire.programs[program].procedures) {
      for (const name of [procedure.args, procedure.ret, procedure.msg]) {
        if (name !== undefined) files.set(name, fileOfProcedure(program, procedure));
      }
    }
  }
  for (const name of Object.keys(wire.programs.net.structs)) files.set(name, "gen/rpc/error.ts");
  for (const program of PROGRAMS) {
    const { structs } = wire.programs[program];
    const users = new Map<string, Set<string>>();
    for (let changed = true; changed;) {
      changed = false;
      for (const name of Object.keys(structs)) {
        const file = files.get(name);
        for (const used of file === undefined ? [] : lookup.uses(program, name)) {
          const set = users.get(used) ?? new Set();
          if (!set.has(file!)) changed = true;
          users.set(used, set.add(file!));
          if (!files.has(used)) files.set(used, file!);
        }
      }
    }
    const shared = program === "remote" ? "gen/remote/common.ts" : `gen/${program}/calls.ts`;
    for (const name of Object.keys(structs)) {
      const ofCall = /_(args|ret|msg)$/.test(name) && files.has(name);
      const one = users.get(name)?.size === 1;
      if (/_nonnull_/.test(name) || !(ofCall || one)) files.set(name, shared);
    }
  }
  return files;
}

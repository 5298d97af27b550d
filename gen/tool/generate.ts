/**
 * The whole output as text, file by file.
 *
 * @module
 */

import { CLASSES } from "./classes.ts";
import { emitAccess } from "./emit_access.ts";
import { emitBases } from "./emit_bases.ts";
import { emitEvent, emitProcedure, programSymbol } from "./emit_calls.ts";
import { emitStruct } from "./emit_codecs.ts";
import { emitDispatch } from "./emit_dispatch.ts";
import { describeEnums, emitEnum, type EnumDocs } from "./emit_enums.ts";
import { emitFields, FIELDS_FILE } from "./emit_fields.ts";
import { emitMacros, MACRO_FILES } from "./emit_macros.ts";
import type { Call } from "./methods.ts";
import { type Api, LIBRARY_NAMES, type Wire } from "./model.ts";
import { Printer, typeOf } from "./printer.ts";
import { fileOfProcedure, placeStructs, PROGRAMS } from "./placement.ts";
import { TypeTable } from "./types.ts";

/** What the output is made from. */
export interface Schema {
  readonly wire: Wire;
  readonly api: Api;
  readonly docs: EnumDocs;
}

const PROGRAM = typeOf("src/procedure.ts", "Program");

const ABOUT: Readonly<Record<string, string>> = {
  "gen/rpc/error.ts": "The error and the stream hole that every program shares.",
  "gen/rpc/keepalive.ts": "The program whose messages ask whether the peer is still there.",
  "gen/enums/mod.ts": "The enumerations and names of fields of libvirt's main library.",
  [MACRO_FILES.libvirt!]:
    "Names of the fields of typed parameters; their types are named as in `TypedParameterType`.",
  "gen/remote/common.ts": "Structs that several classes of the remote program use.",
  "gen/remote/events.ts": "Messages that a daemon sends by itself.",
  [FIELDS_FILE]: "The types that libvirt documents for the fields of typed parameters.",
  ...Object.fromEntries(CLASSES.map((c) => [c.base, `The generated half of \`${c.name}\`.`])),
};

function aboutFile(file: string): string {
  const access = /^gen\/(.*)\/access\.ts$/.exec(file)?.[1];
  if (access !== undefined) return `${access}: the permissions that its procedures need.`;
  const header = /^gen\/enums\/(.*)\.ts$/.exec(file)?.[1];
  const server = /^gen\/(.*)_server\.ts$/.exec(file)?.[1];
  if (server !== undefined) return `${server}: the codecs that only a server needs.`;
  return header === undefined
    ? `${file.slice(4, -3)}: types, codecs and procedures.`
    : `libvirt's enumerations: ${header.replaceAll("_", " ")}.`;
}

/** Generates every file: path from the repository's root to text. */
export function generate({ wire, api, docs }: Schema): Map<string, string> {
  const table = new TypeTable(wire, placeStructs(wire));
  const printers = new Map<string, Printer>();
  const printer = (file: string): Printer => {
    const known = printers.get(file);
    if (known !== undefined) return known;
    const created = new Printer(file, ABOUT[file] ?? aboutFile(file));
    printers.set(file, created);
    return created;
  };

  for (const program of ["net", ...PROGRAMS] as const) {
    const { structs } = wire.programs[program];
    for (const name of Object.keys(structs)) {
      const struct = table.struct(program, name);
      if (!struct.byHand) emitStruct(printer, table, struct, `\`${name}\`.`);
    }
  }
  for (const program of PROGRAMS) {
    const { procedures, program: number, version } = wire.programs[program];
    const out = printer(programSymbol(program).file);
    out.doc("", `The \`${program}\` program.`);
    out.print(
      `export const ${program}Program: ${out.use(PROGRAM)} = {`,
      `  name: "${program}",`,
      `  number: 0x${number!.toString(16).padStart(8, "0")},`,
      `  version: ${version},`,
      "};",
      "",
    );
    if (program === "keepalive") {
      for (const { name, number } of procedures) {
        const bare = name.replace("_PROC_", "_");
        out.doc("", `Message ${number}, \`${name}\`, without a body.`);
        out.print(`export const ${bare}: number = ${number};`);
      }
      continue;
    }
    for (const procedure of procedures) {
      const file = printer(fileOfProcedure(program, procedure));
      if (procedure.msg === undefined) emitProcedure(file, table, program, procedure);
      else emitEvent(file, table, program, procedure);
    }
    emitDispatch(printer(`gen/${program}/dispatch.ts`), table, program, procedures);
    // the administration has no access control
    if (program !== "admin") {
      emitAccess(printer(`gen/${program}/access.ts`), api, program, wire.programs[program]);
    }
  }
  for (const library of LIBRARY_NAMES) {
    for (const info of describeEnums(api, library)) emitEnum(printer(info.file), info, docs);
  }
  emitFields(printer(FIELDS_FILE), api);
  for (const library of LIBRARY_NAMES) {
    const file = MACRO_FILES[library];
    if (file !== undefined) emitMacros(printer(file), api, library, docs);
  }
  const barrel = printer("gen/enums/mod.ts");
  const enumFiles = describeEnums(api, "libvirt").map((info) => info.file);
  for (const file of new Set([...enumFiles, MACRO_FILES.libvirt!])) {
    barrel.print(`export * from "./${file.slice("gen/enums/".length)}";`);
  }
  for (const program of ["remote", "admin"] as const) {
    const fileOf = (call: Call): string => fileOfProcedure(program, call.procedure);
    emitBases({ wire, api, table, docs, printer }, program, fileOf);
  }
  return new Map([...printers].map(([file, p]) => [file, p.text(wire.libvirt)]));
}

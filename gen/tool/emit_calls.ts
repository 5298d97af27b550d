/**
 * Emits the constants that describe procedures and event messages, the client's half.
 *
 * @module
 */

import type { Procedure, ProgramName } from "./model.ts";
import { procedureName } from "./names.ts";
import { type Printer, typeOf, valueOf } from "./printer.ts";
import { symbolsOf, type TypeTable } from "./types.ts";

const PROCEDURE = typeOf("src/procedure.ts", "Procedure");
const EVENT = typeOf("src/procedure.ts", "EventMessage");
const ENCODE_VOID = valueOf("src/xdr/void.ts", "encodeVoid");
const DECODE_VOID = valueOf("src/xdr/void.ts", "decodeVoid");

/** The constant of each program: where it lives and what it is called. */
export function programSymbol(program: ProgramName): ReturnType<typeof valueOf> {
  const file = program === "keepalive" ? "gen/rpc/keepalive.ts" : `gen/${program}/program.ts`;
  return valueOf(file, `${program}Program`);
}

/** Prints the constant of a procedure. */
export function emitProcedure(
  out: Printer,
  table: TypeTable,
  program: ProgramName,
  procedure: Procedure,
): void {
  const name = procedureName(program, procedure.name);
  const args = procedure.args === undefined
    ? undefined
    : symbolsOf(table.struct(program, procedure.args));
  const ret = procedure.ret === undefined
    ? undefined
    : symbolsOf(table.struct(program, procedure.ret));
  // Two in five structs read and write as one before them does: the procedures share that one's
  // codec, and bundlers leave the others out.
  const encode = args && symbolsOf(table.firstAlike(program, procedure.args!, "encodeFile")).encode;
  const decode = ret && symbolsOf(table.firstAlike(program, procedure.ret!, "decodeFile")).decode;
  const types = [args, ret].map((s) => s === undefined ? "void" : out.use(s.type));
  out.doc("", `Procedure ${procedure.number}, \`${procedure.name}\`${notes(procedure)}.`);
  out.print(
    `export const ${name}: ${out.use(PROCEDURE)}<${types.join(", ")}> = {`,
    `  program: ${out.use(programSymbol(program))},`,
    `  number: ${procedure.number},`,
    `  name: "${name}",`,
    ...(procedure.priority === "high" ? ["  highPriority: true,"] : []),
    ...(procedure.readstream === undefined ? [] : [`  stream: "read",`]),
    ...(procedure.writestream === undefined ? [] : [`  stream: "write",`]),
    `  encode: ${out.use(encode ?? ENCODE_VOID)},`,
    `  decode: ${out.use(decode ?? DECODE_VOID)},`,
    "};",
    "",
  );
}

function notes(procedure: Procedure): string {
  const acl = (procedure.acl ?? []).filter((rule) => rule !== "none").map((rule) => `\`${rule}\``);
  return acl.length === 0 ? "" : `; needs ${acl.join(" or ")}`;
}

/** Prints the constant of an event message. */
export function emitEvent(
  out: Printer,
  table: TypeTable,
  program: ProgramName,
  procedure: Procedure,
): void {
  const name = procedureName(program, procedure.name);
  const message = symbolsOf(table.struct(program, procedure.msg!));
  const { decode } = symbolsOf(table.firstAlike(program, procedure.msg!, "decodeFile"));
  out.doc("", `Message ${procedure.number}, \`${procedure.name}\`.`);
  out.print(
    `export const ${name}: ${out.use(EVENT)}<${out.use(message.type)}> = {`,
    `  program: ${out.use(programSymbol(program))},`,
    `  number: ${procedure.number},`,
    `  name: "${name}",`,
    `  decode: ${out.use(decode)},`,
    "};",
    "",
  );
}

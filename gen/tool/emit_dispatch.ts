/**
 * Emits the server's half: for each number what decodes the arguments and encodes the result, and
 * the type of the handlers that a backend fills in.
 *
 * @module
 */

import type { Procedure, ProgramName } from "./model.ts";
import { procedureName } from "./names.ts";
import { type Printer, typeOf, valueOf } from "./printer.ts";
import { symbolsOf, type TypeTable } from "./types.ts";
import { programSymbol } from "./emit_calls.ts";

const DISPATCH = typeOf("src/procedure.ts", "DispatchTable");
const MESSAGE = typeOf("src/procedure.ts", "OutgoingMessage");
const ENCODE_VOID = valueOf("src/xdr/void.ts", "encodeVoid");
const DECODE_VOID = valueOf("src/xdr/void.ts", "decodeVoid");

/** Prints the dispatch table, the handlers' interface and the outgoing messages of a program. */
export function emitDispatch(
  out: Printer,
  table: TypeTable,
  program: ProgramName,
  procedures: readonly Procedure[],
): void {
  const calls = procedures.filter((p) => p.msg === undefined);
  const prefix = program.charAt(0).toUpperCase() + program.slice(1);

  out.doc(
    "",
    `Handlers of the \`${program}\` program, one a procedure; a backend leaves out what it does not do.`,
    "`C` is what the dispatcher tells a handler about the client that called.",
  );
  out.print(`export interface ${prefix}Handlers<C> {`);
  for (const procedure of calls) {
    const name = procedureName(program, procedure.name);
    const args = procedure.args === undefined
      ? "args: void"
      : `args: ${out.use(symbolsOf(table.struct(program, procedure.args)).type)}`;
    const ret = procedure.ret === undefined
      ? "void"
      : out.use(symbolsOf(table.struct(program, procedure.ret)).type);
    out.doc("  ", `\`${procedure.name}\`.`);
    out.print(`  ${name}?(${args}, context: C): ${ret} | Promise<${ret}>;`);
  }
  out.print("}", "");

  out.doc("", `What the server needs of each procedure of the \`${program}\` program.`);
  out.print(
    `export const ${program}Dispatch: ${out.use(DISPATCH)} = {`,
    `  program: ${out.use(programSymbol(program))},`,
    "  procedures: {",
  );
  for (const procedure of calls) {
    const decode = procedure.args === undefined
      ? DECODE_VOID
      : symbolsOf(table.struct(program, procedure.args)).decode;
    const encode = procedure.ret === undefined
      ? ENCODE_VOID
      : symbolsOf(table.struct(program, procedure.ret)).encode;
    const fields = [
      `name: "${procedureName(program, procedure.name)}"`,
      `decode: ${out.use(decode)}`,
      `encode: ${out.use(encode)} as never`,
      ...(procedure.priority === "high" ? ["highPriority: true"] : []),
    ];
    out.print(`    ${procedure.number}: { ${fields.join(", ")} },`);
  }
  out.print("  },", "};", "");

  for (const procedure of procedures.filter((p) => p.msg !== undefined)) {
    const name = procedureName(program, procedure.name);
    const message = symbolsOf(table.struct(program, procedure.msg!));
    out.doc("", `How a server sends message ${procedure.number}, \`${procedure.name}\`.`);
    out.print(
      `export const ${name}Message: ${out.use(MESSAGE)}<${out.use(message.type)}> = {`,
      `  program: ${out.use(programSymbol(program))},`,
      `  number: ${procedure.number},`,
      `  encode: ${out.use(message.encode)},`,
      "};",
      "",
    );
  }
}

/**
 * Makes a program's procedures of the enumeration that numbers them, the annotations in front of
 * its members, and the structs named after them.
 *
 * @module
 */

import { readAnnotations } from "./annotations.ts";
import { SourceError, type Token } from "./lexer.ts";
import type { Declaration, Procedure, Program } from "./model.ts";

/** A member of an enumeration. */
export interface Member {
  readonly token: Token;
  readonly value: number;
}

/** The enumeration of the procedures. */
export interface ProcedureEnum {
  readonly name: Token;
  readonly members: readonly Member[];
}

/** What an enumeration's name ends with if it numbers procedures. */
export const PROCEDURE_SUFFIX = "_procedure";

/**
 * Reads the procedures.
 *
 * @throws {SourceError} for wrong annotations or none beside others, a number given twice, a name
 *   with another prefix than the enumeration's, and if a constant with the program's number or
 *   version is missing
 */
export function readProcedures(
  { name, members }: ProcedureEnum,
  constants: Program["constants"],
  structs: Readonly<Record<string, readonly Declaration[]>>,
): Pick<Program, "procedures" | "program" | "version"> {
  const prefix = name.text.slice(0, -PROCEDURE_SUFFIX.length);
  function constant(suffix: string): number {
    const wanted = `${prefix.toUpperCase()}_${suffix}`;
    const value = constants[wanted];
    if (value === undefined || value < 0) {
      const found = value === undefined ? "none" : value;
      throw new SourceError(`Expected a constant ${wanted} of 0 or more, found ${found}`, name.at);
    }
    return value;
  }
  checkNumbers(members);
  const annotations = members.map(({ token }) => readAnnotations(token.comments));
  // keepalive's procedures have no annotations at all; elsewhere a missing one is a slip.
  const annotated = annotations.some((own) => own !== undefined);
  const procedures = members.map(({ token, value: number }, index): Procedure => {
    const own = annotations[index];
    if (annotated && own?.generate === undefined) {
      throw new SourceError(`Expected an annotation @generate before "${token.text}"`, token.at);
    }
    return { name: token.text, number, ...own, ...messagesOf(prefix, token, structs) };
  });
  return {
    procedures: procedures.sort((a, b) => a.number - b.number),
    program: constant("PROGRAM"),
    version: constant("PROTOCOL_VERSION"),
  };
}

function checkNumbers(members: readonly Member[]): void {
  const numbers = new Set<number>();
  for (const { token, value } of members) {
    if (numbers.has(value)) {
      throw new SourceError(`Expected a new number, found ${value} again`, token.at);
    }
    numbers.add(value);
  }
}

/** The structs that libvirt's naming gives to a procedure. */
function messagesOf(
  prefix: string,
  { text, at }: Token,
  structs: Readonly<Record<string, unknown>>,
): Pick<Procedure, "args" | "ret" | "msg"> {
  const start = `${prefix.toUpperCase()}_PROC_`;
  if (!text.startsWith(start)) {
    throw new SourceError(`Expected a name that begins with ${start}, found "${text}"`, at);
  }
  const stem = `${prefix}_${text.slice(start.length).toLowerCase()}`;
  const [args, ret, msg] = ["args", "ret", "msg"].map((suffix) => `${stem}_${suffix}`)
    .map((name) => Object.hasOwn(structs, name) ? name : undefined);
  return { ...(args && { args }), ...(ret && { ret }), ...(msg && { msg }) };
}

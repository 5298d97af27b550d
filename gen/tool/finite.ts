/**
 * Refuses types that hold themselves without end.
 *
 * @module
 */

import { SourceError, type Token } from "./lexer.ts";
import type { Program, TypeUse } from "./model.ts";

/**
 * Checks that no type contains itself, but for optional data and arrays of variable length, which
 * may end.
 *
 * @param defined where each type is defined
 * @throws {SourceError} at the first type that contains itself
 */
export function checkFinite(program: Program, defined: ReadonlyMap<string, Token>): void {
  const parts = partsByType(program);
  const finite = new Set<string>();
  const open = new Set<string>();
  function visit(type: string): void {
    const held = parts.get(type);
    if (held === undefined || finite.has(type)) return;
    if (open.has(type)) {
      const token = defined.get(type)!;
      throw new SourceError(`Expected a type that ends, found "${type}" inside itself`, token.at);
    }
    open.add(type);
    for (const part of held) {
      if (part.pointer === undefined && part.max === undefined) visit(part.type);
    }
    open.delete(type);
    finite.add(type);
  }
  for (const type of parts.keys()) visit(type);
}

function partsByType(program: Program): ReadonlyMap<string, readonly TypeUse[]> {
  const parts = new Map<string, readonly TypeUse[]>(Object.entries(program.structs));
  for (const [name, use] of Object.entries(program.typedefs)) parts.set(name, [use]);
  for (const [name, union] of Object.entries(program.unions)) {
    const arms = [...union.arms.map(({ arm }) => arm), union.default ?? null];
    parts.set(name, arms.filter((arm) => arm !== null));
  }
  return parts;
}

/**
 * Reads an interface file of libvirt's (`.x`: XDR's language, RFC 4506 section 6, with libvirt's
 * annotations) into the description of a program.
 *
 * @module
 */

import { type Note, readNote } from "./annotations.ts";
import { checkFinite } from "./finite.ts";
import { type Lookup, readExpression } from "./expression.ts";
import { type Comment, describe, SourceError, type Token, TokenStream } from "./lexer.ts";
import {
  type Bound,
  type Declaration,
  PRIMITIVES,
  type Program,
  type TypeUse,
  type Union,
  type UnionArm,
} from "./model.ts";
import { type Member, PROCEDURE_SUFFIX, type ProcedureEnum, readProcedures } from "./procedures.ts";

/** What a file takes from elsewhere by its `%#include` lines. */
export interface Externals {
  /** Constants of libvirt's C headers. */
  readonly constants?: Lookup;
  /** Types of another interface file. */
  readonly types?: ReadonlySet<string>;
}

/** What an interface file says. */
export interface Protocol {
  readonly program: Program;
  /** By `struct` or `struct.field`. The schema does without: they speak of C alone. */
  readonly notes: ReadonlyMap<string, Note>;
}

/**
 * Reads an interface file.
 *
 * @param file how messages name it
 * @throws {SourceError} with the place of the first fault
 */
export function parseProtocol(text: string, file: string, externals: Externals = {}): Protocol {
  return new Parser(new TokenStream(text, file), externals).parse();
}

/** The types that a program defines, for the files that include it. */
export function typeNames(program: Program): ReadonlySet<string> {
  const { enums, typedefs, structs, unions } = program;
  return new Set([enums, typedefs, structs, unions].flatMap((part) => Object.keys(part)));
}

const PRIMITIVE_NAMES: ReadonlySet<string> = new Set(PRIMITIVES);
const UNSIGNED: readonly string[] = ["char", "short", "int", "hyper"];
const DISCRIMINANTS: readonly string[] = ["int", "unsigned int", "bool"];
/** Words that cannot name anything. */
const RESERVED: ReadonlySet<string> = new Set([
  ...["const", "enum", "struct", "switch", "case", "default", "typedef", "union", "void"],
  ...["unsigned", ...PRIMITIVES],
]);

interface Range {
  readonly what: string;
  readonly least: bigint;
  readonly most: bigint;
}

const LEAST_INT = -(2n ** 31n);
const MOST_INT = 2n ** 31n - 1n;
const MOST_UINT = 2n ** 32n - 1n;
const CONSTANT: Range = { what: "a constant", least: LEAST_INT, most: MOST_UINT };
const MEMBER: Range = { what: "a value", least: LEAST_INT, most: MOST_INT };
const PROCEDURE: Range = { what: "a procedure's number", least: 1n, most: MOST_INT };
const LENGTH: Range = { what: "a length", least: 0n, most: MOST_UINT };
const FIXED_LENGTH: Range = { what: "a length", least: 1n, most: MOST_UINT };

class Parser {
  readonly #tokens: TokenStream;
  readonly #externals: Externals;
  readonly #lookup: Lookup;
  /** Every name defined, with its token: rpcgen's output is C, where they share one space. */
  readonly #defined = new Map<string, Token>();
  /** Constants and members of enumerations. */
  readonly #values = new Map<string, bigint>();
  readonly #constants: Record<string, number> = {};
  /** Constants of C headers that a bound names. */
  readonly #borrowed: Record<string, number> = {};
  readonly #enums: Record<string, Record<string, number>> = {};
  readonly #typedefs: Record<string, TypeUse> = {};
  readonly #structs: Record<string, Declaration[]> = {};
  readonly #unions: Record<string, Union> = {};
  readonly #notes = new Map<string, Note>();
  /** Where each type that is not a primitive is used. */
  readonly #uses: Token[] = [];
  readonly #discriminants: Token[] = [];
  #procedures: ProcedureEnum | undefined;

  constructor(tokens: TokenStream, externals: Externals) {
    this.#tokens = tokens;
    this.#externals = externals;
    this.#lookup = (name) => this.#values.get(name) ?? externals.constants?.(name);
  }

  parse(): Protocol {
    while (this.#tokens.peek().kind !== "end") this.#definition();
    this.#checkUses();
    const program: Program = {
      constants: { ...this.#constants, ...this.#borrowed },
      enums: this.#enums,
      typedefs: this.#typedefs,
      structs: this.#structs,
      unions: this.#unions,
      procedures: [],
      ...(this.#procedures && readProcedures(this.#procedures, this.#constants, this.#structs)),
    };
    checkFinite(program, this.#defined);
    return { program, notes: this.#notes };
  }

  #definition(): void {
    const tokens = this.#tokens;
    if (tokens.accept("const")) this.#const();
    else if (tokens.accept("enum")) this.#enum();
    else if (tokens.accept("typedef")) this.#typedef();
    else if (tokens.accept("struct")) this.#struct();
    else if (tokens.accept("union")) this.#union();
    else tokens.fail("const, enum, typedef, struct or union");
    tokens.expect(";");
  }

  #const(): void {
    const { text } = this.#newName("the name of a constant");
    this.#tokens.expect("=");
    const value = this.#number(CONSTANT);
    this.#values.set(text, BigInt(value));
    this.#constants[text] = value;
  }

  #enum(): void {
    const name = this.#newName("the name of an enumeration");
    const isProcedures = name.text.endsWith(PROCEDURE_SUFFIX);
    const members = this.#members(isProcedures ? PROCEDURE : MEMBER);
    if (isProcedures) {
      if (this.#procedures !== undefined) {
        throw new SourceError("Expected one enumeration of procedures, found a second", name.at);
      }
      this.#procedures = { name, members };
      return;
    }
    this.#enums[name.text] = Object.fromEntries(
      members.map(({ token, value }) => [token.text, value]),
    );
  }

  #members(range: Range): Member[] {
    const tokens = this.#tokens;
    const members: Member[] = [];
    tokens.expect("{");
    do {
      const token = this.#newName("the name of a member");
      tokens.expect("=");
      const value = this.#number(range);
      this.#values.set(token.text, BigInt(value));
      members.push({ token, value });
    } while (tokens.accept(",") && tokens.peek().text !== "}");
    if (!tokens.accept("}")) tokens.fail('"," or "}"');
    return members;
  }

  #typedef(): void {
    const { name: token, use } = this.#declaration("the name of a type");
    this.#define(token);
    this.#typedefs[token.text] = use;
  }

  #struct(): void {
    const tokens = this.#tokens;
    const { text: struct } = this.#newName("the name of a struct");
    const fields: Declaration[] = [];
    const brace = tokens.expect("{");
    this.#note(struct, brace);
    do {
      const { name, use } = this.#declaration("a field name");
      if (fields.some((field) => field.name === name.text)) {
        throw new SourceError(`Expected a new name, found "${name.text}" again`, name.at);
      }
      fields.push(declare(name, use));
      this.#note(`${struct}.${name.text}`, tokens.expect(";"));
    } while (!tokens.accept("}"));
    this.#structs[struct] = fields;
  }

  /** Keeps the note that stands behind `token` on its line. */
  #note(key: string, token: Token): void {
    const behind = (comment: Comment): boolean => comment.at.line === token.at.line;
    for (const comment of this.#tokens.peek().comments.filter(behind)) {
      const note = readNote(comment);
      if (note === undefined) continue;
      if (this.#notes.has(key)) {
        throw new SourceError(`Expected one note for ${key}, found a second`, comment.at);
      }
      this.#notes.set(key, note);
    }
  }

  #union(): void {
    const tokens = this.#tokens;
    const { text: union } = this.#newName("the name of a union");
    tokens.expect("switch");
    tokens.expect("(");
    const start = tokens.peek();
    const { name, use } = this.#declaration("the name of the discriminant");
    if ("pointer" in use || "fixed" in use || "max" in use || this.#isNoDiscriminant(use.type)) {
      throw new SourceError(
        `Expected int, unsigned int, bool or an enumeration, found ${describe(start)}`,
        start.at,
      );
    }
    if (!PRIMITIVE_NAMES.has(use.type)) this.#discriminants.push(start);
    tokens.expect(")");
    tokens.expect("{");
    const seen = new Set<bigint>();
    const arms: UnionArm[] = [];
    while (tokens.peek().text === "case") this.#cases(seen, arms);
    if (arms.length === 0) tokens.fail('"case"');
    const switched = declare(name, use);
    if (tokens.accept("default")) {
      tokens.expect(":");
      this.#unions[union] = { switch: switched, arms, default: this.#arm() };
    } else this.#unions[union] = { switch: switched, arms };
    if (!tokens.accept("}")) tokens.fail('"case", "default" or "}"');
  }

  #isNoDiscriminant(type: string): boolean {
    return PRIMITIVE_NAMES.has(type) && !DISCRIMINANTS.includes(type);
  }

  /** One arm with the cases that lead to it. */
  #cases(seen: Set<bigint>, arms: UnionArm[]): void {
    const tokens = this.#tokens;
    const cases: UnionArm["case"][] = [];
    while (tokens.accept("case")) {
      const start = tokens.peek();
      const isName = start.kind === "name" && tokens.peek(1).text === ":";
      const value = this.#number(CONSTANT);
      if (seen.has(BigInt(value))) {
        throw new SourceError(`Expected a new case, found "${start.text}" again`, start.at);
      }
      seen.add(BigInt(value));
      cases.push(isName ? start.text : value);
      tokens.expect(":");
    }
    const arm = this.#arm();
    for (const value of cases) arms.push({ case: value, arm });
  }

  #arm(): Declaration | null {
    let arm: Declaration | null = null;
    if (!this.#tokens.accept("void")) {
      const { name, use } = this.#declaration("the name of an arm");
      arm = declare(name, use);
    }
    this.#tokens.expect(";");
    return arm;
  }

  /** A type, what makes it optional or an array, and the name between the two. */
  #declaration(what: string): { name: Token; use: TypeUse } {
    const tokens = this.#tokens;
    const type = this.#type();
    const isBytes = type === "string" || type === "opaque";
    const pointer = isBytes ? undefined : tokens.accept("*");
    const name = this.#plainName(what);
    if (pointer !== undefined) return { name, use: { type, pointer: true } };
    if (type !== "string" && tokens.accept("[")) {
      const fixed = this.#bound("]", FIXED_LENGTH);
      tokens.expect("]");
      return { name, use: { type, fixed } };
    }
    if (tokens.accept("<")) {
      const max = tokens.peek().text === ">" ? null : this.#bound(">", LENGTH);
      tokens.expect(">");
      return { name, use: { type, max } };
    }
    if (type === "string") tokens.fail('"<" behind the name of a string');
    if (type === "opaque") tokens.fail('"[" or "<" behind the name of opaque data');
    return { name, use: { type } };
  }

  #type(): string {
    const tokens = this.#tokens;
    const token = tokens.peek();
    if (tokens.accept("unsigned")) {
      const size = tokens.peek();
      if (size.kind === "name" && UNSIGNED.includes(size.text)) tokens.next();
      // rpcgen takes a bare "unsigned", as C does; libvirt's packet header uses it.
      return UNSIGNED.includes(size.text) ? `unsigned ${size.text}` : "unsigned int";
    }
    if (PRIMITIVE_NAMES.has(token.text)) return tokens.next().text;
    if (token.kind !== "name" || RESERVED.has(token.text)) tokens.fail("a type");
    this.#uses.push(token);
    return tokens.next().text;
  }

  /** A bound up to `close`: the name of a constant stays a name. */
  #bound(close: string, range: Range): Bound {
    const { kind, text } = this.#tokens.peek();
    const isName = kind === "name" && this.#tokens.peek(1).text === close;
    const value = this.#number(range);
    if (!isName) return value;
    if (Object.hasOwn(this.#constants, text)) return text;
    if (this.#values.has(text)) return value;
    this.#borrowed[text] = value;
    return text;
  }

  #number({ what, least, most }: Range): number {
    const { at } = this.#tokens.peek();
    const value = readExpression(this.#tokens, this.#lookup);
    if (value < least || value > most) {
      throw new SourceError(`Expected ${what} from ${least} to ${most}, found ${value}`, at);
    }
    return Number(value);
  }

  #plainName(what: string): Token {
    if (RESERVED.has(this.#tokens.peek().text)) this.#tokens.fail(what);
    return this.#tokens.expectName(what);
  }

  #newName(what: string): Token {
    const token = this.#plainName(what);
    this.#define(token);
    return token;
  }

  #define(token: Token): void {
    const before = this.#defined.get(token.text);
    if (before !== undefined || this.#externals.types?.has(token.text)) {
      const place = before === undefined ? "in an included file" : `in line ${before.at.line}`;
      throw new SourceError(
        `Expected a new name, found "${token.text}", defined ${place}`,
        token.at,
      );
    }
    this.#defined.set(token.text, token);
  }

  #isEnumOrTypedef(name: string): boolean {
    return Object.hasOwn(this.#enums, name) || Object.hasOwn(this.#typedefs, name);
  }

  /** Types may be used above their definition, so this comes last. */
  #checkUses(): void {
    const isStruct = (name: string): boolean =>
      Object.hasOwn(this.#structs, name) || Object.hasOwn(this.#unions, name);
    for (const { text, at } of this.#uses) {
      const known = isStruct(text) || this.#isEnumOrTypedef(text);
      if (known || this.#externals.types?.has(text)) continue;
      throw new SourceError(`Expected a type that is defined, found "${text}"`, at);
    }
    for (const { text, at } of this.#discriminants) {
      if (isStruct(text)) {
        throw new SourceError(`Expected an enumeration, found "${text}"`, at);
      }
    }
  }
}

function declare({ text }: Token, { type, ...array }: TypeUse): Declaration {
  return { type, name: text, ...array };
}

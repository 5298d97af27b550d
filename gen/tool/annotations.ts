/**
 * Reads what libvirt writes into the comments of its interface files: annotations in front of a
 * procedure, and notes behind a field or behind the brace that opens a struct.
 *
 * @module
 */

import { type Comment, type Position, SourceError } from "./lexer.ts";
import type { Procedure } from "./model.ts";

/** The annotations of one procedure. */
export type Annotations = Pick<
  Procedure,
  "generate" | "priority" | "readstream" | "writestream" | "sparseflag" | "aclfilter" | "acl"
>;

interface Rule {
  readonly pattern: RegExp;
  /** What a message says of the values. */
  readonly values: string;
}

/** The values of each annotation, as the comment above libvirt's first procedure explains them. */
const RULES: ReadonlyMap<string, Rule> = new Map(Object.entries({
  generate: { pattern: /^(?:none|client|server|both)$/, values: "none, client, server or both" },
  priority: { pattern: /^(?:low|high)$/, values: "low or high" },
  readstream: { pattern: /^[1-9][0-9]*$/, values: "the position of a parameter" },
  writestream: { pattern: /^[1-9][0-9]*$/, values: "the position of a parameter" },
  sparseflag: { pattern: /^[A-Z]\w*$/, values: "the name of a flag" },
  aclfilter: { pattern: /^\w+:\w+$/, values: "object:permission" },
  acl: {
    pattern: /^(?:none|\w+:\w+(?::!?\w+(?:\|!?\w+)*|::\w+:\w+)?)$/,
    values: "none, object:permission, object:permission:flag or object:permission::name:value",
  },
}));

interface Found {
  readonly at: Position;
  readonly values: string[];
}

/**
 * Reads the annotations in the documentation comments (those that begin with two asterisks) among
 * `comments`. Any other comment may speak of annotations without making one.
 *
 * @returns `undefined` if there is none
 * @throws {SourceError} for an unknown annotation, a wrong value, and one given twice
 */
export function readAnnotations(comments: readonly Comment[]): Annotations | undefined {
  const found = new Map<string, Found>();
  for (const comment of comments) {
    if (!comment.text.startsWith("/**")) continue;
    for (const line of linesOf(comment)) readLine(line, found);
  }
  if (found.size === 0) return undefined;
  const sparse = found.get("sparseflag");
  if (sparse !== undefined && !found.has("readstream") && !found.has("writestream")) {
    throw new SourceError("Expected @readstream or @writestream beside @sparseflag", sparse.at);
  }
  return {
    ...one(found, "generate"),
    ...one(found, "priority"),
    ...one(found, "readstream"),
    ...one(found, "writestream"),
    ...one(found, "sparseflag"),
    ...one(found, "aclfilter"),
    acl: found.get("acl")?.values ?? [],
  } as Annotations;
}

function one(found: ReadonlyMap<string, Found>, name: string): Record<string, string> {
  const value = found.get(name)?.values[0];
  return value === undefined ? {} : { [name]: value };
}

interface Line {
  readonly text: string;
  readonly at: Position;
}

/** The lines of a comment, without its delimiters and what decorates its left edge. */
function* linesOf({ at, text }: Comment): Generator<Line> {
  for (const [index, line] of text.slice(0, -"*/".length).split("\n").entries()) {
    const bare = line.replace(/^\s*\/?\**\s*/, "");
    const column = line.length - bare.length + (index === 0 ? at.column : 1);
    yield { text: bare.trimEnd(), at: { ...at, line: at.line + index, column } };
  }
}

function readLine({ text, at }: Line, found: Map<string, Found>): void {
  if (!text.startsWith("@")) return;
  const [, name = "", separator, value = ""] = /^@(\w*)(\s*:\s*)?(.*)$/.exec(text) ?? [];
  const rule = RULES.get(name);
  if (rule === undefined) {
    const known = [...RULES.keys()].map((name) => `@${name}`).join(", ");
    throw new SourceError(`Expected one of ${known}, found "@${name}"`, at);
  }
  const behind = { ...at, column: at.column + 1 + name.length };
  if (separator === undefined) {
    throw new SourceError(`Expected ":" behind @${name}, found ${quote(value)}`, behind);
  }
  if (!rule.pattern.test(value)) {
    const place = { ...behind, column: behind.column + separator.length };
    throw new SourceError(`Expected ${rule.values} behind @${name}, found ${quote(value)}`, place);
  }
  const before = found.get(name);
  if (before === undefined) found.set(name, { at, values: [value] });
  else if (name === "acl") before.values.push(value);
  else throw new SourceError(`Expected one @${name} for a procedure, found a second`, at);
}

function quote(text: string): string {
  return text.trim() === "" ? "the end of the line" : `"${text.trim()}"`;
}

/** Where the C function takes what a field or struct of a reply carries; positions count from 0. */
export type Note =
  | { readonly kind: "insert"; readonly position: number }
  | {
    readonly kind: "alloc";
    readonly position: number;
    readonly countType: string;
    readonly countPosition: number;
  };

/**
 * Reads the note in a comment, as `insert@1` or `alloc@1@unsigned int@2`.
 *
 * @returns `undefined` if the comment does not begin like a note
 * @throws {SourceError} if it does, but goes on otherwise
 */
export function readNote({ at, text }: Comment): Note | undefined {
  const note = text.slice("/*".length, -"*/".length).trim();
  const [, kind] = /^(insert|alloc)@/.exec(note) ?? [];
  if (kind === undefined) return undefined;
  const insert = /^insert@(\d+)$/.exec(note);
  if (insert !== null) return { kind: "insert", position: Number(insert[1]) };
  const alloc = /^alloc@(\d+)@((?:unsigned )?\w+)@(\d+)$/.exec(note);
  if (alloc === null) {
    const form = kind === "insert" ? "insert@position" : "alloc@position@type@position";
    throw new SourceError(`Expected ${form}, found "${note}"`, at);
  }
  const [, position, countType = "", countPosition] = alloc;
  return {
    kind: "alloc",
    position: Number(position),
    countType,
    countPosition: Number(countPosition),
  };
}

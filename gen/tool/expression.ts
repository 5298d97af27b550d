/**
 * Evaluates constant expressions: those of interface files, and those that libvirt's headers
 * define macros with, as `(256 + 1)`.
 *
 * @module
 */

import { describe, SourceError, type Token, TokenStream } from "./lexer.ts";

/** Finds a constant by name. */
export type Lookup = (name: string) => bigint | undefined;

/** C's binary operators on integers, by how strongly they bind. */
const OPERATORS: Readonly<Record<string, readonly [strength: number, apply: Apply]>> = {
  "|": [1, (a, b) => a | b],
  "&": [2, (a, b) => a & b],
  "<<": [3, (a, b) => a << shift(b)],
  ">>": [3, (a, b) => a >> shift(b)],
  "+": [4, (a, b) => a + b],
  "-": [4, (a, b) => a - b],
  "*": [5, (a, b) => a * b],
  "/": [5, divide],
};

type Apply = (left: bigint, right: bigint) => bigint;

/** A width that keeps a wrong shift from filling the memory. */
const WIDEST_SHIFT = 63n;

function shift(width: bigint): bigint {
  if (width < 0n || width > WIDEST_SHIFT) {
    throw new RangeError(`Expected a shift by 0 to ${WIDEST_SHIFT}, found ${width}`);
  }
  return width;
}

function divide(left: bigint, right: bigint): bigint {
  if (right === 0n) throw new RangeError("Expected a divisor other than 0");
  return left / right;
}

/**
 * Reads an expression of integers, names, parentheses, `- ~` and `| & << >> + - * /`.
 *
 * @throws {SourceError} for anything else, an unknown name, a division by zero and a wrong shift
 */
export function readExpression(tokens: TokenStream, lookup: Lookup, weakest = 1): bigint {
  let left = readOperand(tokens, lookup);
  while (true) {
    const token = tokens.peek();
    const operator = token.kind === "symbol" ? OPERATORS[token.text] : undefined;
    if (operator === undefined || operator[0] < weakest) return left;
    tokens.next();
    const right = readExpression(tokens, lookup, operator[0] + 1);
    try {
      left = operator[1](left, right);
    } catch (cause) {
      throw new SourceError((cause as Error).message, token.at, { cause });
    }
  }
}

function readOperand(tokens: TokenStream, lookup: Lookup): bigint {
  if (tokens.accept("-")) return -readOperand(tokens, lookup);
  if (tokens.accept("~")) return ~readOperand(tokens, lookup);
  if (tokens.accept("(")) {
    const value = readExpression(tokens, lookup);
    tokens.expect(")");
    return value;
  }
  const token = tokens.peek();
  if (token.kind === "number") return parseInteger(tokens.next());
  if (token.kind !== "name") tokens.fail("a number or the name of a constant");
  tokens.next();
  const value = lookup(token.text);
  if (value === undefined) {
    throw new SourceError(`Expected a constant defined above, found ${describe(token)}`, token.at);
  }
  return value;
}

/** The value of a number token; a leading zero is octal (RFC 4506 section 6.2). */
function parseInteger(token: Token): bigint {
  return BigInt(/^0[0-7]/.test(token.text) ? `0o${token.text.slice(1)}` : token.text);
}

/**
 * The value of `text`, a whole expression.
 *
 * @param file how messages name the text
 * @throws {SourceError} if it is not one
 */
export function evaluate(text: string, file: string, lookup: Lookup): bigint {
  const tokens = new TokenStream(text, file);
  const value = readExpression(tokens, lookup);
  if (tokens.peek().kind !== "end") tokens.fail("the end of the expression");
  return value;
}

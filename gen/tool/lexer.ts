/**
 * Splits an interface file (`.x`: XDR's language, RFC 4506 section 6, as rpcgen reads it) into
 * tokens that know their place.
 *
 * @module
 */

/** A fault in a source text, with its place in front of the message. */
export class SourceError extends Error {
  override readonly name: string = "SourceError";
  /** Where the fault is. */
  readonly at: Position;

  /** `message` is what comes behind the place. */
  constructor(message: string, at: Position, options?: ErrorOptions) {
    super(`${at.file}:${at.line}:${at.column}: ${message}`, options);
    this.at = at;
  }
}

/** A place in a file; line and column count from 1, a column being a UTF-16 unit. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A comment, in front of the token it precedes. */
export interface Comment {
  readonly at: Position;
  /** With its delimiters. */
  readonly text: string;
}

/** What a token is; `end` stands behind the last one. */
export type TokenKind = "name" | "number" | "string" | "symbol" | "end";

/** One token. */
export interface Token {
  readonly kind: TokenKind;
  /** As written; empty at the end. */
  readonly text: string;
  readonly at: Position;
  /** The comments between the token before and this one. */
  readonly comments: readonly Comment[];
}

const SPACE = /[ \t\r\n\f]+/y;
const COMMENT = /\/\*[^]*?\*\//y;
const PASSTHROUGH = /%[^\n]*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[0-9][A-Za-z0-9_]*/y;
const INTEGER = /^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"/y;
const SYMBOL = /<<|>>|[{}()[\]<>;:,=*+\-/|&~]/y;

/** Walks a text and knows the line and column it has come to. */
class Scanner {
  readonly #text: string;
  readonly #file: string;
  #index = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  get done(): boolean {
    return this.#index >= this.#text.length;
  }

  get atLineStart(): boolean {
    return this.#index === this.#lineStart;
  }

  get position(): Position {
    return { file: this.#file, line: this.#line, column: this.#index - this.#lineStart + 1 };
  }

  startsWith(text: string): boolean {
    return this.#text.startsWith(text, this.#index);
  }

  /** Consumes what the sticky `pattern` matches here. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#index;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    for (let at = found.indexOf("\n"); at >= 0; at = found.indexOf("\n", at + 1)) {
      this.#line++;
      this.#lineStart = this.#index + at + 1;
    }
    this.#index += found.length;
    return found;
  }

  /** The character here, for a message. */
  get character(): string {
    return String.fromCodePoint(this.#text.codePointAt(this.#index) ?? 0);
  }
}

/**
 * Splits `text` into tokens, the last of kind `end`.
 *
 * Lines that begin with `%` are rpcgen's way of passing text on to the C header and mean nothing
 * here.
 *
 * @param file how messages name the text
 * @throws {SourceError} for what no token begins with, and a comment or string without its end
 */
export function tokenize(text: string, file: string): readonly Token[] {
  const scanner = new Scanner(text, file);
  const tokens: Token[] = [];
  let comments: Comment[] = [];
  while (true) {
    scanner.take(SPACE);
    const at = scanner.position;
    if (scanner.done) {
      tokens.push({ kind: "end", text: "", at, comments });
      return tokens;
    }
    if (scanner.atLineStart && scanner.take(PASSTHROUGH) !== undefined) continue;
    if (scanner.startsWith("/*")) {
      const comment = scanner.take(COMMENT);
      if (comment === undefined) throw new SourceError('Expected "*/" to end this comment', at);
      comments.push({ at, text: comment });
      continue;
    }
    const { kind, text: word } = takeToken(scanner, at);
    tokens.push({ kind, text: word, at, comments });
    comments = [];
  }
}

function takeToken(scanner: Scanner, at: Position): { kind: TokenKind; text: string } {
  const name = scanner.take(WORD);
  if (name !== undefined) return { kind: "name", text: name };
  const number = scanner.take(NUMBER);
  if (number !== undefined) {
    if (!INTEGER.test(number)) {
      throw new SourceError(
        `Expected a decimal, octal or hexadecimal integer, found "${number}"`,
        at,
      );
    }
    return { kind: "number", text: number };
  }
  if (scanner.startsWith('"')) {
    const string = scanner.take(STRING);
    if (string === undefined) {
      throw new SourceError("Expected '\"' to end this string on its line", at);
    }
    return { kind: "string", text: string };
  }
  const symbol = scanner.take(SYMBOL);
  if (symbol !== undefined) return { kind: "symbol", text: symbol };
  throw new SourceError(
    `Expected a name, a number or a symbol, found ${JSON.stringify(scanner.character)}`,
    at,
  );
}

/** The tokens of a file, one after the other. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #index = 0;

  /** Throws as {@linkcode tokenize}. */
  constructor(text: string, file: string) {
    this.#tokens = tokenize(text, file);
  }

  /** The token to come, or the one `ahead` of it; behind the end, the end. */
  peek(ahead = 0): Token {
    const tokens = this.#tokens;
    return tokens[Math.min(this.#index + ahead, tokens.length - 1)]!;
  }

  /** Takes the next token. */
  next(): Token {
    const token = this.peek();
    this.#index++;
    return token;
  }

  /** Takes the next token if it is the name or symbol `text`. */
  accept(text: string): Token | undefined {
    const token = this.peek();
    return isWord(token) && token.text === text ? this.next() : undefined;
  }

  /**
   * Takes the name or symbol `text`.
   *
   * @throws {SourceError} if something else comes
   */
  expect(text: string): Token {
    return this.accept(text) ?? this.fail(JSON.stringify(text));
  }

  /**
   * Takes a name.
   *
   * @param what how the message calls it, as `a field name`
   * @throws {SourceError} if something else comes
   */
  expectName(what: string): Token {
    return this.peek().kind === "name" ? this.next() : this.fail(what);
  }

  /** Throws that `what` was expected where the next token is. */
  fail(what: string): never {
    const token = this.peek();
    throw new SourceError(`Expected ${what}, found ${describe(token)}`, token.at);
  }
}

function isWord(token: Token): boolean {
  return token.kind === "name" || token.kind === "symbol";
}

/** A token as a message names it. */
export function describe(token: Token): string {
  if (token.kind === "end") return "the end of the file";
  return token.kind === "string" ? `the string ${token.text}` : `"${token.text}"`;
}

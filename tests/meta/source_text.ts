/**
 * What the source says, without what its comments and strings say.
 *
 * @module
 */

/** A piece of source text. */
export interface Token {
  readonly kind: "word" | "string" | "other";
  /** A string's contents, without quotes and with escapes left as they are. */
  readonly text: string;
  readonly line: number;
}

/** Words after which a slash begins a regular expression, though a word ends an operand elsewhere. */
const BEFORE_EXPRESSION = new Set(
  ["return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await"],
);

const STICKY = {
  space: /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|^#![^\n]*/y,
  word: /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy,
  string: /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y,
  number: /\.?\d[\w.]*/y,
  regexp: /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y,
  template: /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y,
};

/** Splits TypeScript into words, strings and single characters; comments are left out. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const templates: number[] = []; // the depth of braces at which each open `${` ends
  let depth = 0;
  let at = 0;
  let line = 1;

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text === undefined || text === "") return undefined;
    at += text.length;
    return text;
  }
  function add(kind: Token["kind"], text: string): void {
    tokens.push({ kind, text, line });
  }
  function countLines(text: string): void {
    for (const character of text) if (character === "\n") line++;
  }
  function template(): void { // `at` is behind a backtick, or behind the brace that ends a `${`
    const text = take(STICKY.template) ?? "";
    add("string", text);
    countLines(text);
    if (source[at] === "`") at++;
    else {
      at += 2;
      templates.push(depth++);
      add("other", "{");
    }
  }
  function operandBefore(): boolean {
    const last = tokens.at(-1);
    if (last === undefined) return false;
    if (last.kind === "other") return last.text === ")" || last.text === "]" || last.text === "}";
    return last.kind === "string" || !BEFORE_EXPRESSION.has(last.text);
  }

  while (at < source.length) {
    let text = take(STICKY.space);
    if (text !== undefined) {
      countLines(text);
      continue;
    }
    if ((text = take(STICKY.word) ?? take(STICKY.number)) !== undefined) {
      add("word", text);
    } else if ((text = take(STICKY.string)) !== undefined) {
      add("string", text.slice(1, -1));
      countLines(text);
    } else if (source[at] === "`") {
      at++;
      template();
    } else if (source[at] === "/" && !operandBefore() && (text = take(STICKY.regexp))) {
      add("string", text);
    } else {
      const character = source[at++]!;
      if (character === "{") depth++;
      if (character === "}" && --depth === templates.at(-1)) {
        templates.pop();
        add("other", "}");
        template();
      } else add("other", character);
    }
  }
  return tokens;
}

/** The specifier of an `import()` whose name is not a plain string. */
export const COMPUTED = "<computed>";

/** How one file uses another. */
export interface Import {
  /** The name as written. */
  readonly specifier: string;
  /** `type` vanishes when types are stripped, `lazy` is an `import()` or a `getBuiltinModule()`. */
  readonly kind: "static" | "type" | "lazy";
  readonly line: number;
}

/** The imports and re-exports of a file; see {@linkcode COMPUTED} too. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const found: Import[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const { kind, text, line } = tokens[i]!;
    if (kind !== "word" || (text !== "import" && text !== "export")) continue;
    if (tokens[i - 1]?.text === ".") continue; // a member of that name
    const next = tokens[i + 1];
    if (next?.text === "(") {
      const name = tokens[i + 2];
      const asType = isTypePosition(tokens, i);
      const specifier = name?.kind === "string" ? name.text : COMPUTED;
      found.push({ specifier, kind: asType ? "type" : "lazy", line });
    } else if (next?.kind === "string") {
      found.push({ specifier: next.text, kind: "static", line });
    } else {
      const from = clauseEnd(tokens, i + 1);
      if (from === undefined) continue;
      const clause = tokens.slice(i + 1, from);
      found.push({ specifier: tokens[from + 1]!.text, kind: clauseKind(clause), line });
    }
  }
  return found;
}

/** The index of the `from` of an import or export clause, if it is one. */
function clauseEnd(tokens: readonly Token[], start: number): number | undefined {
  for (let i = start; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!;
    if (text === "from" && tokens[i + 1]?.kind === "string") return i;
    if (kind === "string" || (kind === "other" && !["{", "}", ",", "*"].includes(text))) break;
  }
  return undefined;
}

function clauseKind(clause: readonly Token[]): "static" | "type" {
  const [first, second] = clause;
  // `import type from "x"` imports a default named "type"
  if (first?.text === "type" && second !== undefined && second.text !== ",") return "type";
  if (first?.text !== "{") return "static";
  const names = clause.slice(1, -1).map((token) => token.text).join(" ").split(" , ");
  return names.every((name) => /^type (?!as\b)/.test(name) || name === "") ? "type" : "static";
}

/** Whether `import("…")` stands where a type is expected: behind `:`, `<`, `|`, `typeof` and so on. */
function isTypePosition(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text ?? "";
  if (before === "typeof" || before === "<" || before === "|" || before === "&") return true;
  if (before === "as" || before === "extends" || before === "keyof") return true;
  return before === ":" && tokens[index - 2]?.text !== ")" ? !ternary(tokens, index - 1) : false;
}

function ternary(tokens: readonly Token[], colon: number): boolean {
  for (let i = colon - 1; i >= 0 && i > colon - 40; i--) {
    const { text } = tokens[i]!;
    if (text === "?") return tokens[i + 1]?.text !== ":";
    if (text === ";" || text === "{" || text === "}") return false;
  }
  return false;
}

/**
 * Says where and why a document is not well-formed, in the words of the parser that libvirt uses.
 *
 * @module
 */

/** Why a document cannot be read. */
export class XmlSyntaxError extends Error {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "XmlSyntaxError";
  /** Line of the document, from 1. */
  readonly line: number;

  /** Creates the error. */
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const NAME = /[\p{L}_:][\p{L}\p{N}\p{M}_:.·-]*/uy;
const SPACE = /[ \t\r\n]*/y;
const ENTITIES: ReadonlySet<string> = new Set(["lt", "gt", "amp", "quot", "apos"]);

/** Throws an XmlSyntaxError for the first fault of a document. */
export function checkWellFormed(text: string): void {
  new Checker(text).document();
}

class Checker {
  readonly #text: string;
  readonly #open: { name: string; line: number }[] = [];
  readonly #declared = new Set<string>();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    const text = this.#text;
    if (text === "") this.#fail("Document is empty");
    if (text.startsWith("<?xml") && /[ \t\r\n]/.test(text[5] ?? "")) this.#declaration();
    this.#misc();
    if (text.startsWith("<!DOCTYPE", this.#at)) {
      this.#doctype();
      this.#misc();
    }
    if (text[this.#at] !== "<") this.#fail("Start tag expected, '<' not found");
    this.#startTag();
    while (this.#open.length > 0) this.#content();
    this.#misc();
    if (this.#at < text.length) this.#fail("Extra content at the end of the document");
  }

  #declaration(): void {
    const end = this.#text.indexOf("?>");
    if (end < 0) {
      this.#at = this.#text.length;
      this.#fail("parsing XML declaration: '?>' expected");
    }
    const encoding = /encoding\s*=\s*["']([^"']*)["']/.exec(this.#text.slice(0, end));
    if (encoding !== null && !/^(utf-?8|us-ascii|ascii|iso-8859-1|utf-16)$/i.test(encoding[1]!)) {
      this.#at = encoding.index + encoding[0].length;
      this.#fail(`Unsupported encoding: ${encoding[1]}`);
    }
    this.#at = end + 2;
  }

  #misc(): void {
    for (;;) {
      this.#match(SPACE);
      if (this.#text.startsWith("<!--", this.#at)) this.#comment();
      else if (this.#text.startsWith("<?", this.#at)) this.#instruction();
      else return;
    }
  }

  #doctype(): void {
    const text = this.#text;
    let depth = 0;
    for (; this.#at < text.length; this.#at++) {
      const char = text[this.#at];
      if (char === "[") depth++;
      else if (char === "]") depth--;
      else if (char === "<" && depth > 0) {
        const entity = /<!ENTITY\s+([^\s%]+)/y;
        entity.lastIndex = this.#at;
        const name = entity.exec(text)?.[1];
        if (name !== undefined) this.#declared.add(name);
      } else if (char === ">" && depth === 0) {
        this.#at++;
        return;
      }
    }
    this.#fail("DOCTYPE improperly terminated");
  }

  #content(): void {
    const text = this.#text;
    const char = text[this.#at];
    if (char === undefined) {
      const { name, line } = this.#open[this.#open.length - 1]!;
      this.#fail(`Premature end of data in tag ${name} line ${line}`);
    }
    if (char === "&") return this.#reference(true);
    if (char !== "<") return this.#characters();
    if (text.startsWith("</", this.#at)) return this.#endTag();
    if (text.startsWith("<!--", this.#at)) return this.#comment();
    if (text.startsWith("<?", this.#at)) return this.#instruction();
    if (text.startsWith("<![CDATA[", this.#at)) {
      const end = text.indexOf("]]>", this.#at);
      if (end < 0) {
        this.#at = text.length;
        // the parser itself has no words for it
        this.#fail("Unregistered error message");
      }
      this.#at = end + 3;
      return;
    }
    this.#startTag();
  }

  #startTag(): void {
    const line = this.#line();
    this.#at++;
    const name = this.#match(NAME);
    if (name === "") this.#fail("StartTag: invalid element name");
    const seen = new Set<string>();
    let space = this.#match(SPACE);
    for (;;) {
      const char = this.#text[this.#at];
      if (char === ">") {
        this.#at++;
        this.#open.push({ name, line });
        return;
      }
      if (this.#text.startsWith("/>", this.#at)) {
        this.#at += 2;
        return;
      }
      if (char === undefined) this.#fail(`Couldn't find end of Start Tag ${name} line ${line}`);
      if (space === "") this.#fail("attributes construct error");
      const attribute = this.#match(NAME);
      if (attribute === "") this.#fail(`Couldn't find end of Start Tag ${name} line ${line}`);
      this.#match(SPACE);
      if (this.#text[this.#at] !== "=") {
        this.#fail(`Specification mandates value for attribute ${attribute}`);
      }
      this.#at++;
      this.#match(SPACE);
      this.#attributeValue();
      if (seen.has(attribute)) this.#fail(`Attribute ${attribute} redefined`);
      seen.add(attribute);
      space = this.#match(SPACE);
    }
  }

  #attributeValue(): void {
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") this.#fail("AttValue: \" or ' expected");
    this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) this.#fail("AttValue: ' expected");
      if (char === "<") this.#fail("Unescaped '<' not allowed in attributes values");
      if (char === "&") {
        this.#reference(false);
        continue;
      }
      this.#at++;
      if (char === quote) return;
    }
  }

  #endTag(): void {
    this.#at += 2;
    const name = this.#match(NAME);
    const open = this.#open[this.#open.length - 1]!;
    this.#match(SPACE);
    if (this.#text[this.#at] !== ">") this.#fail("expected '>'");
    this.#at++;
    if (name !== open.name) {
      this.#fail(
        `Opening and ending tag mismatch: ${open.name} line ${open.line} and ${
          name || "unparsable"
        }`,
      );
    }
    this.#open.pop();
  }

  #comment(): void {
    const start = this.#at + 4;
    const end = this.#text.indexOf("--", start);
    if (end < 0) {
      this.#at = this.#text.length;
      this.#fail("Comment not terminated");
    }
    if (this.#text[end + 2] !== ">") {
      this.#at = end;
      this.#fail(`Double hyphen within comment: <!--${this.#text.slice(start, end)}`);
    }
    this.#at = end + 3;
  }

  #instruction(): void {
    const end = this.#text.indexOf("?>", this.#at);
    if (/^<\?xml[ \t\r\n]/i.test(this.#text.slice(this.#at, this.#at + 6))) {
      this.#at += 5;
      this.#fail("XML declaration allowed only at the start of the document");
    }
    if (end < 0) {
      this.#at = this.#text.length;
      this.#fail("ParsePI: PI never end ...");
    }
    this.#at = end + 2;
  }

  #reference(content: boolean): void {
    const start = this.#at++;
    const text = this.#text;
    if (text[this.#at] === "#") {
      const match = /#(?:x([0-9a-fA-F]+)|([0-9]+));/y;
      match.lastIndex = this.#at;
      const found = match.exec(text);
      if (found === null) this.#fail("xmlParseCharRef: invalid decimal value");
      this.#at += found[0].length;
      const code = found[1] === undefined ? Number(found[2]) : Number.parseInt(found[1], 16);
      if (!isXmlChar(code)) this.#fail(`xmlParseCharRef: invalid xmlChar value ${code}`);
      return;
    }
    const name = this.#match(NAME);
    if (name === "") this.#fail("xmlParseEntityRef: no name");
    if (text[this.#at] !== ";") this.#fail("EntityRef: expecting ';'");
    this.#at++;
    if (!ENTITIES.has(name) && !this.#declared.has(name)) {
      if (!content) this.#at = start + name.length + 2;
      this.#fail(`Entity '${name}' not defined`);
    }
  }

  #characters(): void {
    const text = this.#text;
    for (;;) {
      const char = text[this.#at];
      if (char === undefined || char === "<" || char === "&") return;
      if (char === "]" && text.startsWith("]]>", this.#at)) {
        this.#fail("Sequence ']]>' not allowed in content");
      }
      const code = text.charCodeAt(this.#at);
      if (code < 32 && !isXmlChar(code)) this.#fail(`PCDATA invalid Char value ${code}`);
      this.#at++;
    }
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #line(at: number = this.#at): number {
    let line = 1;
    for (let i = this.#text.indexOf("\n"); i >= 0 && i < at; i = this.#text.indexOf("\n", i + 1)) {
      line++;
    }
    return line;
  }

  // The line and a pointer below it, which counts bytes (virxml.c, catchXMLError).
  #fail(message: string): never {
    const text = this.#text;
    const at = Math.min(this.#at, text.length);
    const line = this.#line(at);
    if (text === "") throw new XmlSyntaxError(`at line 1: ${message}\n`, 1);
    let start = at;
    while (start > 0 && /[\r\n]/.test(text[start] ?? "")) start--;
    while (start > 0 && !/[\r\n]/.test(text[start] ?? "")) start--;
    if (/[\r\n]/.test(text[start] ?? "")) start++;
    const end = text.slice(start).search(/[\r\n]/);
    const context = end < 0 ? text.slice(start) : text.slice(start, start + end);
    const before = new TextEncoder().encode(text.slice(start, at));
    const bytes = new TextEncoder().encode(context);
    let pointer = "";
    for (let i = 0; i < before.length && i < bytes.length; i++) {
      pointer += bytes[i] === 9 ? "\t" : "-";
    }
    throw new XmlSyntaxError(`at line ${line}: ${message}\n${context}\n${pointer}^`, line);
  }
}

function isXmlChar(code: number): boolean {
  return code === 9 || code === 10 || code === 13 || (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

/**
 * Reads libvirt's description of its public C interface: `libvirt-api.xml` and the files of the
 * same kind for its other libraries.
 *
 * @module
 */

import { DOMParser, type Element } from "@xmldom/xmldom";
import { type Position, SourceError } from "./lexer.ts";
import type {
  ApiFunction,
  ApiStruct,
  EnumMember,
  Library,
  LibraryName,
  Macro,
  TypedParamType,
} from "./model.ts";

/**
 * Reads the description of one library.
 *
 * @param library the one that the description has to be of
 * @param file how messages name the text
 * @throws {SourceError} if the text is not XML, is of another library, holds a kind of symbol that
 *   is not known, or a symbol twice or without an attribute
 */
export function parseApiXml(text: string, library: LibraryName, file: string): Library {
  const root = rootOf(text, file);
  const start = positionOf(root, file);
  if (root.tagName !== "api") {
    throw new SourceError(`Expected the element api, found ${root.tagName}`, start);
  }
  const name = attribute(root, "name", file);
  if (name !== library) {
    throw new SourceError(`Expected the description of ${library}, found that of ${name}`, start);
  }
  const symbols = childElements(root, "symbols")[0];
  if (symbols === undefined) {
    throw new SourceError("Expected an element symbols, found none", start);
  }
  return readSymbols(symbols, file);
}

function rootOf(text: string, file: string): Element {
  let fault: SourceError | undefined;
  try {
    const document = new DOMParser({
      onError(_level, message, context) {
        const { lineNumber = 1, columnNumber = 1 } = context?.locator ?? {};
        const at = { file, line: Math.max(lineNumber, 1), column: Math.max(columnNumber, 1) };
        fault ??= new SourceError(`Expected well-formed XML, found: ${message}`, at);
        // A warning (an attribute without quotes, say) is as much a sign of a broken file.
        throw fault;
      },
    }).parseFromString(text, "text/xml");
    return document.documentElement!;
  } catch (error) {
    throw fault ?? error; // xmldom wraps what onError throws
  }
}

/** The kinds of symbols that the schema leaves out: types that only C code names. */
const SKIPPED: ReadonlySet<string> = new Set(["typedef", "variable"]);

function readSymbols(symbols: Element, file: string): Library {
  const enums: Record<string, EnumMember[]> = {};
  const functions: Record<string, ApiFunction> = {};
  // Callbacks stand behind the functions, wherever the description has them.
  const callbacks: Record<string, ApiFunction> = {};
  const macros: Record<string, Macro> = {};
  const structs: Record<string, ApiStruct> = {};
  const seen = new Set<string>();
  for (const symbol of childElements(symbols)) {
    const name = attribute(symbol, "name", file);
    if (seen.has(name)) {
      throw new SourceError(`Expected a new symbol, found ${name} again`, positionOf(symbol, file));
    }
    seen.add(name);
    const kind = symbol.tagName;
    if (kind === "enum") {
      (enums[attribute(symbol, "type", file)] ??= []).push(readMember(symbol, name, file));
    } else if (kind === "function") functions[name] = readFunction(symbol, kind, file);
    else if (kind === "functype") callbacks[name] = readFunction(symbol, kind, file);
    else if (kind === "macro") macros[name] = readMacro(symbol, file);
    else if (kind === "struct") structs[name] = readStruct(symbol, file);
    else if (!SKIPPED.has(kind)) {
      throw new SourceError(
        `Expected enum, function, functype, macro, struct, typedef or variable, found ${kind}`,
        positionOf(symbol, file),
      );
    }
  }
  return { enums, functions: { ...functions, ...callbacks }, macros, structs };
}

function readMember(symbol: Element, name: string, file: string): EnumMember {
  const hex = symbol.getAttribute("value_hex");
  const bit = symbol.getAttribute("value_bitshift");
  return {
    name,
    value: attribute(symbol, "value", file),
    ...(hex !== null && { value_hex: hex }),
    ...(bit !== null && { value_bitshift: bit }),
    version: attribute(symbol, "version", file),
    file: attribute(symbol, "file", file),
  };
}

function readFunction(symbol: Element, kind: ApiFunction["kind"], file: string): ApiFunction {
  const returns = childElements(symbol, "return")[0];
  if (returns === undefined) {
    throw new SourceError("Expected an element return, found none", positionOf(symbol, file));
  }
  return {
    file: attribute(symbol, "file", file),
    kind,
    since: attribute(symbol, "version", file),
    returns: attribute(returns, "type", file),
    args: childElements(symbol, "arg").map((arg) => nameAndType(arg, file)),
  };
}

function readMacro(symbol: Element, file: string): Macro {
  const string = symbol.getAttribute("string");
  // Empty for a macro that takes parameters and whose replacement libvirt's tool could not tell.
  const raw = symbol.getAttribute("raw") || undefined;
  const info = childElements(symbol, "info")[0]?.textContent ?? "";
  const type = string === null ? undefined : typedParamType(info);
  return {
    ...(string !== null && { string }),
    ...(raw !== undefined && { raw }),
    version: attribute(symbol, "version", file),
    file: attribute(symbol, "file", file),
    ...(type !== undefined && { typedParam: type }),
  };
}

function readStruct(symbol: Element, file: string): ApiStruct {
  return {
    since: attribute(symbol, "version", file),
    fields: childElements(symbol, "field").map((field) => nameAndType(field, file)),
  };
}

function nameAndType(element: Element, file: string): readonly [name: string, type: string] {
  return [attribute(element, "name", file), attribute(element, "type", file)];
}

const TYPES: ReadonlyMap<string, TypedParamType> = new Map([
  ...(["int", "uint", "llong", "ullong", "double", "boolean", "string"] as const)
    .map((type) => [type, type] as const),
  ["unsigned int", "uint"],
  ["unsigned long long", "ullong"],
]);

const CONSTANT = /\bVIR_TYPED_PARAM_([A-Z]+)\b/;
const WORDS = new RegExp(`\\bas (?:an? )?(${[...TYPES.keys()].join("|")})\\b`);

/**
 * The type of a typed parameter's field, which libvirt states in prose only: by the name of the
 * constant, or as in "as an unsigned int".
 */
function typedParamType(info: string): TypedParamType | undefined {
  const prose = info.replaceAll(/\s+/g, " ");
  const stated = CONSTANT.exec(prose)?.[1]?.toLowerCase() ?? WORDS.exec(prose)?.[1];
  return stated === undefined ? undefined : TYPES.get(stated);
}

function childElements(parent: Element, tagName?: string): Element[] {
  const elements: Element[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType !== node.ELEMENT_NODE) continue;
    const element = node as Element;
    if (tagName === undefined || element.tagName === tagName) elements.push(element);
  }
  return elements;
}

function attribute(element: Element, name: string, file: string): string {
  const value = element.getAttribute(name);
  if (value === null) {
    throw new SourceError(
      `Expected an attribute ${name} of the element ${element.tagName}, found none`,
      positionOf(element, file),
    );
  }
  return value;
}

function positionOf({ lineNumber = 1, columnNumber = 1 }: Element, file: string): Position {
  return { file, line: lineNumber, column: columnNumber };
}

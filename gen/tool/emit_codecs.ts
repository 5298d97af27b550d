/**
 * Emits each struct as an interface with an encoder and a decoder.
 *
 * Plain functions, one statement a field: they are shaken per message and direction, inline well
 * and leave readable stack traces.
 *
 * @module
 */

import { camelCase } from "./names.ts";
import { type Printer, typeOf } from "./printer.ts";
import { type Resolved, type StructRef, symbolsOf, type TypeTable } from "./types.ts";

const READER = typeOf("src/xdr/reader.ts", "XdrReader");
const WRITER = typeOf("src/xdr/writer.ts", "XdrWriter");
const UUID = typeOf("src/xdr/uuid.ts", "Uuid");

/** The TypeScript type of a value. */
export function typeText(out: Printer, type: Resolved): string {
  switch (type.kind) {
    case "primitive":
      return type.info.type;
    case "string":
      return "string";
    case "opaque":
    case "fixedOpaque":
    case "chars":
    case "fixedChars":
      return "Uint8Array";
    case "uuid":
      return out.use(UUID);
    case "struct":
      return out.use(symbolsOf(type.struct).type);
    case "optional":
      return `${typeText(out, type.of)} | null`;
    case "array":
    case "fixedArray": {
      const element = typeText(out, type.of);
      return element.includes(" ") ? `(${element})[]` : `${element}[]`;
    }
  }
}

function limits(type: Resolved): string {
  switch (type.kind) {
    case "string":
      return `at most ${type.max} bytes of UTF-8`;
    case "opaque":
    case "chars":
      return `at most ${type.max} bytes`;
    case "fixedOpaque":
    case "fixedChars":
      return `exactly ${type.length} bytes`;
    case "array":
      return `at most ${type.max} elements`;
    case "fixedArray":
      return `exactly ${type.length} elements`;
    case "optional": {
      const inner = limits(type.of);
      return inner === "" ? "may be absent" : `may be absent; ${inner}`;
    }
    case "primitive":
      return {
        int32: "32 bits, signed",
        uint32: "32 bits, unsigned",
        int64: "64 bits, signed",
        uint64: "64 bits, unsigned",
      }[type.info.method] ?? type.info.method;
    default:
      return "";
  }
}

interface Field {
  readonly name: string;
  readonly cName: string;
  readonly type: Resolved;
}

/** Prints interface, encoder and decoder of a struct, each into the file where it lives. */
export function emitStruct(
  printer: (file: string) => Printer,
  table: TypeTable,
  struct: StructRef,
  about: string,
): void {
  const fields: Field[] = struct.fields.map((field) => ({
    name: camelCase(field.name),
    cName: field.name,
    type: table.resolve(struct.program, field),
  }));
  emitType(printer(struct.file), struct, fields, about);
  emitEncoder(printer(struct.encodeFile), struct, fields);
  emitDecoder(printer(struct.decodeFile), table, struct, fields);
}

function emitType(out: Printer, struct: StructRef, fields: readonly Field[], about: string): void {
  out.doc("", about);
  out.print(`export interface ${struct.name} {`);
  for (const { name, cName, type } of fields) {
    const limit = limits(type);
    out.doc("  ", `\`${cName}\`${limit === "" ? "" : `: ${limit}`}.`);
    out.print(`  ${name}: ${typeText(out, type)};`);
  }
  out.print("}", "");
}

function emitEncoder(out: Printer, struct: StructRef, fields: readonly Field[]): void {
  const type = out.use(symbolsOf(struct).type);
  out.doc("", `Writes \`${struct.cName}\`.`);
  out.print(`export function encode${struct.name}(w: ${out.use(WRITER)}, v: ${type}): void {`);
  for (const { name, type } of fields) {
    out.print(...encodeLines(out, type, `v.${name}`, name).map((line) => `  ${line}`));
  }
  out.print("}", "");
}

function emitDecoder(
  out: Printer,
  table: TypeTable,
  struct: StructRef,
  fields: readonly Field[],
): void {
  const type = out.use(symbolsOf(struct).type);
  out.doc("", `Reads \`${struct.cName}\`.`);
  out.print(`export function decode${struct.name}(r: ${out.use(READER)}): ${type} {`);
  if (fields.every(({ type }) => expression(out, type, "") !== undefined)) {
    const pairs = fields.map(({ name, type }) => `${name}: ${expression(out, type, name)}`);
    const line = `  return { ${pairs.join(", ")} };`;
    if (line.length <= 100) out.print(line);
    else out.print("  return {", ...pairs.map((pair) => `    ${pair},`), "  };");
  } else {
    for (const { name, type } of fields) {
      const local = localName(name);
      const value = expression(out, type, name);
      if (value !== undefined) out.print(`  const ${local} = ${value};`);
      else out.print(...arrayLines(out, table, type, local, name).map((line) => `  ${line}`));
    }
    const pairs = fields.map(({ name }) =>
      localName(name) === name ? name : `${name}: ${localName(name)}`
    );
    out.print(`  return { ${pairs.join(", ")} };`);
  }
  out.print("}", "");
}

// `interface` is the one reserved word among libvirt's field names; `r` is the reader
const RESERVED = new Set(["interface", "in", "default", "r"]);

function localName(name: string): string {
  return RESERVED.has(name) ? `${name}_` : name;
}

function encodeLines(out: Printer, type: Resolved, value: string, field: string): string[] {
  switch (type.kind) {
    case "primitive":
      return [`w.${type.info.method}(${value}, "${field}");`];
    case "string":
      return [`w.string(${value}, ${type.max}, "${field}");`];
    case "opaque":
      return [`w.opaque(${value}, ${type.max}, "${field}");`];
    case "chars":
      return [`w.chars(${value}, ${type.max}, "${field}");`];
    case "fixedOpaque":
      return [`w.fixedOpaque(${value}, ${type.length}, "${field}");`];
    case "fixedChars":
      return [`w.fixedChars(${value}, ${type.length}, "${field}");`];
    case "uuid":
      return [`w.uuid(${value}, "${field}");`];
    case "struct":
      return [`${out.use(symbolsOf(type.struct).encode)}(w, ${value});`];
    case "optional":
      return [
        `w.present(${value} !== null);`,
        `if (${value} !== null) ${encodeLines(out, type.of, value, field).join(" ")}`,
      ];
    case "array":
      return [
        `w.count(${value}.length, ${type.max}, "${field}");`,
        `for (const item of ${value}) ${element(encodeLines(out, type.of, "item", field))}`,
      ];
    case "fixedArray":
      return [
        `w.fixedCount(${value}.length, ${type.length}, "${field}");`,
        `for (const item of ${value}) ${element(encodeLines(out, type.of, "item", field))}`,
      ];
  }
}

function element(lines: string[]): string {
  return lines.length === 1 ? lines[0]! : `{ ${lines.join(" ")} }`;
}

/** What reads the value in one expression; `undefined` for arrays, which need a loop. */
function expression(out: Printer, type: Resolved, field: string): string | undefined {
  switch (type.kind) {
    case "primitive":
      return `r.${type.info.method}("${field}")`;
    case "string":
      return `r.string(${type.max}, "${field}")`;
    case "opaque":
      return `r.opaque(${type.max}, "${field}")`;
    case "chars":
      return `r.chars(${type.max}, "${field}")`;
    case "fixedOpaque":
      return `r.fixedOpaque(${type.length}, "${field}")`;
    case "fixedChars":
      return `r.fixedChars(${type.length}, "${field}")`;
    case "uuid":
      return `r.uuid("${field}")`;
    case "struct":
      return `${out.use(symbolsOf(type.struct).decode)}(r)`;
    case "optional": {
      const inner = expression(out, type.of, field);
      return inner === undefined ? undefined : `r.present("${field}") ? ${inner} : null`;
    }
    default:
      return undefined;
  }
}

function arrayLines(
  out: Printer,
  table: TypeTable,
  type: Resolved,
  local: string,
  field: string,
): string[] {
  if (type.kind !== "array" && type.kind !== "fixedArray") {
    throw new Error(`No rule for an ${type.kind} of an array in field "${field}"`);
  }
  const item = expression(out, type.of, field);
  if (item === undefined) throw new Error(`No rule for an array of arrays in field "${field}"`);
  const count = type.kind === "array"
    ? `r.count(${type.max}, ${table.size(type.of)}, "${field}")`
    : `${type.length}`;
  return [
    `const ${local}: ${typeText(out, type)} = [];`,
    `for (let n = ${count}; n > 0; n--) ${local}.push(${item});`,
  ];
}

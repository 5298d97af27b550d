/**
 * What a method answers, from the fields of its procedure's result.
 *
 * @module
 */

import { typeText } from "./emit_codecs.ts";
import { isTypedParam } from "./method_arguments.ts";
import { classOf, wrapName } from "./method_values.ts";
import type { Call } from "./methods.ts";
import type { Api, Declaration, ProgramName } from "./model.ts";
import { camelCase, pascalCase } from "./names.ts";
import { BOOLEAN_FIELDS, BOOLEAN_RESULTS, VOID_RESULTS } from "./overrides.ts";
import { type Printer, typeOf, valueOf } from "./printer.ts";
import type { Resolved, TypeTable } from "./types.ts";

/** A method's result. */
export interface MethodResult {
  readonly type: string;
  /** The statements that make it of `ret`. */
  readonly lines: readonly string[];
  /** Whether the daemon wants to be asked for the number of parameters first. */
  readonly countedParams: boolean;
}

/** What results are described from. */
export interface ResultContext {
  readonly api: Api;
  readonly docs: Readonly<Record<string, string>>;
}

/** Fields that count what is in the field before. */
const COUNTS = new Set(["ret", "nparams", "nerrors", "noutputs", "nfilters"]);

const described = new WeakMap<Printer, Set<string>>();

/** Describes the result of a call. */
export function resultOf(
  out: Printer,
  table: TypeTable,
  context: ResultContext,
  program: ProgramName,
  call: Call,
): MethodResult {
  const done = (type: string, ...lines: string[]): MethodResult => ({
    type,
    lines,
    countedParams: false,
  });
  if (call.ret.length === 0 || VOID_RESULTS.has(call.cName)) return done("void");
  // a list's length comes with it, and says nothing that the list does not
  const fields = call.ret.filter((field, i) => i === 0 || !COUNTS.has(field.name))
    .map((field) => ({ field, type: table.resolve(program, field) }));
  const list = fields.find(({ type }) => type.kind === "array");
  if (list !== undefined && fields.length === 1) {
    const key = `ret.${camelCase(list.field.name)}`;
    const of = (list.type as { of: Resolved }).of;
    if (isTypedParam(of)) {
      const type = out.use(typeOf("src/typed_params.ts", "TypedParams"));
      const countedParams = call.args.some((f) => f.name === "nparams");
      const make = out.use(valueOf("src/typed_params.ts", "toObject"));
      return { type, lines: [`return ${make}(${key});`], countedParams };
    }
    const info = classOf(list.field);
    if (info === undefined) return done(typeText(out, list.type), `return ${key};`);
    const type = `${out.use(typeOf(info.file, info.name))}[]`;
    return done(
      type,
      `const list: ${type} = [];`,
      `for (const handle of ${key}) list.push(this.${wrapName(info)}(handle));`,
      "return list;",
    );
  }
  if (fields.length === 1) {
    const { field, type } = fields[0]!;
    const info = classOf(field);
    const key = `ret.${camelCase(field.name)}`;
    if (info !== undefined) {
      return done(out.use(typeOf(info.file, info.name)), `return this.${wrapName(info)}(${key});`);
    }
    if (isTruth(call)) return done("boolean", `return ${key} !== 0;`);
    const [text, value] = converted(out, type, key);
    return done(text, `return ${value};`);
  }
  return struct(out, context, call, fields);
}

function isTruth(call: Call): boolean {
  return /(Is[A-Z]\w*|Has[A-Z]\w*|GetAutostart\w*)$/.test(call.cName) ||
    BOOLEAN_RESULTS.has(call.cName);
}

function converted(out: Printer, type: Resolved, value: string): [type: string, value: string] {
  if (type.kind === "chars" || type.kind === "fixedChars") {
    return ["string", `${out.use(valueOf("src/xdr/c_string.ts", "cString"))}(${value})`];
  }
  if (type.kind === "uuid") return ["string", `${value}.toString()`];
  if (type.kind === "array" && isTypedParam(type.of)) {
    const make = out.use(valueOf("src/typed_params.ts", "toObject"));
    return [out.use(typeOf("src/typed_params.ts", "TypedParams")), `${make}(${value})`];
  }
  return [typeText(out, type), value];
}

/** Several values: an object with the fields of the C struct, where there is one. */
function struct(
  out: Printer,
  { api, docs }: ResultContext,
  call: Call,
  fields: readonly { field: Declaration; type: Resolved }[],
): MethodResult {
  const pointer = call.fn.args.map(([, type]) => type.replace(/Ptr$/, "")).find((name) =>
    (api.libraries.libvirt.structs[name] ?? api.libraries.libvirt.structs[`${name}Struct`])?.fields
      .length
  );
  const cName = pointer ?? `${call.cName}Result`;
  const name = pascalCase(cName.replace(/^vir/, ""));
  const pairs = fields.map(({ field, type }) => {
    const key = camelCase(field.name);
    const [text, value] = BOOLEAN_FIELDS.has(`${cName}.${field.name}`)
      ? ["boolean", `ret.${key} !== 0`]
      : converted(out, type, `ret.${key}`);
    return { key, text, value, sentence: docs[`${cName}.${field.name}`] };
  });
  const known = described.get(out) ?? new Set();
  described.set(out, known);
  if (!known.has(name)) {
    known.add(name);
    out.doc("", docs[cName] ?? `What \`${call.cName}\` answers.`);
    out.print(`export interface ${name} {`);
    for (const { key, text, sentence } of pairs) {
      out.doc("  ", sentence ?? `\`${key}\` of libvirt's struct.`);
      out.print(`  ${key}: ${text};`);
    }
    out.print("}", "");
  }
  const plain = pairs.every(({ key, value }) => value === `ret.${key}`);
  const literal = `{ ${pairs.map(({ key, value }) => `${key}: ${value}`).join(", ")} }`;
  return { type: name, lines: [`return ${plain ? "ret" : literal};`], countedParams: false };
}

/**
 * A method's parameters, from the fields of its procedure's arguments.
 *
 * @module
 */

import type { ClassInfo } from "./classes.ts";
import { typeText } from "./emit_codecs.ts";
import { FIELDS_FILE, fieldsConstant } from "./emit_fields.ts";
import { classOf } from "./method_values.ts";
import type { Call } from "./methods.ts";
import type { Declaration } from "./model.ts";
import { camelCase } from "./names.ts";
import { type ArgumentRule, ARGUMENTS, PARAM_FAMILIES } from "./overrides.ts";
import { type Printer, typeOf, valueOf } from "./printer.ts";
import type { Resolved, TypeTable } from "./types.ts";

/** One field of the arguments. */
export interface MethodArgument {
  /** The wire's name. */
  readonly field: string;
  /** The property of the message. */
  readonly key: string;
  /** Where the caller gives it; `none` for what it need not know of. */
  readonly place: "positional" | "option" | "none";
  /** The parameter or the option. */
  readonly name: string;
  /** Its type. */
  readonly type: string;
  /** The expression that goes into the message. */
  readonly value: string;
}

/** The options that are not in every options object. */
export function optionsOf(args: readonly MethodArgument[]): MethodArgument[] {
  return args.filter((a) => a.place === "option" && a.field !== "flags");
}

/** Describes the arguments of a call, in the order of the wire. */
export function argumentsOf(
  out: Printer,
  table: TypeTable,
  owner: ClassInfo,
  call: Call,
): MethodArgument[] {
  return call.args.map((field, i) => argument(out, table, owner, call, field, i === 0));
}

function argument(
  out: Printer,
  table: TypeTable,
  owner: ClassInfo,
  call: Call,
  field: Declaration,
  first: boolean,
): MethodArgument {
  const key = camelCase(field.name);
  const fixed = (value: string): MethodArgument => (
    { field: field.name, key, place: "none", name: key, type: "", value }
  );
  if (first && field.type === owner.handle) return fixed("this.handle");
  if (first && field.name === owner.handleField) return fixed(`this.handle.${owner.handleField}`);
  if (field.name === "need_results") return fixed("1");
  if (field.name === "nparams") return fixed("nparams");

  const rule: ArgumentRule = {
    ...ARGUMENTS[`*.${field.name}`],
    ...ARGUMENTS[`${call.cName}.${field.name}`],
  };
  const name = rule.name ?? key;
  const resolved = table.resolve(owner.program, field);
  const optional = resolved.kind === "optional";
  const place = field.name === "flags"
    ? "option"
    : rule.place ?? (optional ? "option" : "positional");
  const given = place === "option" ? `options.${name}` : name;
  const made = (type: string, value: string): MethodArgument => (
    { field: field.name, key, place, name, type, value }
  );

  if (field.name === "flags") return made("number", "options.flags ?? 0");
  if (/^max(names|ids|uuids|errors)$/.test(field.name)) {
    return made("number", `${given} ?? ${limitOf(table, owner, call)}`);
  }
  if (rule.boolean) return made("boolean", `${given} ? 1 : 0`);
  const other = classOf(field);
  if (other !== undefined) {
    return made(out.use(typeOf(other.file, other.name)), `${given}.handle`);
  }
  if (resolved.kind === "opaque" && name === "cpumap") {
    return made(
      "readonly boolean[]",
      `${out.use(valueOf("src/cpu_map.ts", "packCpuMap"))}(${given})`,
    );
  }
  const type = argumentType(out, resolved);
  const value = argumentValue(out, call, resolved, given);
  const fallback = rule.fallback ?? (optional ? "null" : undefined);
  if (place === "option") {
    if (fallback === undefined) throw new Error(`No fallback for ${call.cName}.${field.name}`);
    return made(type.replace(/ \| null$/, ""), `${value} ?? ${fallback}`);
  }
  return made(type, value);
}

/** A list of names may be as long as the wire lets the answer be. */
function limitOf(table: TypeTable, owner: ClassInfo, call: Call): number {
  const list = table.resolve(owner.program, call.ret[0]!);
  if (list.kind !== "array") throw new Error(`Procedure ${call.name} answers no list`);
  return list.max;
}

function argumentType(out: Printer, type: Resolved): string {
  switch (type.kind) {
    case "uuid":
      return "string";
    case "optional":
      return `${argumentType(out, type.of)} | null`;
    case "array":
      if (isTypedParam(type.of)) return out.use(typeOf("src/typed_params.ts", "TypedParamsInput"));
      return `readonly ${typeText(out, type)}`;
    default:
      return typeText(out, type);
  }
}

function argumentValue(out: Printer, call: Call, type: Resolved, given: string): string {
  if (type.kind === "uuid") {
    return `${out.use(valueOf("src/xdr/uuid.ts", "Uuid"))}.parse(${given})`;
  }
  if (type.kind !== "array") return given;
  if (!isTypedParam(type.of)) return `${given} as ${typeText(out, type)}`;
  const family = PARAM_FAMILIES[call.cName];
  if (family === undefined) throw new Error(`No family of fields for ${call.cName}`);
  const fields = out.use(valueOf(FIELDS_FILE, fieldsConstant(family)));
  return `${out.use(valueOf("src/typed_params.ts", "fromObject"))}(${given}, ${fields})`;
}

/** Whether a type is a typed parameter. */
export function isTypedParam(type: Resolved): boolean {
  return type.kind === "struct" && type.struct.byHand;
}

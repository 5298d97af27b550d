/**
 * Typed parameters as plain objects: libvirt's name, type and value triples in the wire's order.
 *
 * @module
 */

import type { Caller, FlagOptions } from "./session/caller.ts";
import { type TypedParam, TypedParamType, type TypedParamValue } from "./xdr/typed_param.ts";

export { type TypedParam, TypedParamType, type TypedParamValue } from "./xdr/typed_param.ts";

/**
 * Typed parameters that came in, by name: `bigint` for the 64-bit types, `number` for the 32-bit
 * ones and doubles; a name that came more than once has an array, in the wire's order.
 */
export type TypedParams = Record<string, TypedParamValue | TypedParamValue[]>;

/** A value whose type on the wire was said with `int()`, `uint()`, `llong()`, `ullong()` or `double()`. */
export class TypedValue {
  /** A value of `TypedParamType`. */
  readonly type: number;
  /** The value, of the JavaScript type that goes with `type`. */
  readonly value: TypedParamValue;

  /** Creates the value; the five functions check it too. */
  constructor(type: number, value: TypedParamValue) {
    this.type = type;
    this.value = value;
  }
}

/** What one typed parameter can be given as. */
export type TypedParamInput = TypedParamValue | TypedValue;

/**
 * Typed parameters to be sent, by name; an array sends its name once for each element, and
 * `undefined` sends nothing.
 *
 * A `string` goes as a string, a `boolean` as a boolean. A `number` or `bigint` takes the type that
 * libvirt documents for the field; for a field that it does not document, say the type:
 * `ullong(5)`.
 */
export interface TypedParamsInput {
  /** Value by field name. */
  readonly [field: string]: TypedParamInput | readonly TypedParamInput[] | undefined;
}

/** The types that libvirt documents for fields: name to a value of `TypedParamType`. */
export type FieldTypes = Readonly<Record<string, number>>;

const TYPE_NAMES: readonly string[] = [
  "",
  "int",
  "uint",
  "llong",
  "ullong",
  "double",
  "boolean",
  "string",
];

/** A signed 32-bit integer; throws a RangeError outside its range, a TypeError for a fraction. */
export function int(value: number | bigint): TypedValue {
  return new TypedValue(TypedParamType.INT, numeric(TypedParamType.INT, value, "int()"));
}

/** An unsigned 32-bit integer; throws a RangeError outside its range, a TypeError for a fraction. */
export function uint(value: number | bigint): TypedValue {
  return new TypedValue(TypedParamType.UINT, numeric(TypedParamType.UINT, value, "uint()"));
}

/** A signed 64-bit integer; throws a RangeError outside its range, a TypeError for a fraction. */
export function llong(value: number | bigint): TypedValue {
  return new TypedValue(TypedParamType.LLONG, numeric(TypedParamType.LLONG, value, "llong()"));
}

/**
 * An unsigned 64-bit integer; throws a RangeError outside its range, a TypeError for a fraction.
 *
 * @example
 * ```ts
 * import { type Domain, ullong } from "@virtwire/libvirt";
 *
 * async function tune(domain: Domain): Promise<void> {
 *   await domain.setSchedulerParameters({ cpu_shares: 2048n, newer_field: ullong(5) });
 * }
 * ```
 */
export function ullong(value: number | bigint): TypedValue {
  return new TypedValue(TypedParamType.ULLONG, numeric(TypedParamType.ULLONG, value, "ullong()"));
}

/** A double-precision number. */
export function double(value: number): TypedValue {
  return new TypedValue(TypedParamType.DOUBLE, numeric(TypedParamType.DOUBLE, value, "double()"));
}

const TYPED_PARAM_STRING = 9; // virDrvFeature of libvirt_internal.h
const STRING_OKAY = 4; // VIR_TYPED_PARAM_STRING_OKAY

/**
 * The flags of a call that answers typed parameters, with the one that lets it answer text too.
 *
 * A daemon leaves out what is text unless the caller says that it understands it; a driver that is
 * older than text refuses the flag, hence the question, which is asked once.
 */
export async function stringFlags(caller: Caller, options: FlagOptions): Promise<number> {
  const flags = options.flags ?? 0;
  const asked = caller.hasFeature?.(TYPED_PARAM_STRING, options);
  return asked === undefined || await asked ? flags | STRING_OKAY : flags;
}

/**
 * Typed parameters as a plain object, in the order of the wire.
 *
 * A field's name is the daemon's: one like `__proto__` or `constructor` becomes a property of its
 * own like any other.
 */
export function toObject(params: readonly TypedParam[]): TypedParams {
  const result: TypedParams = {};
  for (let i = 0; i < params.length; i++) {
    const { field, value } = params[i]!;
    // inherited names are not `undefined` either: `add` tells them from repeated ones
    if (result[field] === undefined) result[field] = value;
    else add(result, field, value);
  }
  return result;
}

function sameFields(a: readonly TypedParam[], b: readonly TypedParam[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i]!.field !== b[i]!.field) return false;
  return true;
}

/** An object with the names of all parameters; `null` where one is repeated. */
function templateOf(params: readonly TypedParam[]): TypedParams | null {
  const names = params.map(({ field }) => field);
  if (new Set(names).size !== names.length) return null;
  // V8 makes a hash table of an object grown by assignment, but not of one that it parsed
  return JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:0`).join()}}`);
}

/** Adds a field whose name is already there, or is one that objects inherit. */
function add(result: TypedParams, field: string, value: TypedParamValue): void {
  if (!Object.hasOwn(result, field)) {
    // not by assignment, which for `__proto__` would call the setter
    const own = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(result, field, own);
    return;
  }
  const old = result[field]!;
  if (Array.isArray(old)) old.push(value);
  else result[field] = [old, value];
}

/**
 * Makes objects of many lists of parameters, as bulk statistics bring them.
 *
 * Neighbours mostly have the same names in the same order. An object grown name by name costs three
 * times as much as a copy of one that has them all, whose values are then replaced.
 */
export class ObjectMaker {
  #last: readonly TypedParam[] = [];
  #template: TypedParams | null | undefined;

  /** What `toObject()` gives. */
  toObject(params: readonly TypedParam[]): TypedParams {
    if (!sameFields(params, this.#last)) {
      this.#last = params;
      this.#template = undefined;
      return toObject(params);
    }
    const template = this.#template ??= templateOf(params);
    if (template === null) return toObject(params);
    const result = { ...template };
    for (let i = 0; i < params.length; i++) {
      const { field, value } = params[i]!;
      result[field] = value;
    }
    return result;
  }
}

/**
 * A plain object as typed parameters, in the order of its properties.
 *
 * Throws a TypeError for a value that no typed parameter can hold and for a number whose type
 * nobody said, a RangeError for a number that its type cannot hold.
 */
export function fromObject(params: TypedParamsInput, fieldTypes: FieldTypes): TypedParam[] {
  const result: TypedParam[] = [];
  for (const [field, value] of Object.entries(params)) {
    if (value === undefined) continue;
    if (Array.isArray(value)) {
      for (const item of value) result.push(param(field, item, fieldTypes));
    } else {
      result.push(param(field, value as TypedParamInput, fieldTypes));
    }
  }
  return result;
}

function param(field: string, value: TypedParamInput, fieldTypes: FieldTypes): TypedParam {
  if (value instanceof TypedValue) return { field, type: value.type, value: value.value };
  switch (typeof value) {
    case "string":
      return { field, type: TypedParamType.STRING, value };
    case "boolean":
      return { field, type: TypedParamType.BOOLEAN, value };
    case "number":
    case "bigint": {
      const type = Object.hasOwn(fieldTypes, field) ? fieldTypes[field]! : undefined;
      const where = `parameter ${JSON.stringify(field)}`;
      if (type === undefined) {
        throw new TypeError(
          `Cannot send ${where} as a ${typeof value}: libvirt documents no type for it; ` +
            "say it with int(), uint(), llong(), ullong() or double()",
        );
      }
      return { field, type, value: numeric(type, value, where) };
    }
    default:
      throw new TypeError(
        `Cannot send parameter ${JSON.stringify(field)}: expected a string, boolean, number or ` +
          `bigint, found ${value === null ? "null" : typeof value}`,
      );
  }
}

/** The value that goes with a type, checked against its range. */
function numeric(type: number, value: number | bigint, where: string): number | bigint {
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw new TypeError(`Cannot send ${where}: expected a number or bigint, found ${typeof value}`);
  }
  switch (type) {
    case TypedParamType.INT:
      return Number(integer(type, value, -0x80000000n, 0x7fffffffn, where));
    case TypedParamType.UINT:
      return Number(integer(type, value, 0n, 0xffffffffn, where));
    case TypedParamType.LLONG:
      return integer(type, value, -0x8000000000000000n, 0x7fffffffffffffffn, where);
    case TypedParamType.ULLONG:
      return integer(type, value, 0n, 0xffffffffffffffffn, where);
    case TypedParamType.DOUBLE:
      if (typeof value === "number") return value;
      throw new TypeError(`Cannot send ${where}: expected a number for a double, found a bigint`);
    default:
      throw new TypeError(
        `Cannot send ${where}: libvirt documents a ${TYPE_NAMES[type] ?? type}, ` +
          `found a ${typeof value}`,
      );
  }
}

function integer(
  type: number,
  value: number | bigint,
  min: bigint,
  max: bigint,
  where: string,
): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    const hint = Number.isInteger(value) ? "; use a bigint for a number of this size" : "";
    throw new TypeError(
      `Cannot send ${where}: expected an integer for type ${
        TYPE_NAMES[type]
      }, found ${value}${hint}`,
    );
  }
  const whole = BigInt(value);
  if (whole < min || whole > max) {
    throw new RangeError(
      `Cannot send ${where}: type ${TYPE_NAMES[type]} holds ${min} to ${max}, found ${whole}`,
    );
  }
  return whole;
}

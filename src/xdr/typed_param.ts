/**
 * Typed parameters: libvirt's name, type and value triples, on the wire of several programs.
 *
 * @module
 */

import { XdrError } from "./errors.ts";
import type { XdrReader } from "./reader.ts";
import type { XdrWriter } from "./writer.ts";

/** The types of a typed parameter, libvirt's `virTypedParameterType`. */
export const TypedParamType = {
  /** A signed 32-bit integer: `number`. */
  INT: 1,
  /** An unsigned 32-bit integer: `number`. */
  UINT: 2,
  /** A signed 64-bit integer: `bigint`. */
  LLONG: 3,
  /** An unsigned 64-bit integer: `bigint`. */
  ULLONG: 4,
  /** A double-precision number: `number`. */
  DOUBLE: 5,
  /** A truth value: `boolean`. */
  BOOLEAN: 6,
  /** Text: `string`. */
  STRING: 7,
} as const;

/** What a typed parameter can hold. */
export type TypedParamValue = number | bigint | boolean | string;

/** A typed parameter as it goes over the wire. */
export interface TypedParam {
  /** Name of the field, such as `cpu_shares`. */
  field: string;
  /** Its type: a value of `TypedParamType`. */
  type: number;
  /** Its value, of the JavaScript type that goes with `type`. */
  value: TypedParamValue;
}

const STRING_MAX = 4194304; // REMOTE_STRING_MAX and ADMIN_STRING_MAX alike

/** Writes a typed parameter; throws an XdrError when value and type do not go together. */
export function encodeTypedParam(w: XdrWriter, param: TypedParam): void {
  w.string(param.field, STRING_MAX, "field");
  const { type, value, field } = param;
  w.int32(type, field);
  switch (type) {
    case TypedParamType.INT:
      return w.int32(value as number, field);
    case TypedParamType.UINT:
      return w.uint32(value as number, field);
    case TypedParamType.LLONG:
      return w.int64(value as bigint, field);
    case TypedParamType.ULLONG:
      return w.uint64(value as bigint, field);
    case TypedParamType.DOUBLE:
      return w.double(value as number, field);
    case TypedParamType.BOOLEAN:
      if (typeof value === "boolean") return w.int32(value ? 1 : 0, field);
      throw new XdrError(`Expected a boolean, found a ${typeof value}`, w.length, field, "local");
    case TypedParamType.STRING:
      return w.string(value as string, STRING_MAX, field);
    default:
      throw new XdrError(`Unknown type ${type} of a typed parameter`, w.length, field, "local");
  }
}

/** Reads a typed parameter. */
export function decodeTypedParam(r: XdrReader): TypedParam {
  const field = r.recurringString(STRING_MAX, "field");
  const type = r.int32("type");
  return { field, type, value: decodeValue(r, type, field) };
}

function decodeValue(r: XdrReader, type: number, field: string): TypedParamValue {
  switch (type) {
    case TypedParamType.INT:
      return r.int32(field);
    case TypedParamType.UINT:
      return r.uint32(field);
    case TypedParamType.LLONG:
      return r.int64(field);
    case TypedParamType.ULLONG:
      return r.uint64(field);
    case TypedParamType.DOUBLE:
      return r.double(field);
    case TypedParamType.BOOLEAN:
      return r.int32(field) !== 0;
    case TypedParamType.STRING:
      return r.string(STRING_MAX, field);
    default:
      throw new XdrError(`Unknown type ${type} of a typed parameter`, r.offset - 4, field);
  }
}

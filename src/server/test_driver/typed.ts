/**
 * Typed parameters on the server's side.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { type TypedParam, TypedParamType } from "../../xdr/typed_param.ts";
import { failure } from "../failure.ts";

/** A parameter of 32 bits with a sign. */
export function int(field: string, value: number): TypedParam {
  return { field, type: TypedParamType.INT, value };
}

/** A parameter of 32 bits. */
export function uint(field: string, value: number): TypedParam {
  return { field, type: TypedParamType.UINT, value };
}

/** A parameter of 64 bits. */
export function ullong(field: string, value: bigint): TypedParam {
  return { field, type: TypedParamType.ULLONG, value };
}

/** A parameter that is true or false. */
export function boolean(field: string, value: boolean): TypedParam {
  return { field, type: TypedParamType.BOOLEAN, value };
}

/** A parameter that is text. */
export function text(field: string, value: string): TypedParam {
  return { field, type: TypedParamType.STRING, value };
}

const TYPE_NAMES: readonly string[] = [
  "unknown",
  "int",
  "uint",
  "llong",
  "ullong",
  "double",
  "boolean",
  "string",
];

/** Throws for parameters that are not known, of another type, or there twice. */
export function checkParams(
  params: readonly TypedParam[],
  known: Readonly<Record<string, number>>,
): void {
  const refuse = (code: number, detail: string): never => {
    throw failure(ErrorDomain.NONE, code, detail);
  };
  const sorted = [...params].sort((a, b) => a.field < b.field ? -1 : a.field > b.field ? 1 : 0);
  let last: string | undefined;
  for (const { field, type } of sorted) {
    const expected = known[field];
    if (expected === undefined) {
      refuse(ErrorNumber.ARGUMENT_UNSUPPORTED, `parameter '${field}' not supported`);
    } else if (field === last) {
      refuse(ErrorNumber.INVALID_ARG, `parameter '${field}' occurs multiple times`);
    } else if (type !== expected) {
      refuse(
        ErrorNumber.INVALID_ARG,
        `invalid type '${TYPE_NAMES[type] ?? TYPE_NAMES[0]}' for parameter '${field}', expected '${
          TYPE_NAMES[expected]
        }'`,
      );
    }
    last = field;
  }
}

/** What a call gets that asks for at most so many parameters; 0 asks how many there are. */
export function paged(
  nparams: number,
  count: number,
  make: () => TypedParam[],
): { params: TypedParam[]; nparams: number } {
  if (nparams === 0) return { params: [], nparams: count };
  const params = make().slice(0, nparams);
  return { params, nparams: params.length };
}

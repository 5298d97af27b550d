/**
 * Typed parameters on the wire.
 */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { XdrError } from "../../../src/xdr/errors.ts";
import { XdrReader } from "../../../src/xdr/reader.ts";
import {
  decodeTypedParam,
  encodeTypedParam,
  type TypedParam,
  TypedParamType,
} from "../../../src/xdr/typed_param.ts";
import { XdrWriter } from "../../../src/xdr/writer.ts";
import { test } from "../../harness.ts";

const { INT, UINT, LLONG, ULLONG, DOUBLE, BOOLEAN, STRING } = TypedParamType;

function encoded(param: unknown): Uint8Array<ArrayBuffer> {
  const writer = new XdrWriter(8);
  encodeTypedParam(writer, param as TypedParam);
  return writer.bytes();
}

function decoded(bytes: Uint8Array): TypedParam {
  const reader = new XdrReader(bytes, { strict: true });
  const param = decodeTypedParam(reader);
  reader.finish();
  return param;
}

test("the numbers of the types are libvirt's", () => {
  assertEquals(Object.entries(TypedParamType), [
    ["INT", 1],
    ["UINT", 2],
    ["LLONG", 3],
    ["ULLONG", 4],
    ["DOUBLE", 5],
    ["BOOLEAN", 6],
    ["STRING", 7],
  ]);
});

test("each type at its bounds", () => {
  const values: readonly (readonly [type: number, ...values: TypedParam["value"][]])[] = [
    [INT, 0, -1, 2147483647, -2147483648],
    [UINT, 0, 1, 4294967295],
    [LLONG, 0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)],
    [ULLONG, 0n, 2n ** 64n - 1n],
    [DOUBLE, 0, -0.5, NaN, -Infinity, Number.MAX_VALUE],
    [BOOLEAN, false, true],
    [STRING, "", "abc", "é🖥", "x".repeat(5000)],
  ];
  for (const [type, ...of] of values) {
    for (const value of of) {
      for (const field of ["", "cpu_shares", "größe", "f".repeat(300)]) {
        const param = decoded(encoded({ field, type, value }));
        assertEquals(Object.keys(param), ["field", "type", "value"]);
        assertStrictEquals(param.value, value);
        assertEquals([param.field, param.type], [field, type]);
      }
    }
  }
});

test("name, type and value as bytes", () => {
  // deno-fmt-ignore
  assertEquals([...encoded({ field: "ab", type: LLONG, value: -2n })], [
    0, 0, 0, 2, 97, 98, 0, 0,
    0, 0, 0, 3,
    255, 255, 255, 255, 255, 255, 255, 254,
  ]);
  assertEquals([...encoded({ field: "", type: BOOLEAN, value: true })].slice(4), [
    0,
    0,
    0,
    6,
    0,
    0,
    0,
    1,
  ]);
});

test("any truth value but zero is true", () => {
  const bytes = encoded({ field: "b", type: BOOLEAN, value: true });
  for (const word of [1, 2, 0x100, 0x80000000, 0xffffffff]) {
    new DataView(bytes.buffer).setUint32(12, word);
    assertStrictEquals(decoded(bytes).value, true);
  }
});

test("a value that does not go with its type is refused by the parameter's name", () => {
  const wrong: readonly (readonly [type: number, ...values: unknown[]])[] = [
    [INT, 2147483648, 0.5, 1n, "1", true, null, undefined, NaN],
    [UINT, -1, 4294967296, 1n, "1", false],
    [LLONG, 1, 2n ** 63n, "1", null],
    [ULLONG, 1, -1n, 2n ** 64n],
    [DOUBLE, 1n, "1", true, undefined],
    [BOOLEAN, 0, 1, "false", null, undefined, 1n],
    [STRING, 1, true, null, undefined, "a\0b", "x".repeat(4194305)],
  ];
  for (const [type, ...values] of wrong) {
    for (const value of values) {
      const error = assertThrows(() => encoded({ field: "cpu_shares", type, value }), XdrError);
      assertEquals([error.field, error.origin], ["cpu_shares", "local"], `type ${type}: ${error}`);
    }
  }
});

test("an unknown type is refused in both directions", () => {
  for (const type of [0, 8, -1, 2147483647]) {
    const out = assertThrows(() => encoded({ field: "new", type, value: 1 }), XdrError);
    assertEquals([out.field, out.origin], ["new", "local"]);
    const bytes = encoded({ field: "new", type: INT, value: 1 });
    new DataView(bytes.buffer).setInt32(8, type);
    const back = assertThrows(() => decoded(bytes), XdrError);
    assertEquals([back.field, back.offset, back.origin], ["new", 8, "remote"]);
    assert(back.message.includes(`Unknown type ${type} `), back.message);
  }
  assertThrows(() => encoded({ field: "new", type: "1", value: 1 }), XdrError);
  assertThrows(() => encoded({ field: 7, type: INT, value: 1 }), XdrError);
});

test("a value that is cut off is named by its parameter", () => {
  for (const [type, value] of [[INT, 1], [ULLONG, 1n], [DOUBLE, 1], [STRING, "text"]] as const) {
    const bytes = encoded({ field: "cpu_shares", type, value });
    const error = assertThrows(() => decoded(bytes.subarray(0, bytes.length - 1)), XdrError);
    assertEquals(error.field, "cpu_shares");
  }
});

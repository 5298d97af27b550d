import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  double,
  fromObject,
  int,
  llong,
  ObjectMaker,
  toObject,
  type TypedParamsInput,
  TypedParamType,
  uint,
  ullong,
} from "../../src/typed_params.ts";
import { test } from "../harness.ts";

const { INT, UINT, LLONG, ULLONG, DOUBLE, BOOLEAN, STRING } = TypedParamType;

test("parameters become properties in the wire's order, repeats an array", () => {
  const object = toObject([
    { field: "b", type: ULLONG, value: 5n },
    { field: "a", type: STRING, value: "x" },
    { field: "disk", type: STRING, value: "vda" },
    { field: "disk", type: STRING, value: "vdb" },
    { field: "disk", type: STRING, value: "vdc" },
    { field: "z", type: BOOLEAN, value: false },
  ]);
  assertEquals(Object.keys(object), ["b", "a", "disk", "z"]);
  assertEquals(object, { b: 5n, a: "x", disk: ["vda", "vdb", "vdc"], z: false });
});

test("names that objects inherit are names like others", () => {
  for (const field of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const object = toObject([
      { field, type: INT, value: 1 },
      { field: "other", type: INT, value: 2 },
      { field, type: INT, value: 3 },
    ]);
    assertEquals(Object.keys(object), [field, "other"]);
    assertEquals(Object.getOwnPropertyDescriptor(object, field)?.value, [1, 3]);
    assertStrictEquals(Object.getPrototypeOf(object), Object.prototype);
  }
});

test("many lists give what each alone gives, in whatever order they come", () => {
  const list = (...fields: string[]) => (start: number) =>
    fields.map((field, i) => ({ field, type: INT, value: start + i }));
  const shapes = [
    list("a", "b"),
    list("b", "a"),
    list("a", "b", "a"),
    list("__proto__", "constructor"),
    list(),
  ];
  const maker = new ObjectMaker();
  for (const shape of [...shapes, ...shapes.flatMap((s) => [s, s, s]), ...shapes]) {
    for (const start of [1, 10]) {
      const made = maker.toObject(shape(start));
      const expected = toObject(shape(start));
      assertEquals(Object.entries(made), Object.entries(expected));
      assertStrictEquals(Object.getPrototypeOf(made), Object.prototype);
    }
  }
});

const FIELDS = { i: INT, u: UINT, l: LLONG, ul: ULLONG, d: DOUBLE, b: BOOLEAN, s: STRING };

test("numbers take the documented type", () => {
  assertEquals(fromObject({ i: -1, u: 1n, l: -5, ul: 5n, d: 0.5 }, FIELDS), [
    { field: "i", type: INT, value: -1 },
    { field: "u", type: UINT, value: 1 },
    { field: "l", type: LLONG, value: -5n },
    { field: "ul", type: ULLONG, value: 5n },
    { field: "d", type: DOUBLE, value: 0.5 },
  ]);
});

test("strings and booleans speak for themselves, undefined is left out", () => {
  const params = fromObject({ any: "x", other: true, nothing: undefined, list: ["a", "b"] }, {});
  assertEquals(params, [
    { field: "any", type: STRING, value: "x" },
    { field: "other", type: BOOLEAN, value: true },
    { field: "list", type: STRING, value: "a" },
    { field: "list", type: STRING, value: "b" },
  ]);
});

test("a type that is said wins over a documented one", () => {
  const params = { ul: int(1), a: uint(2), b: llong(-3), c: ullong(4), d: double(5) };
  assertEquals(fromObject(params, FIELDS).map((p) => [p.type, p.value]), [
    [INT, 1],
    [UINT, 2],
    [LLONG, -3n],
    [ULLONG, 4n],
    [DOUBLE, 5],
  ]);
});

test("a number without a type is refused", () => {
  assertThrows(() => fromObject({ newer: 1 }, FIELDS), TypeError, '"newer"');
  assertThrows(() => fromObject({ toString: 1 } as never, FIELDS), TypeError, '"toString"');
  assertThrows(() => fromObject({ s: 1 }, FIELDS), TypeError, "documents a string");
});

test("values that their type cannot hold are refused", () => {
  const ranges: readonly (readonly [TypedParamsInput, string])[] = [
    [{ i: 0x80000000 }, "int holds -2147483648 to 2147483647"],
    [{ u: -1 }, "uint holds 0 to 4294967295"],
    [{ l: 1n << 63n }, "llong holds"],
    [{ ul: -1n }, "ullong holds"],
  ];
  for (const [params, text] of ranges) {
    assertThrows(() => fromObject(params, FIELDS), RangeError, text);
  }
  const types: readonly (readonly [TypedParamsInput, string])[] = [
    [{ i: 0.5 }, "expected an integer"],
    [{ ul: NaN }, "expected an integer"],
    [{ ul: 2 ** 60 }, "use a bigint"],
    [{ d: 1n }, "expected a number"],
    [{ i: null } as never, "found null"],
    [{ i: {} } as never, "found object"],
  ];
  for (const [params, text] of types) {
    assertThrows(() => fromObject(params, FIELDS), TypeError, text);
  }
  assertThrows(() => int(2 ** 31), RangeError, "int()");
  assertThrows(() => ullong("5" as never), TypeError, "found string");
});

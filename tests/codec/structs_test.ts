/**
 * Every struct's generated codec against the interpreter of the schema.
 */

import { assert, assertEquals, assertInstanceOf, assertStringIncludes, fail } from "@std/assert";
import { structName } from "../../gen/tool/names.ts";
import { XdrError } from "../../src/xdr/errors.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import { XdrWriter } from "../../src/xdr/writer.ts";
import { test } from "../harness.ts";
import { largestAllocation } from "./allocations.ts";
import { differenceOf, differenceOfBytes } from "./difference.ts";
import { BY_HAND, type Codec, codecOf, generatedExports } from "./generated.ts";
import { decodeRaw, encodeRaw, type Mark } from "./interpreter.ts";
import { Layouts, type Struct } from "./layout.ts";
import { headerConstants, STRUCT_PROGRAMS, structNames, wire } from "./schema.ts";
import { errorField, GREATEST, LEAST, makeValue, toGenerated } from "./values.ts";

const VALUES = 12; // seeds 0, least, and 1, greatest, among them

interface Subject {
  readonly struct: Struct;
  readonly codec: Codec;
  /** In failure messages. */
  readonly name: string;
}

const layouts = new Layouts(wire, headerConstants);
const subjects: Subject[] = STRUCT_PROGRAMS.flatMap((program) =>
  structNames(program).map((name) => ({
    struct: layouts.struct(program, name),
    codec: codecOf(program, name),
    name,
  }))
);
const writer = new XdrWriter();

function encode(codec: Codec, value: unknown): Uint8Array<ArrayBuffer> {
  writer.truncate(0);
  codec.encode(writer, value);
  return writer.bytes().slice();
}

function decode(codec: Codec, bytes: Uint8Array): unknown {
  const reader = new XdrReader(bytes, { strict: true });
  const value = codec.decode(reader);
  reader.finish();
  return value;
}

function xdrError(what: string, fn: () => unknown): XdrError {
  try {
    fn();
  } catch (error) {
    if (error instanceof XdrError) return error;
    throw new Error(`${what}: expected an XdrError`, { cause: error });
  }
  fail(`${what}: nothing was thrown`);
}

/** Bytes with other bytes around them, so that a read outside them finds something. */
function embedded(bytes: Uint8Array): Uint8Array {
  const around = new Uint8Array(bytes.length + 64).fill(0x41);
  around.set(bytes, 24);
  return around.subarray(24, 24 + bytes.length);
}

function withWord(bytes: Uint8Array, offset: number, word: number): Uint8Array {
  const changed = bytes.slice();
  new DataView(changed.buffer).setUint32(offset, word);
  return changed;
}

test("every struct of the schema has one codec, and every codec a struct", () => {
  const count = STRUCT_PROGRAMS.reduce(
    (sum, program) => sum + Object.keys(wire.programs[program].structs).length,
    0,
  );
  assertEquals(subjects.length, count);
  assertEquals(new Set(subjects.map(({ name }) => name)).size, count);
  assertEquals(Object.keys(wire.programs.keepalive.structs), []);
  const expected = STRUCT_PROGRAMS.flatMap((program) =>
    structNames(program)
      .filter((name) => !BY_HAND.has(name))
      .flatMap((name) => ["encode", "decode"].map((verb) => verb + structName(program, name)))
  );
  const found = generatedExports.map(({ name }) => name).filter((n) => /^(en|de)code[A-Z]/.test(n));
  assertEquals(found.sort(), expected.sort());
});

for (const program of STRUCT_PROGRAMS) {
  const own = subjects.filter(({ name }) => wire.programs[program].structs[name] !== undefined);

  test(`${program}: ${own.length} structs encode and decode as the schema says`, () => {
    for (const { struct, codec, name } of own) {
      for (let seed = 0; seed < VALUES; seed++) {
        const raw = makeValue(struct, seed);
        const { bytes } = encodeRaw(struct, raw);
        assertEquals(differenceOf(decodeRaw(struct, bytes), raw), undefined);
        const what = `${name}, seed ${seed}`;
        const value = toGenerated(struct, raw);
        const encoded = differenceOfBytes(encode(codec, value), bytes);
        if (encoded !== undefined) fail(`${what}: encoded, ${encoded}`);
        const decoded = differenceOf(decode(codec, embedded(bytes)), value);
        if (decoded !== undefined) fail(`${what}: decoded, ${decoded}`);
      }
    }
  });

  test(`${program}: every truncation of every struct is refused`, () => {
    for (const { struct, codec, name } of own) {
      const full = encodeRaw(struct, smallValue(struct)).bytes;
      assert(full.length > 0);
      for (let n = 0; n < full.length; n++) {
        const bytes = embedded(full.subarray(0, n));
        const what = `${name}, ${n} of ${full.length} bytes`;
        const error = xdrError(what, () => codec.decode(new XdrReader(bytes)));
        assertEquals(error.origin, "remote", what);
        assert(error.offset >= 0 && error.offset <= n, `${what}: ${error}`);
        assertStringIncludes(error.message, `at byte ${error.offset}`, what);
      }
    }
  });
}

/** A value with something in it that takes a few hundred bytes at most. */
function smallValue(struct: Struct): ReturnType<typeof makeValue> {
  for (let seed = 2; seed < 60; seed++) {
    const value = makeValue(struct, seed);
    const { length } = encodeRaw(struct, value).bytes;
    if (length <= 240) return value;
  }
  return makeValue(struct, LEAST);
}

// the tables of the cache of recurring names, made when the first such name is read
const CACHE = 1024;

/** The error of a decoder that never allocated more than the message itself holds. */
function refusal(what: string, codec: Codec, bytes: Uint8Array): XdrError {
  let error: XdrError | undefined;
  const largest = largestAllocation(() => {
    error = xdrError(what, () => codec.decode(new XdrReader(bytes)));
  });
  assert(
    largest <= Math.max(bytes.length, CACHE),
    `${what}: ${largest} bytes allocated for ${bytes.length}`,
  );
  return error!;
}

test("a count or length beyond its bound is refused where it stands", () => {
  let checked = 0;
  const expectRefusal = (subject: Subject, bytes: Uint8Array, mark: Mark, word: number) => {
    const { codec, name } = subject;
    const bad = withWord(bytes, mark.offset, word);
    const what = `${name}, ${mark.kind} ${word} of "${mark.field}" at ${mark.offset}`;
    const error = refusal(what, codec, bad);
    const field = errorField(mark.struct, mark.value, mark.field);
    assertEquals([error.field, error.offset], [field, mark.offset], `${what}: ${error}`);
    assertStringIncludes(error.message, `exceeds the limit ${mark.max} at byte ${mark.offset}`);
    assertStringIncludes(error.message, `in "${field}"`);
    checked++;
  };
  for (const subject of subjects) {
    const { bytes, marks } = encodeRaw(subject.struct, makeValue(subject.struct, GREATEST));
    for (const mark of firstOfEach(marks)) {
      if (mark.kind !== "count" && mark.kind !== "length") continue;
      expectRefusal(subject, bytes, mark, mark.max + 1);
      expectRefusal(subject, bytes, mark, 0x80000000);
      expectRefusal(subject, bytes, mark, 0xffffffff);
    }
  }
  assert(checked > 3000, `${checked} refusals checked`);
});

test("a count or length within its bound that the message cannot hold is refused there", () => {
  let checked = 0;
  for (const { struct, codec, name } of subjects) {
    const { bytes, marks } = encodeRaw(struct, makeValue(struct, GREATEST));
    for (const mark of firstOfEach(marks)) {
      if (mark.kind !== "count" && mark.kind !== "length") continue;
      const left = bytes.length - mark.offset - 4;
      const fits = Math.floor(left / mark.elementSize);
      for (const word of new Set([mark.max, Math.min(mark.max, fits + 1)])) {
        if (word <= fits) continue;
        const what = `${name}, ${mark.kind} ${word} of "${mark.field}" with ${left} bytes left`;
        const error = refusal(what, codec, withWord(bytes, mark.offset, word));
        // a length was read well: what is missing are the bytes behind it
        const offset = mark.kind === "count" ? mark.offset : mark.offset + 4;
        const field = errorField(mark.struct, mark.value, mark.field);
        assertEquals([error.field, error.offset], [field, offset], `${what}: ${error}`);
        assert(!error.message.includes("exceeds"), `${what}: ${error}`);
        checked++;
      }
    }
  }
  assert(checked > 1000, `${checked} refusals checked`);
});

test("a flag other than 0 and 1, and an unknown discriminant, are refused where they stand", () => {
  let checked = 0;
  for (const { struct, codec, name } of subjects) {
    const { bytes, marks } = encodeRaw(struct, makeValue(struct, GREATEST));
    for (const mark of firstOfEach(marks)) {
      if (mark.kind !== "flag" && mark.kind !== "discriminant") continue;
      for (const word of mark.kind === "flag" ? [2, 0xffffffff] : [0, 8, 0xffffffff]) {
        const what = `${name}, ${mark.kind} ${word} of "${mark.field}" at ${mark.offset}`;
        const bad = withWord(bytes, mark.offset, word);
        const error = xdrError(what, () => codec.decode(new XdrReader(bad)));
        const field = errorField(mark.struct, mark.value, mark.field);
        assertEquals([error.field, error.offset], [field, mark.offset], `${what}: ${error}`);
        checked++;
      }
    }
  }
  assert(checked > 300, `${checked} refusals checked`);
});

/** One mark of each kind and field: the items of an array are alike. */
function firstOfEach(marks: readonly Mark[]): Mark[] {
  const found = new Map<string, Mark>();
  for (const mark of marks) {
    const key = `${mark.kind} ${mark.struct.name} ${mark.field}`;
    if (!found.has(key)) found.set(key, mark);
  }
  return [...found.values()];
}

test("bytes behind a struct are an error to a strict reader alone", () => {
  for (const { struct, codec, name } of subjects) {
    const { bytes } = encodeRaw(struct, makeValue(struct, 2));
    const longer = new Uint8Array([...bytes, 0, 0, 0, 0]);
    const error = xdrError(name, () => decode(codec, longer));
    assertEquals(error.offset, bytes.length);
    const lenient = new XdrReader(longer);
    codec.decode(lenient);
    lenient.finish();
    assertEquals(lenient.remaining, 4);
  }
});

test("every list, string and opaque field takes what its bound allows and not one more", () => {
  let checked = 0;
  const texts = new Map<number, string>();
  for (const { struct, codec, name } of subjects) {
    const least = toGenerated(struct, makeValue(struct, LEAST)) as Record<string, unknown>;
    for (const { name: cName, layout: declared } of struct.fields) {
      const layout = declared.kind === "optional" ? declared.of : declared;
      if (!("max" in layout) || layout.max === undefined) continue;
      const { max } = layout;
      const field = errorField(struct, {}, cName);
      const what = `${name}, "${field}" of ${max}`;
      const refuse = (tooMuch: unknown) => {
        const error = xdrError(what, () => encode(codec, { ...least, [field]: tooMuch }));
        assertEquals([error.field, error.origin], [field, "local"], what);
        assertStringIncludes(error.message, `exceeds the limit ${max}`, what);
        checked++;
      };
      if (layout.kind === "string") {
        const text = texts.get(max) ?? "n".repeat(max + 1);
        texts.set(max, text);
        refuse(text);
      } else if (layout.kind === "opaque" || layout.of.kind === "char") {
        refuse(new Uint8Array(max + 1));
      } else {
        const item = toGenerated(layout.of, itemOf(layout.of));
        refuse(new Array(max + 1).fill(item));
        const value = { ...least, [field]: new Array(max).fill(item) };
        const decoded = decode(codec, encode(codec, value)) as Record<string, unknown>;
        assertEquals((decoded[field] as unknown[]).length, max, what);
      }
    }
  }
  assert(checked > 400, `${checked} refusals checked`);
});

function itemOf(layout: Struct["fields"][number]["layout"]): ReturnType<typeof makeValue>[string] {
  const holder: Struct = { kind: "struct", name: "holder", fields: [{ name: "item", layout }] };
  return makeValue(holder, LEAST)["item"]!;
}

test("a struct with a field too little or of another type is refused", () => {
  for (const { struct, codec, name } of subjects) {
    const value = toGenerated(struct, makeValue(struct, GREATEST)) as Record<string, unknown>;
    for (const { name: cName, layout } of struct.fields) {
      if (layout.kind !== "int" && layout.kind !== "uint" && layout.kind !== "string") continue;
      const field = errorField(struct, {}, cName);
      for (const wrong of [undefined, null, {}, 1n, layout.kind === "string" ? 1 : "1"]) {
        const what = `${name}, ${String(wrong)} as "${field}"`;
        const error = xdrError(what, () => encode(codec, { ...value, [field]: wrong }));
        assertInstanceOf(error, XdrError);
        assertEquals([error.field, error.origin], [field, "local"], what);
      }
    }
  }
});

/**
 * XdrReader: each primitive at its bounds, and what it refuses.
 */

import { assert, assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { ProtocolError, XdrError } from "../../../src/xdr/errors.ts";
import { XdrReader } from "../../../src/xdr/reader.ts";
import { XdrWriter } from "../../../src/xdr/writer.ts";
import { test } from "../../harness.ts";

const MAX = 4194304;

/** Words as bytes. */
function words(...values: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint32(4 * i, value));
  return bytes;
}

/** A length and as many bytes, padded with `padding`. */
function counted(bytes: ArrayLike<number>, padding = 0): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(4 + Math.ceil(bytes.length / 4) * 4).fill(padding);
  new DataView(all.buffer).setUint32(0, bytes.length);
  all.set(bytes, 4);
  return all;
}

/** The same bytes in the middle of others. */
function embedded(bytes: Uint8Array): Uint8Array {
  const around = new Uint8Array(bytes.length + 32).fill(0x5a);
  around.set(bytes, 13);
  return around.subarray(13, 13 + bytes.length);
}

function refusal(
  bytes: Uint8Array,
  read: (r: XdrReader) => unknown,
  options?: { strict: boolean },
): XdrError {
  return assertThrows(() => read(new XdrReader(bytes, options)), XdrError);
}

test("integers of 32 bits", () => {
  const bytes = embedded(words(0, 1, 0x7fffffff, 0x80000000, 0xffffffff));
  const signed = new XdrReader(bytes);
  const unsigned = new XdrReader(bytes);
  const read = (fn: () => number) => Array.from({ length: 5 }, fn);
  assertEquals(read(() => signed.int32("n")), [0, 1, 2147483647, -2147483648, -1]);
  assertEquals(read(() => unsigned.uint32("n")), [0, 1, 2147483647, 2147483648, 4294967295]);
  assertEquals([signed.offset, signed.remaining], [20, 0]);
});

test("integers of 64 bits are bigints", () => {
  const bytes = words(0, 0, 0, 1, 0x7fffffff, 0xffffffff, 0x80000000, 0, 0xffffffff, 0xffffffff);
  const signed = new XdrReader(embedded(bytes));
  const unsigned = new XdrReader(bytes);
  const read = (fn: () => bigint) => Array.from({ length: 5 }, fn);
  assertEquals(read(() => signed.int64("n")), [0n, 1n, 2n ** 63n - 1n, -(2n ** 63n), -1n]);
  assertEquals(read(() => unsigned.uint64("n")), [
    0n,
    1n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ]);
});

test("double-precision numbers", () => {
  const bytes = new Uint8Array(48);
  const view = new DataView(bytes.buffer);
  const values = [0, -0, NaN, -Infinity, Number.MIN_VALUE, 0.1];
  values.forEach((value, i) => view.setFloat64(8 * i, value));
  const reader = new XdrReader(embedded(bytes));
  for (const value of values) assertStrictEquals(reader.double("d"), value);
});

test("C's small integers are the low bytes of a word, with char signed", () => {
  const bytes = words(0, 0x7f, 0x80, 0xff, 0xffffffff, 0xffffff80, 0x00018041);
  const read = (fn: (r: XdrReader) => number) => {
    const reader = new XdrReader(bytes);
    return Array.from({ length: 7 }, () => fn(reader));
  };
  assertEquals(read((r) => r.int8("c")), [0, 127, -128, -1, -1, -128, 65]);
  assertEquals(read((r) => r.uint8("c")), [0, 127, 128, 255, 255, 128, 65]);
  assertEquals(read((r) => r.uint16("c")), [0, 127, 128, 255, 65535, 65408, 32833]);
});

test("an optional value's flag is 0 or 1", () => {
  const reader = new XdrReader(words(0, 1));
  assertEquals([reader.present("x"), reader.present("x")], [false, true]);
  for (const flag of [2, 0x80000000, 0xffffffff]) {
    const error = refusal(words(7, flag), (r) => [r.int32("n"), r.present("x")]);
    assertEquals([error.field, error.offset], ["x", 4]);
    assert(error.message.includes(`found ${flag} `), error.message);
  }
});

test("every primitive names its field and offset when the bytes end too soon", () => {
  const reads: readonly (readonly [size: number, read: (r: XdrReader) => unknown])[] = [
    [4, (r) => r.int32("f")],
    [4, (r) => r.uint32("f")],
    [8, (r) => r.int64("f")],
    [8, (r) => r.uint64("f")],
    [8, (r) => r.double("f")],
    [4, (r) => r.int8("f")],
    [4, (r) => r.uint8("f")],
    [4, (r) => r.uint16("f")],
    [4, (r) => r.present("f")],
    [4, (r) => r.count(9, 4, "f")],
    [4, (r) => r.string(9, "f")],
    [4, (r) => r.recurringString(9, "f")],
    [4, (r) => r.opaque(9, "f")],
    [5, (r) => r.fixedOpaque(5, "f")],
    [4, (r) => r.chars(9, "f")],
    [12, (r) => r.fixedChars(3, "f")],
    [16, (r) => r.uuid("f")],
  ];
  for (const [size, read] of reads) {
    for (let n = 0; n < size; n++) {
      const bytes = embedded(new Uint8Array(4 + n).fill(0x41));
      const reader = new XdrReader(bytes);
      reader.int32("before");
      const error = assertThrows(() => read(reader), XdrError);
      assertEquals([error.field, error.offset, error.origin], ["f", 4, "remote"]);
      assertEquals(error.message, `Expected ${size} more bytes, found ${n} at byte 4 in "f"`);
      assertEquals(reader.offset, 4, "nothing was consumed");
    }
  }
});

test("an XdrError is a ProtocolError of the peer", () => {
  const error = refusal(new Uint8Array(3), (r) => r.int32("state"));
  assert(error instanceof ProtocolError && error instanceof Error);
  assertEquals([error.name, error.origin], ["XdrError", "remote"]);
  assertEquals(new XdrError("No such thing", 8).message, "No such thing at byte 8");
  assertEquals(new XdrError("No such thing", 8).field, "");
});

test("lengths: the limit counts, then the bytes that are there", () => {
  const reads: readonly ((r: XdrReader, max: number) => unknown)[] = [
    (r, max) => r.string(max, "f"),
    (r, max) => r.recurringString(max, "f"),
    (r, max) => r.opaque(max, "f"),
  ];
  for (const read of reads) {
    const full = counted([65, 66, 67, 68, 69]);
    read(new XdrReader(full), 5);
    const over = refusal(full, (r) => read(r, 4));
    assertEquals(over.message, 'Length 5 exceeds the limit 4 at byte 0 in "f"');
    for (const n of [MAX + 1, 0x80000000, 0xfffffffc, 0xfffffffd, 0xffffffff]) {
      const error = refusal(words(n, 0, 0), (r) => read(r, MAX));
      assertEquals([error.field, error.offset], ["f", 0]);
      assertMatch(error.message, /exceeds the limit 4194304/);
    }
    // the padding counts too
    const short = refusal(full.subarray(0, 9), (r) => read(r, 5));
    assertEquals(short.message, 'Expected 5 more bytes, found 5 at byte 4 in "f"');
  }
});

test("lengths that wrap round in 32 bits are refused where RFC 4506 sets no limit", () => {
  const unlimited = 0xffffffff;
  for (const n of [13, 0x7fffffff, 0x80000000, 0xfffffffc, 0xfffffffd, 0xfffffffe, 0xffffffff]) {
    for (
      const read of [
        (r: XdrReader) => r.string(unlimited, "f"),
        (r: XdrReader) => r.recurringString(unlimited, "f"),
        (r: XdrReader) => r.opaque(unlimited, "f"),
        (r: XdrReader) => r.chars(unlimited, "f"),
        (r: XdrReader) => r.count(unlimited, 4, "f"),
      ]
    ) {
      const error = refusal(words(n, 0, 0, 0), read);
      assertEquals(error.field, "f", `length ${n}`);
    }
  }
});

test("counts: the limit counts, then what the elements take at least", () => {
  const reader = new XdrReader(words(3, 0, 0, 0));
  assertEquals(reader.count(3, 4, "list"), 3);
  assertEquals(new XdrReader(words(0)).count(0, 4, "list"), 0);
  const over = refusal(words(3, 0, 0, 0), (r) => r.count(2, 4, "list"));
  assertEquals(over.message, 'Array of 3 elements exceeds the limit 2 at byte 0 in "list"');
  const short = refusal(words(9, 3, 0, 0), (r) => [r.int32("n"), r.count(3, 4, "list")]);
  assertEquals(
    short.message,
    'Array of 3 elements does not fit in the 8 bytes left at byte 4 in "list"',
  );
  for (const n of [0x10000001, 0x80000000, 0xffffffff]) {
    assertEquals(refusal(words(n, 0, 0), (r) => r.count(0xffffffff, 16, "list")).offset, 0);
  }
});

test("opaque data is copied out", () => {
  const bytes = counted([1, 2, 3, 4, 5]);
  const reader = new XdrReader(embedded(bytes), { strict: true });
  const data = reader.opaque(5, "data");
  assertEquals(data, new Uint8Array([1, 2, 3, 4, 5]));
  assertEquals([data.byteOffset, data.buffer.byteLength, reader.remaining], [0, 5, 0]);
  const source = new Uint8Array([9, 8, 7, 0, 6]);
  const other = new XdrReader(source);
  const fixed = other.fixedOpaque(3, "data");
  source.fill(0);
  assertEquals([fixed, other.offset], [new Uint8Array([9, 8, 7]), 4]);
  assertEquals(new XdrReader(words(0)).opaque(0, "data").length, 0);
});

test("arrays of char take a word each and give bytes", () => {
  const reader = new XdrReader(embedded(words(3, 0x41, 0xffffff80, 0xff, 0x42)));
  assertEquals(reader.chars(3, "label"), new Uint8Array([0x41, 0x80, 0xff]));
  assertEquals(reader.fixedChars(1, "model"), new Uint8Array([0x42]));
  assertEquals(reader.remaining, 0);
});

test("padding that is not zero is an error to a strict reader alone", () => {
  for (let n = 1; n <= 9; n++) {
    const bytes = counted(new Array(n).fill(0x61), 0x62);
    const reads = [
      (r: XdrReader) => r.string(9, "f"),
      (r: XdrReader) => r.recurringString(9, "f"),
      (r: XdrReader) => new TextDecoder().decode(r.opaque(9, "f")),
      (r: XdrReader) => (r.uint32("n"), new TextDecoder().decode(r.fixedOpaque(n, "f"))),
    ];
    for (const read of reads) {
      const lenient = new XdrReader(bytes);
      assertEquals([read(lenient), lenient.remaining], ["a".repeat(n), 0]);
      if (n % 4 === 0) continue;
      const error = refusal(bytes, read, { strict: true });
      assertEquals(error.message, `Found padding that is not zero at byte ${4 + n} in "f"`);
    }
  }
});

test("each byte of the padding is checked", () => {
  for (const at of [5, 6, 7]) {
    const bytes = counted([0x61]);
    bytes[at] = 1;
    const error = refusal(bytes, (r) => r.string(9, "f"), { strict: true });
    assertEquals([error.offset, error.field], [at, "f"]);
  }
});

test("trailing bytes are an error to a strict reader alone", () => {
  const bytes = words(1, 2, 3);
  const strict = new XdrReader(bytes, { strict: true });
  const lenient = new XdrReader(bytes);
  assertEquals([strict.strict, lenient.strict], [true, false]);
  strict.int32("a");
  lenient.int32("a");
  lenient.finish();
  const error = assertThrows(() => strict.finish(), XdrError);
  assertEquals(error.message, "Found 8 trailing bytes at byte 4");
  assertEquals(strict.rest(), words(2, 3));
  strict.finish();
});

test("rest() is a view of everything left", () => {
  const bytes = embedded(words(1, 2));
  const reader = new XdrReader(bytes);
  reader.int32("a");
  const rest = reader.rest();
  assertEquals(rest, words(2));
  assertStrictEquals(rest.buffer, bytes.buffer);
  assertEquals([reader.offset, reader.remaining, reader.rest().length], [8, 0, 0]);
});

test("reset() starts on other bytes and keeps the reader strict", () => {
  const reader = new XdrReader(words(1, 2, 3), { strict: true });
  reader.int32("a");
  assertStrictEquals(reader.reset(embedded(words(9))), reader);
  assertEquals([reader.offset, reader.remaining, reader.strict], [0, 4, true]);
  assertEquals(reader.int32("a"), 9);
  reader.finish();
  assertEquals(assertThrows(() => reader.int32("b"), XdrError).offset, 4);
  reader.reset(new Uint8Array(0)).finish();
});

test("text of every length, with a byte outside ASCII at every place, is as a TextDecoder has it", () => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const inserts = [
    [0x80],
    [0xff],
    [0xc3],
    [0xc3, 0xa9],
    [0xc0, 0x80],
    [0xe2, 0x82, 0xac],
    [0xed, 0xa0, 0x80],
    [0xef, 0xbb, 0xbf],
    [0xf0, 0x9f, 0x96, 0xa5],
    [0xf4, 0x90, 0x80, 0x80],
    [0x00],
    [0x7f],
  ];
  for (let n = 0; n <= 64; n++) {
    const plain = Uint8Array.from({ length: n }, (_, i) => 0x20 + (i * 7 + n) % 0x5f);
    const texts = [plain];
    for (let at = 0; at < n; at++) {
      for (const insert of inserts) {
        const text = plain.slice();
        text.set(insert.slice(0, n - at), at);
        texts.push(text);
      }
    }
    for (const text of texts) {
      const bytes = counted(text);
      const expected = decoder.decode(text);
      const reader = new XdrReader(embedded(bytes), { strict: true });
      assertStrictEquals(reader.string(64, "text"), expected);
      const recurring = new XdrReader(bytes, { strict: true });
      assertStrictEquals(recurring.recurringString(64, "text"), expected);
      recurring.reset(embedded(bytes));
      assertStrictEquals(recurring.recurringString(64, "text"), expected);
      assertEquals(recurring.remaining + reader.remaining, 0);
    }
  }
});

test("a byte order mark is part of the text", () => {
  const bom = [0xef, 0xbb, 0xbf];
  for (
    const text of [bom, [...bom, 0x61], [...bom, ...bom], [...bom, ...new Array(100).fill(0x61)]]
  ) {
    const value = new XdrReader(counted(text)).string(MAX, "name");
    assertEquals(value, "\ufeff" + value.slice(1));
    assertEquals(new TextEncoder().encode(value), new Uint8Array(text));
  }
});

test("text of the longest length that the protocol allows", () => {
  const writer = new XdrWriter();
  const text = "é".repeat(MAX / 2);
  writer.string(text, MAX, "xml");
  const reader = new XdrReader(writer.bytes(), { strict: true });
  assert(reader.string(MAX, "xml") === text);
  reader.finish();
});

test("recurring text is the same after other bytes were read", () => {
  const reader = new XdrReader(counted([0x61, 0x62, 0x63]));
  const first = reader.recurringString(9, "field");
  reader.reset(counted([0x61, 0x62]));
  assertEquals(reader.recurringString(9, "field"), "ab");
  reader.reset(counted([0x61, 0x62, 0x63]));
  assertEquals(reader.recurringString(9, "field"), first);
  assertEquals(refusal(counted([0x61, 0x62]), (r) => r.recurringString(1, "field")).offset, 0);
});

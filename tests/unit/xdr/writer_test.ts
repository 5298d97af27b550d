/**
 * XdrWriter: each primitive at its bounds, and what it refuses.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { XdrError } from "../../../src/xdr/errors.ts";
import { Uuid } from "../../../src/xdr/uuid.ts";
import { XdrWriter } from "../../../src/xdr/writer.ts";
import { test } from "../../harness.ts";

const MAX = 4194304;

function written(write: (w: XdrWriter) => void): number[] {
  const writer = new XdrWriter(0);
  write(writer);
  return [...writer.bytes()];
}

/** What is thrown when a word was written before; the word and nothing else must remain. */
function refusal(write: (w: XdrWriter) => void): XdrError {
  const writer = new XdrWriter();
  writer.uint32(0x01020304, "before");
  const error = assertThrows(() => write(writer), XdrError);
  assertEquals(error.origin, "local");
  assertEquals([...writer.bytes()], [1, 2, 3, 4], `${error} left something behind`);
  return error;
}

test("integers of 32 bits", () => {
  assertEquals(written((w) => w.int32(-2147483648, "n")), [0x80, 0, 0, 0]);
  assertEquals(written((w) => w.int32(2147483647, "n")), [0x7f, 0xff, 0xff, 0xff]);
  assertEquals(written((w) => w.int32(-0, "n")), [0, 0, 0, 0]);
  assertEquals(written((w) => w.uint32(4294967295, "n")), [0xff, 0xff, 0xff, 0xff]);
  assertEquals(written((w) => w.uint32(0x01020304, "n")), [1, 2, 3, 4]);
  assertEquals(written((w) => w.int32(-2, "n")), [0xff, 0xff, 0xff, 0xfe]);
});

test("integers of 64 bits", () => {
  assertEquals(written((w) => w.int64(-(2n ** 63n), "n")), [0x80, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(written((w) => w.int64(2n ** 63n - 1n, "n")), [0x7f, ...new Array(7).fill(0xff)]);
  assertEquals(written((w) => w.uint64(2n ** 64n - 1n, "n")), new Array(8).fill(0xff));
  assertEquals(written((w) => w.uint64(0x0102030405060708n, "n")), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("double-precision numbers", () => {
  assertEquals(written((w) => w.double(1, "d")), [0x3f, 0xf0, 0, 0, 0, 0, 0, 0]);
  assertEquals(written((w) => w.double(-0, "d")), [0x80, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(written((w) => w.double(Infinity, "d")), [0x7f, 0xf0, 0, 0, 0, 0, 0, 0]);
  assertEquals(written((w) => w.double(NaN, "d")).slice(0, 2), [0x7f, 0xf8]);
});

test("C's small integers take a word", () => {
  assertEquals(written((w) => w.int8(-128, "c")), [0xff, 0xff, 0xff, 0x80]);
  assertEquals(written((w) => w.int8(127, "c")), [0, 0, 0, 127]);
  assertEquals(written((w) => w.uint8(255, "c")), [0, 0, 0, 255]);
  assertEquals(written((w) => w.uint16(65535, "c")), [0, 0, 255, 255]);
  assertEquals(written((w) => (w.present(false), w.present(true))), [0, 0, 0, 0, 0, 0, 0, 1]);
});

type Write = (w: XdrWriter, value: never) => void;

const NUMBERS: readonly (readonly [what: string, write: Write, bad: readonly unknown[]])[] = [
  ["a 32-bit signed integer", (w, v) => w.int32(v, "f"), [2147483648, -2147483649, 0.5]],
  ["a 32-bit unsigned integer", (w, v) => w.uint32(v, "f"), [4294967296, -1, 1.5]],
  ["an 8-bit signed integer", (w, v) => w.int8(v, "f"), [128, -129, 255, 0.5]],
  ["an 8-bit unsigned integer", (w, v) => w.uint8(v, "f"), [256, -1, 0.5]],
  ["a 16-bit unsigned integer", (w, v) => w.uint16(v, "f"), [65536, -1, 0.5]],
  ["a 64-bit signed bigint", (w, v) => w.int64(v, "f"), [2n ** 63n, -(2n ** 63n) - 1n, 1, 0.5]],
  ["a 64-bit unsigned bigint", (w, v) => w.uint64(v, "f"), [2n ** 64n, -1n, 1]],
  ["a number", (w, v) => w.double(v, "f"), [1n, "1"]],
];

test("a number outside its type's range is refused, with field, offset and what was found", () => {
  for (const [expected, write, bad] of NUMBERS) {
    for (const value of bad) {
      const error = refusal((w) => write(w, value as never));
      assertEquals([error.field, error.offset], ["f", 4]);
      const found = typeof value === "bigint"
        ? `${value}n`
        : typeof value === "string"
        ? `"${value}"`
        : String(value);
      assertEquals(error.message, `Expected ${expected}, found ${found} at byte 4 in "f"`);
    }
  }
});

test("a value of another type than a number's is refused, and the message says so", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  const others = [
    undefined,
    null,
    true,
    "7",
    {},
    [],
    [7],
    circular,
    { n: 1n },
    Symbol("s"),
    Object,
  ];
  for (const [expected, write] of NUMBERS) {
    const ofOtherKind = expected.includes("bigint") ? [7, NaN] : [7n];
    for (const value of [...others, ...ofOtherKind]) {
      const error = refusal((w) => write(w, value as never));
      assertEquals([error.field, error.offset], ["f", 4]);
      assert(error.message.startsWith(`Expected ${expected}, found `), error.message);
    }
  }
  for (const value of [NaN, Infinity, -Infinity]) {
    const error = refusal((w) => w.int32(value, "f"));
    assertEquals(
      error.message,
      `Expected a 32-bit signed integer, found ${value} at byte 4 in "f"`,
    );
    refusal((w) => w.uint32(value, "f"));
    refusal((w) => w.uint8(value, "f"));
  }
});

test("strings: length, bytes, padding of zeros", () => {
  assertEquals(written((w) => w.string("", 9, "s")), [0, 0, 0, 0]);
  assertEquals(written((w) => w.string("abc", 9, "s")), [0, 0, 0, 3, 97, 98, 99, 0]);
  assertEquals(written((w) => w.string("abcd", 9, "s")), [0, 0, 0, 4, 97, 98, 99, 100]);
  assertEquals(written((w) => w.string("é", 9, "s")), [0, 0, 0, 2, 0xc3, 0xa9, 0, 0]);
  assertEquals(
    written((w) => w.string("\ufeff🖥", 9, "s")),
    [0, 0, 0, 7, 0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x96, 0xa5, 0],
  );
});

test("text of every length, with a character outside ASCII at every place, is UTF-8", () => {
  const encoder = new TextEncoder();
  const writer = new XdrWriter(1024);
  for (let n = 0; n <= 64; n++) {
    const plain = Array.from(
      { length: n },
      (_, i) => String.fromCharCode(0x20 + (i * 7 + n) % 0x5f),
    );
    const texts = [plain.join("")];
    for (let at = 0; at < n; at++) {
      for (const other of ["\x7f", "\x80", "é", "名", "🖥", "\ufeff", "\u{10ffff}"]) {
        texts.push([...plain.slice(0, at), other, ...plain.slice(at + 1)].join(""));
      }
    }
    for (const text of texts) {
      // what was there before must not show in the padding
      new Uint8Array(writer.bytes().buffer).fill(0xee);
      writer.truncate(0);
      writer.string(text, 400, "text");
      const expected = encoder.encode(text);
      const bytes = writer.bytes();
      assertEquals(bytes.length, 4 + Math.ceil(expected.length / 4) * 4);
      assertEquals(new DataView(bytes.buffer).getUint32(0), expected.length);
      assert(expected.every((byte, i) => bytes[4 + i] === byte), text);
      assert(bytes.subarray(4 + expected.length).every((byte) => byte === 0), text);
    }
  }
});

test("a string's limit counts bytes, not characters", () => {
  for (
    const [text, bytes] of [["abcdef", 6], ["éé", 4], ["🖥", 4], ["名".repeat(40), 120]] as const
  ) {
    written((w) => w.string(text, bytes, "s"));
    const error = refusal((w) => w.string(text, bytes - 1, "s"));
    assertEquals([error.field, error.offset], ["s", 4]);
    assertEquals(
      error.message,
      `String of ${text.length > bytes - 1 ? "at least " : ""}${bytes} bytes exceeds the limit ` +
        `${bytes - 1} at byte 4 in "s"`,
    );
  }
  const longest = "x".repeat(MAX);
  assertEquals(written((w) => w.string(longest, MAX, "s")).length, 4 + MAX);
  refusal((w) => w.string(longest + "x", MAX, "s"));
  refusal((w) => w.string(longest.slice(1) + "é", MAX, "s"));
});

test("NUL is refused wherever it stands, because C would read a shorter text", () => {
  for (const n of [1, 2, 24, 47, 48, 49, 50, 200]) {
    for (const at of new Set([0, 1, n - 2, n - 1].filter((i) => i >= 0 && i < n))) {
      for (const filler of ["a", "é"]) {
        const text = filler.repeat(at) + "\0" + filler.repeat(n - at - 1);
        const error = refusal((w) => w.string(text, MAX, "name"));
        assertEquals([error.field, error.offset], ["name", 4]);
        assert(error.message.startsWith("Expected a string without NUL, found "), error.message);
      }
    }
  }
});

test("what is refused is not shown at full length", () => {
  const error = refusal((w) => w.string("\0" + "x".repeat(1_000_000), MAX, "name"));
  assert(error.message.length < 300, `${error.message.length} characters`);
});

test("something other than a string is refused as one", () => {
  for (const value of [undefined, null, 7, 7n, {}, ["a"], new Uint8Array(2)]) {
    const error = refusal((w) => w.string(value as never, 9, "s"));
    assertEquals([error.field, error.offset], ["s", 4]);
    assert(error.message.startsWith("Expected a string, found "), error.message);
  }
});

test("opaque data: length, bytes, padding of zeros", () => {
  const data = new Uint8Array([1, 2, 3, 4, 5]);
  assertEquals(written((w) => w.opaque(data, 5, "d")), [0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0]);
  assertEquals(written((w) => w.opaque(data.subarray(1, 3), 5, "d")), [0, 0, 0, 2, 2, 3, 0, 0]);
  assertEquals(written((w) => w.opaque(new Uint8Array(0), 5, "d")), [0, 0, 0, 0]);
  assertEquals(written((w) => w.fixedOpaque(data, 5, "d")), [1, 2, 3, 4, 5, 0, 0, 0]);
  const over = refusal((w) => w.opaque(data, 4, "d"));
  assertEquals(over.message, 'Data of 5 bytes exceeds the limit 4 at byte 4 in "d"');
  const other = refusal((w) => w.fixedOpaque(data, 6, "d"));
  assertEquals(other.message, 'Expected 6 bytes, found 5 at byte 4 in "d"');
});

test("padding is zero where the buffer held other bytes", () => {
  const writer = new XdrWriter(64);
  for (let n = 1; n <= 9; n++) {
    writer.truncate(0);
    writer.raw(new Uint8Array(32).fill(0xff));
    writer.truncate(0);
    writer.opaque(new Uint8Array(n), 9, "d");
    writer.fixedOpaque(new Uint8Array(n), n, "d");
    assert(writer.bytes().subarray(4).every((byte) => byte === 0));
    assertEquals(writer.length, 4 + 2 * Math.ceil(n / 4) * 4);
  }
});

test("arrays of char take a word each, sign-extended", () => {
  const data = new Uint8Array([0x41, 0x80, 0xff]);
  const words = [0, 0, 0, 0x41, 0xff, 0xff, 0xff, 0x80, 0xff, 0xff, 0xff, 0xff];
  assertEquals(written((w) => w.chars(data, 3, "c")), [0, 0, 0, 3, ...words]);
  assertEquals(written((w) => w.fixedChars(data, 3, "c")), words);
  assertEquals(refusal((w) => w.chars(data, 2, "c")).field, "c");
  assertEquals(refusal((w) => w.fixedChars(data, 4, "c")).field, "c");
});

test("what is not bytes is refused as data", () => {
  const others = ["text", new ArrayBuffer(2), new Uint16Array(2), [1, 2], undefined, null, 7, {}];
  for (const value of others) {
    for (
      const write of [
        (w: XdrWriter) => w.opaque(value as never, 9, "d"),
        (w: XdrWriter) => w.fixedOpaque(value as never, 2, "d"),
        (w: XdrWriter) => w.chars(value as never, 9, "d"),
        (w: XdrWriter) => w.fixedChars(value as never, 2, "d"),
      ]
    ) {
      const error = refusal(write);
      assertEquals([error.field, error.offset], ["d", 4]);
    }
  }
});

test("counts", () => {
  assertEquals(written((w) => w.count(3, 3, "list")), [0, 0, 0, 3]);
  const over = refusal((w) => w.count(4, 3, "list"));
  assertEquals(over.message, 'Array of 4 elements exceeds the limit 3 at byte 4 in "list"');
  assertEquals(written((w) => w.fixedCount(3, 3, "list")), []);
  const other = refusal((w) => w.fixedCount(4, 3, "list"));
  assertEquals(other.message, 'Expected 3 elements, found 4 at byte 4 in "list"');
});

test("a UUID is its sixteen bytes", () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, i) => 0xf0 + i);
  assertEquals(written((w) => w.uuid(Uuid.fromBytes(bytes), "f")), [...bytes]);
});

/**
 * XdrWriter's buffer: growth, handing over, going back; and what is written is read again.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { XdrError } from "../../../src/xdr/errors.ts";
import { XdrReader } from "../../../src/xdr/reader.ts";
import { Uuid } from "../../../src/xdr/uuid.ts";
import { XdrWriter } from "../../../src/xdr/writer.ts";
import { Random } from "../../codec/random.ts";
import { test } from "../../harness.ts";

const MAX = 4194304;

test("a writer without capacity grows, whatever is written first", () => {
  const writes: readonly ((w: XdrWriter) => void)[] = [
    (w) => w.int32(1, "f"),
    (w) => w.uint64(1n, "f"),
    (w) => w.string("héllo", 9, "f"),
    (w) => w.opaque(new Uint8Array(3), 9, "f"),
    (w) => w.chars(new Uint8Array(3), 9, "f"),
    (w) => w.uuid(new Uuid(1, 2, 3, 4), "f"),
    (w) => w.raw(new Uint8Array([1, 2, 3])),
    (w) => w.patchUint32(w.reserve(4), 7),
  ];
  for (const write of writes) {
    const roomy = new XdrWriter(4096);
    write(roomy);
    for (const capacity of [0, 1, 3, 4, 8]) {
      const tight = new XdrWriter(capacity);
      write(tight);
      assertEquals(tight.bytes(), roomy.bytes());
      assertEquals(tight.length, roomy.length);
    }
  }
});

test("growth keeps everything written before it", () => {
  const random = new Random(5);
  const small = new XdrWriter(1);
  const large = new XdrWriter(1 << 20);
  for (let i = 0; i < 2000; i++) {
    const n = random.below(60);
    const text = random.oneIn(2) ? "é".repeat(n) : "e".repeat(n);
    const value = random.word();
    for (const writer of [small, large]) {
      writer.uint32(value, "n");
      writer.string(text, 200, "s");
    }
  }
  assertEquals(small.length, large.length);
  assert(small.bytes().every((byte, i) => byte === large.bytes()[i]));
});

test("bytes() is a view, detach() hands it over", () => {
  const writer = new XdrWriter(64);
  writer.uint32(1, "n");
  const view = writer.bytes();
  writer.patchUint32(0, 2);
  assertEquals([...view], [0, 0, 0, 2]);
  const own = writer.detach();
  assertEquals([[...own], writer.length, writer.bytes().length], [[0, 0, 0, 2], 0, 0]);
  writer.uint32(9, "n");
  assertEquals([[...own], [...writer.bytes()]], [[0, 0, 0, 2], [0, 0, 0, 9]]);
});

test("what was handed over stays as it was, whatever is written later", () => {
  const random = new Random(21);
  for (const capacity of [0, 16, 300, 9000]) {
    const writer = new XdrWriter(capacity);
    const taken: { bytes: Uint8Array; copy: Uint8Array; text: string }[] = [];
    for (let i = 0; i < 400; i++) {
      const text = "x".repeat(random.oneIn(20) ? random.below(20_000) : random.below(90));
      writer.string(text, MAX, "s");
      if (random.oneIn(3)) writer.raw(random.bytes(random.below(7)));
      if (random.oneIn(4)) {
        writer.truncate(0);
        writer.string(text, MAX, "s");
      }
      const bytes = writer.detach();
      taken.push({ bytes, copy: bytes.slice(), text });
    }
    for (const { bytes, copy, text } of taken) {
      assert(bytes.length === copy.length && bytes.every((byte, i) => byte === copy[i]));
      assertEquals(new XdrReader(bytes).string(MAX, "s"), text);
    }
  }
});

test("offsets count from the message that is being written", () => {
  const writer = new XdrWriter(4096);
  writer.string("handed over", 99, "s");
  writer.detach();
  assertEquals([writer.length, writer.reserve(4)], [0, 0]);
  writer.uint32(7, "n");
  writer.patchUint32(0, writer.length);
  assertEquals([...writer.bytes()], [0, 0, 0, 8, 0, 0, 0, 7]);
  const errors = [
    () => writer.int32(0.5, "f"),
    () => writer.string("a\0", 9, "f"),
    () => writer.string("long", 3, "f"),
    () => writer.opaque(new Uint8Array(4), 3, "f"),
    () => writer.count(4, 3, "f"),
  ];
  for (const write of errors) {
    assertEquals([assertThrows(write, XdrError).offset, writer.length], [8, 8]);
  }
  writer.truncate(4);
  assertEquals([...writer.bytes()], [0, 0, 0, 8]);
});

test("truncate() forgets what comes after, and never adds", () => {
  const writer = new XdrWriter(4);
  writer.string("kept", 9, "s");
  const kept = writer.length;
  writer.string("forgotten", 9, "s");
  writer.truncate(kept);
  assertEquals(new XdrReader(writer.bytes()).string(9, "s"), "kept");
  writer.truncate(1000);
  assertEquals(writer.length, kept);
  writer.truncate(0);
  assertEquals(writer.bytes().length, 0);
});

test("reserve() and patchUint32() fill in a word later", () => {
  const writer = new XdrWriter(0);
  writer.uint32(1, "n");
  const at = writer.reserve(4);
  writer.string("body".repeat(50), 400, "s");
  writer.patchUint32(at, writer.length);
  assertEquals(at, 4);
  const reader = new XdrReader(writer.bytes());
  assertEquals([reader.uint32("n"), reader.uint32("length")], [1, writer.length]);
  assertEquals(reader.string(400, "s"), "body".repeat(50));
});

test("raw() writes bytes without length and padding", () => {
  const writer = new XdrWriter(0);
  writer.raw(new Uint8Array([1, 2, 3]));
  writer.raw(new Uint8Array(0));
  writer.int32(4, "n");
  assertEquals([...writer.bytes()], [1, 2, 3, 0, 0, 0, 4]);
});

test("what is written is read again", () => {
  const random = new Random(11);
  for (let round = 0; round < 300; round++) {
    const writer = new XdrWriter(16);
    const expected: unknown[] = [];
    const reads: ((r: XdrReader) => unknown)[] = [];
    for (let i = random.below(20); i >= 0; i--) {
      const word = random.word();
      const text = "aé名🖥".slice(0, random.below(4)).repeat(random.below(30));
      const hyper = random.hyper();
      const add = (value: unknown, write: () => void, read: (r: XdrReader) => unknown) => {
        write();
        expected.push(value);
        reads.push(read);
      };
      const well = text.isWellFormed() ? text : text.toWellFormed();
      add(word, () => writer.uint32(word, "f"), (r) => r.uint32("f"));
      add(word | 0, () => writer.int32(word | 0, "f"), (r) => r.int32("f"));
      add(hyper, () => writer.uint64(hyper, "f"), (r) => r.uint64("f"));
      add(well, () => writer.string(well, 999, "f"), (r) => r.string(999, "f"));
      add(well, () => writer.string(well, 999, "f"), (r) => r.recurringString(999, "f"));
    }
    const reader = new XdrReader(writer.bytes(), { strict: true });
    assertEquals(reads.map((read) => read(reader)), expected);
    reader.finish();
  }
});

/**
 * NameCache: never another text than the bytes say, whatever fell into its slots before.
 */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { NameCache } from "../../../src/xdr/name_cache.ts";
import { XdrReader } from "../../../src/xdr/reader.ts";
import { XdrWriter } from "../../../src/xdr/writer.ts";
import { Random } from "../../codec/random.ts";
import { test } from "../../harness.ts";

const LONGEST = 32; // bytes of the longest name that is kept
const SLOTS = 1024;

/** The padded bytes of a name, in the middle of others. */
function padded(text: string): { view: DataView; at: number; n: number } {
  const bytes = new TextEncoder().encode(text);
  const all = new Uint8Array(8 + Math.ceil(bytes.length / 4) * 4 + 8).fill(0x55);
  all.fill(0, 8, all.length - 8);
  all.set(bytes, 8);
  return { view: new DataView(all.buffer), at: 8, n: bytes.length };
}

function find(cache: NameCache, text: string): string | undefined {
  const { view, at, n } = padded(text);
  return cache.find(view, at, n);
}

function add(cache: NameCache, text: string): string {
  const { view, at, n } = padded(text);
  return cache.add(view, at, n, text);
}

/**
 * Names that a sum of `31 * hash + word` cannot tell apart: one more in a word, 31 less in the next.
 * Pairs of such words combine, which makes as many names as wanted with one hash.
 */
function colliding(pairs: number): string[] {
  let names = [""];
  for (let i = 0; i < pairs; i++) {
    names = names.flatMap((name) =>
      [0, 1, 2].map((k) =>
        `${name}vm.${String.fromCharCode(65 + k)}net${String.fromCharCode(126 - 31 * k)}`
      )
    );
  }
  return names;
}

test("a name is found once it was added", () => {
  const cache = new NameCache();
  for (let n = 1; n <= LONGEST; n++) {
    const text = "cpu.time".repeat(4).slice(0, n);
    assertEquals(find(cache, text), undefined);
    assertEquals(add(cache, text), text);
    assertStrictEquals(find(cache, text), text);
  }
});

test("a name of no bytes or of too many is never kept", () => {
  const cache = new NameCache();
  for (const text of ["", "x".repeat(LONGEST + 1), "x".repeat(5000)]) {
    assertEquals(add(cache, text), text);
    assertEquals(find(cache, text), undefined);
  }
});

test("names that differ in one byte, or in length alone, are told apart", () => {
  const cache = new NameCache();
  const name = "balloon.maximum_kib_of_memory.32";
  assertEquals(name.length, LONGEST);
  for (let n = 1; n <= LONGEST; n++) {
    const text = name.slice(0, n);
    add(cache, text);
    for (let at = 0; at < n; at++) {
      const other = `${text.slice(0, at)}~${text.slice(at + 1)}`;
      const found = find(cache, other);
      assert(found === undefined || found === other, `${other} gave ${found}`);
    }
    // the padding of the shorter name is the longer one's last bytes
    const nul = find(cache, `${text}\0`);
    assert(nul === undefined || nul === `${text}\0`, `${text} with NUL gave ${nul}`);
    assertStrictEquals(find(cache, text), text);
  }
});

test("names with one hash take each other's place and are never mistaken", () => {
  const names = colliding(4);
  assertEquals([new Set(names).size, names[0]!.length], [81, LONGEST]);
  const cache = new NameCache();
  for (const name of names) {
    assertEquals(find(cache, name), undefined, "the slot holds another name");
    add(cache, name);
    assertStrictEquals(find(cache, name), name);
  }
  // direct-mapped: of all of them the last one alone is still there
  const kept = names.filter((name) => find(cache, name) !== undefined);
  assertEquals(kept, names.slice(-1));
});

test("sixty names of a statistics reply stay while it is read", () => {
  const cache = new NameCache();
  const names = Array.from({ length: 60 }, (_, i) => `vcpu.${i >> 3}.stat${i}`);
  for (const name of names) add(cache, name);
  const kept = names.filter((name) => find(cache, name) === name);
  assert(kept.length > 50, `${kept.length} of 60 kept`);
});

test("a million names, hostile ones among them, read as without the cache", () => {
  const NAMES = 1_000_000;
  const BATCH = 10_000;
  const random = new Random(1_000_003);
  const usual = Array.from({ length: 3 * SLOTS }, (_, i) => `block.${i % 40}.name.${i}`);
  const hostile = colliding(3);
  const alphabet = ["a", "b", ".", "\x01", "\x7f", "é", "名", "🖥", "\ufeff"];
  const pick = (): string => {
    const kind = random.below(8);
    if (kind < 3) return random.pick(usual);
    if (kind < 6) return random.pick(hostile);
    const text = Array.from({ length: random.below(12) }, () => random.pick(alphabet)).join("");
    return kind === 6 ? text : random.pick(usual) + text;
  };
  const writer = new XdrWriter(1 << 20);
  const cached = new XdrReader(new Uint8Array(0), { strict: true });
  const plain = new XdrReader(new Uint8Array(0), { strict: true });
  for (let done = 0; done < NAMES; done += BATCH) {
    writer.truncate(0);
    for (let i = 0; i < BATCH; i++) writer.string(pick(), 4096, "field");
    cached.reset(writer.bytes());
    plain.reset(writer.bytes());
    for (let i = 0; i < BATCH; i++) {
      const expected = plain.string(4096, "field");
      const found = cached.recurringString(4096, "field");
      if (found !== expected) assertEquals(found, expected, `name ${done + i}`);
    }
    cached.finish();
  }
});

test("bytes that are not UTF-8 read as without the cache, twice", () => {
  const random = new Random(8);
  for (let i = 0; i < 3000; i++) {
    const n = random.below(40);
    const bytes = new Uint8Array(4 + Math.ceil(n / 4) * 4);
    new DataView(bytes.buffer).setUint32(0, n);
    bytes.set(random.bytes(n), 4);
    const expected = new XdrReader(bytes).string(64, "field");
    const reader = new XdrReader(bytes);
    assertStrictEquals(reader.recurringString(64, "field"), expected);
    assertStrictEquals(reader.reset(bytes).recurringString(64, "field"), expected);
  }
});

test("padding that is not zero does not change a name", () => {
  const bytes = new Uint8Array([0, 0, 0, 1, 0x61, 0, 0, 0, 0, 0, 0, 1, 0x61, 9, 9, 9]);
  const reader = new XdrReader(bytes);
  assertEquals([reader.recurringString(9, "f"), reader.recurringString(9, "f")], ["a", "a"]);
});

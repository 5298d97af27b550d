/**
 * Damaged messages: a decoder answers a value or an XdrError, and takes no more memory than the
 * message is worth.
 */

import { assert, assertEquals, fail } from "@std/assert";
import { XdrError } from "../../src/xdr/errors.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import { test } from "../harness.ts";
import { largestAllocation } from "./allocations.ts";
import { differenceOf } from "./difference.ts";
import { type Codec, codecOf } from "./generated.ts";
import { decodeRaw, encodeRaw, NotDecodable, type RawStruct } from "./interpreter.ts";
import { Layouts, type Struct } from "./layout.ts";
import { Random } from "./random.ts";
import { headerConstants, STRUCT_PROGRAMS, structNames, wire } from "./schema.ts";
import { makeValue, toGenerated } from "./values.ts";

const INPUTS = 20_000;
// what fits in one message of the wire, so that a damaged one is not mostly text
const LONGEST = 2048;
// the tables of the cache of recurring names, made when the first such name is read
const CACHE = 1024;

interface Subject {
  readonly name: string;
  readonly struct: Struct;
  readonly codec: Codec;
  readonly samples: readonly Uint8Array[];
}

const layouts = new Layouts(wire, headerConstants);
const subjects: Subject[] = STRUCT_PROGRAMS.flatMap((program) =>
  structNames(program).map((name) => {
    const struct = layouts.struct(program, name);
    const samples = [0, 1, 2, 3, 4, 5]
      .map((seed) => encodeRaw(struct, makeValue(struct, seed)).bytes)
      .filter((bytes) => bytes.length <= LONGEST);
    return { name, struct, codec: codecOf(program, name), samples };
  })
);

// around zero, the bounds of lists and strings, and the edges of 32 bits
// deno-fmt-ignore
const WORDS = [
  0, 1, 2, 3, 7, 8, 255, 16384, 16385, 0x400000, 0x400001,
  0x7fffffff, 0x80000000, 0xfffffffc, 0xfffffffd, 0xffffffff,
];

function setWord(bytes: Uint8Array, offset: number, word: number): void {
  if (offset + 4 > bytes.length) return;
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(offset, word);
}

/** One damage: to a word, to a bit, to the length, or to everything. */
function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = bytes.slice();
  switch (random.below(7)) {
    case 0:
    case 1:
      setWord(changed, 4 * random.below(changed.length / 4), random.pick(WORDS));
      return changed;
    case 2: {
      const at = random.below(changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
      return changed;
    }
    case 3:
      return changed.subarray(0, random.below(changed.length));
    case 4: {
      // one part over another: counts and flags at places where other things were
      const from = 4 * random.below(changed.length / 4);
      changed.copyWithin(4 * random.below(changed.length / 4), from, from + 4 * random.below(16));
      return changed;
    }
    case 5: {
      const longer = new Uint8Array(changed.length + 4 * random.below(8));
      longer.set(changed);
      return longer;
    }
    default:
      return random.bytes(random.below(128));
  }
}

function accepted<T>(fn: () => T, refusal: new (...args: never[]) => Error): T | undefined {
  try {
    return fn();
  } catch (error) {
    if (error instanceof refusal) return undefined;
    throw error;
  }
}

/** How many numbers, texts and so on a value holds. */
function leaves(value: unknown): number {
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return 1;
  const items = Array.isArray(value) ? value : Object.values(value);
  return items.reduce((sum: number, item) => sum + leaves(item), items.length === 0 ? 1 : 0);
}

test(`${INPUTS} damaged messages decode as the interpreter decodes them, or give an XdrError`, () => {
  const random = new Random(20_260_101);
  const strict = new XdrReader(new Uint8Array(0), { strict: true });
  const lenient = new XdrReader(new Uint8Array(0));
  let good = 0;
  for (let i = 0; i < INPUTS; i++) {
    const { name, struct, codec, samples } = subjects[i % subjects.length]!;
    let bytes = random.pick(samples);
    for (let n = 1 + random.below(3); n > 0; n--) bytes = damage(bytes, random);
    const what = () => `input ${i}, ${name}: [${bytes.join(" ")}]`;
    const raw = accepted<RawStruct>(() => decodeRaw(struct, bytes), NotDecodable);
    try {
      const value = accepted(() => {
        const value = codec.decode(strict.reset(bytes));
        strict.finish();
        return value;
      }, XdrError);
      assertEquals(value === undefined, raw === undefined, "accepted by one of the two only");
      if (raw !== undefined) {
        good++;
        assertEquals(differenceOf(value, toGenerated(struct, raw)), undefined);
      }
      const loose = accepted(() => codec.decode(lenient.reset(bytes)), XdrError);
      assert(lenient.offset <= bytes.length, `at ${lenient.offset}`);
      // what a strict reader takes, a lenient one takes too, as the same value
      if (value !== undefined) assertEquals(differenceOf(loose, value), undefined);
    } catch (error) {
      fail(`${what()}: ${error}`);
    }
  }
  // both outcomes are tested
  assert(good > INPUTS / 20 && good < INPUTS * 19 / 20, `${good} inputs were good`);
});

test("an error in a damaged message names an offset inside it", () => {
  const random = new Random(7);
  let refused = 0;
  for (let i = 0; i < 4 * subjects.length; i++) {
    const { name, codec, samples } = subjects[i % subjects.length]!;
    const bytes = damage(damage(random.pick(samples), random), random);
    try {
      codec.decode(new XdrReader(bytes));
    } catch (error) {
      assert(error instanceof XdrError, `${name}: ${error}`);
      assert(error.offset >= 0 && error.offset <= bytes.length, `${name}: ${error}`);
      assertEquals(error.origin, "remote");
      refused++;
    }
  }
  assert(refused > subjects.length / 2, `${refused} refused`);
});

test("a damaged message makes nobody allocate more than its own size", () => {
  const random = new Random(99);
  for (let i = 0; i < 4 * subjects.length; i++) {
    const { name, codec, samples } = subjects[i % subjects.length]!;
    const bytes = damage(damage(random.pick(samples), random), random);
    let value: unknown;
    const largest = largestAllocation(() => {
      value = accepted(() => codec.decode(new XdrReader(bytes)), XdrError);
    });
    assert(largest <= Math.max(CACHE, bytes.length), `${name}: ${largest} of ${bytes.length}`);
    // nothing takes less than a word, but a UUID is an object with four
    if (value !== undefined) assert(leaves(value) <= bytes.length / 4, `${name}: ${leaves(value)}`);
  }
});

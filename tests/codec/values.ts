/**
 * Seeded values of any struct, and how they look to the generated codecs.
 *
 * @module
 */

import { camelCase } from "../../gen/tool/names.ts";
import { Uuid } from "../../src/xdr/uuid.ts";
import { type Raw, type RawStruct, RawUnion } from "./interpreter.ts";
import type { Layout, List, OneOf, Primitive, Struct } from "./layout.ts";
import { Random } from "./random.ts";

/** The seed of the value in which everything is zero, empty, absent. */
export const LEAST = 0;
/** The seed of the value in which everything is the largest, present, long. */
export const GREATEST = 1;

// The least a value of the greatest kind has to show is growth of the writer's buffer; the bounds
// themselves have tests of their own.
const LEAVES = 1200;

// Lengths around a word, around the longest text read byte by byte (24), around the longest name
// that is cached (32), around the longest text written char by char (48).
const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 15, 23, 24, 25, 31, 32, 33, 47, 48, 49, 64, 300];

// one, two, three and four bytes of UTF-8; a byte order mark counts as text
const ALPHABETS = [
  [..."abcdefghijklmnopqrstuvwxyz0123456789.-_/"],
  [..."aé\u{80}\u{7f}\u{7ff}\u{1}"],
  [..."名前\u{800}\u{ffff}\u{fffd}\u{feff}"],
  [..."a🖥𝕏\u{10000}\u{10ffff}"],
  [..."vm-é名🖥\u{feff}"],
];

const EDGES: Readonly<Record<Primitive["kind"], readonly (number | bigint)[]>> = {
  int: [0, 2147483647, -2147483648, -1, 1],
  uint: [0, 4294967295, 2147483648, 2147483647, 1],
  hyper: [0n, 9223372036854775807n, -9223372036854775808n, -1n, 1n, 4294967296n],
  uhyper: [0n, 18446744073709551615n, 9223372036854775808n, 1n, 4294967296n],
  double: [0, Number.MAX_VALUE, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, 0.1, -1.5],
  char: [0, 127, -128, -1, 65],
  uchar: [0, 255, 128, 127],
  ushort: [0, 65535, 32768, 255],
};

class Maker {
  readonly #seed: number;
  readonly #random: Random;
  #left = LEAVES;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new Random(seed);
  }

  struct(struct: Struct): RawStruct {
    return Object.fromEntries(struct.fields.map((f) => [f.name, this.#value(f.layout)]));
  }

  #value(layout: Layout): Raw {
    this.#left--;
    switch (layout.kind) {
      case "string":
        return this.#text(layout.max);
      case "opaque":
        return this.#random.bytes(layout.length ?? this.#length(layout.max!));
      case "list":
        return Array.from({ length: this.#count(layout) }, () => this.#value(layout.of));
      case "optional":
        return this.#choose(false, true, () => !this.#random.oneIn(3))
          ? this.#value(layout.of)
          : null;
      case "struct":
        return this.struct(layout);
      case "union":
        return this.#union(layout);
      default:
        return this.#number(layout.kind);
    }
  }

  #choose<T>(least: T, greatest: T, random: () => T): T {
    return this.#seed === LEAST ? least : this.#seed === GREATEST ? greatest : random();
  }

  #number(kind: Primitive["kind"]): number | bigint {
    const edges = EDGES[kind];
    return this.#choose(edges[0]!, edges[1]!, () => {
      if (this.#random.oneIn(2)) return this.#random.pick(edges);
      const word = this.#random.word();
      switch (kind) {
        case "int":
          return word | 0;
        case "uint":
          return word;
        case "hyper":
          return BigInt.asIntN(64, this.#random.hyper());
        case "uhyper":
          return this.#random.hyper();
        case "double":
          return (word - 0x80000000) / 1024;
        case "char":
          return word << 24 >> 24;
        case "uchar":
          return word & 0xff;
        case "ushort":
          return word & 0xffff;
      }
    });
  }

  #length(max: number): number {
    const some = () => this.#random.oneIn(40) ? 5000 : this.#random.pick(LENGTHS);
    return Math.min(max, this.#choose(0, 300, some));
  }

  #text(max: number): string {
    const alphabet = this.#random.pick(ALPHABETS);
    const characters = Math.floor(this.#length(max) / (alphabet === ALPHABETS[0] ? 1 : 4));
    return Array.from({ length: characters }, () => this.#random.pick(alphabet)).join("");
  }

  #count(list: List): number {
    if (list.length !== undefined) return list.length;
    const affordable = Math.max(0, Math.floor(this.#left / 2 / leavesOf(list.of)));
    const many = Math.min(list.max!, affordable);
    const some = () => this.#random.oneIn(12) ? many : this.#random.below(4);
    return Math.min(this.#choose(0, many, some), many);
  }

  #union(union: OneOf): RawUnion {
    const labels = [...union.arms.keys()];
    const label = this.#choose(labels[0]!, labels.at(-1)!, () => this.#random.pick(labels));
    const arm = union.arms.get(label)!;
    // a truth value: generated code has `true` and `false` only
    const held = isTruth(union, arm.name) ? this.#random.below(2) : this.#value(arm.layout);
    return new RawUnion(label, held);
  }
}

function leavesOf(layout: Layout): number {
  if (layout.kind !== "struct") return 1;
  return layout.fields.reduce((sum, field) => sum + leavesOf(field.layout), 0);
}

function isTypedParam(struct: Struct): boolean {
  return struct.name === "remote_typed_param" || struct.name === "admin_typed_param";
}

function isTruth(union: OneOf, arm: string): boolean {
  return union.name.endsWith("_typed_param_value") && arm === "b";
}

/**
 * A value of a struct, the same for the same seed: {@linkcode LEAST}, {@linkcode GREATEST}, or
 * random with many edge values for any other.
 */
export function makeValue(struct: Struct, seed: number): RawStruct {
  return new Maker(seed).struct(struct);
}

/**
 * A value as the generated types have it:
 *
 * - fields are named in camelCase;
 * - sixteen bytes of opaque data are a `Uuid`, other opaque data a `Uint8Array`;
 * - an array of `char` is a `Uint8Array` with one byte a word;
 * - a typed parameter, which the schema has as a struct of a name and a union, is one flat object
 *   `{ field, type, value }`, whose value is a boolean where the union's arm is a truth value;
 * - everything else is as it is: numbers, bigints, strings, arrays, and `null` for what is absent.
 */
export function toGenerated(layout: Layout, raw: Raw): unknown {
  switch (layout.kind) {
    case "opaque":
      return layout.length === 16 ? Uuid.fromBytes(raw as Uint8Array) : raw;
    case "list":
      return layout.of.kind === "char"
        ? Uint8Array.from(raw as number[])
        : (raw as Raw[]).map((item) => toGenerated(layout.of, item));
    case "optional":
      return raw === null ? null : toGenerated(layout.of, raw);
    case "struct":
      return structToGenerated(layout, raw as RawStruct);
    case "union":
      throw new Error(`No rule for the union "${layout.name}" outside a typed parameter`);
    default:
      return raw;
  }
}

function structToGenerated(struct: Struct, raw: RawStruct): unknown {
  if (isTypedParam(struct)) return typedParamToGenerated(struct, raw);
  return Object.fromEntries(
    struct.fields.map(({ name, layout }) => [camelCase(name), toGenerated(layout, raw[name]!)]),
  );
}

function typedParamToGenerated(struct: Struct, raw: RawStruct): unknown {
  const union = struct.fields[1]!.layout as OneOf;
  const { discriminant, value } = raw["value"] as RawUnion;
  const truth = isTruth(union, union.arms.get(discriminant)!.name);
  return { field: raw["field"], type: discriminant, value: truth ? value !== 0 : value };
}

/**
 * The name that an `XdrError` gives to a field: the schema's in camelCase; inside a typed
 * parameter's value the parameter's own name, which says more than "value".
 */
export function errorField(struct: Struct, value: RawStruct, field: string): string {
  return isTypedParam(struct) && field !== "field" ? value["field"] as string : camelCase(field);
}

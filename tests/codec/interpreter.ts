/**
 * RFC 4506 by the book: values to bytes and back, driven by the schema.
 *
 * A second opinion on the generated codecs, slow and plain. It knows nothing of `src/xdr` or of
 * the generator's output.
 *
 * @module
 */

import type { Field, Layout, List, OneOf, Opaque, Struct } from "./layout.ts";

/**
 * A value as the schema sees it: 32-bit integers, `char`, `unsigned char`, `unsigned short` and
 * `double` are numbers, hypers bigints, opaque data bytes, optional data the value or `null`,
 * arrays (those of `char` too) arrays, structs objects with the schema's field names.
 */
export type Raw = number | bigint | string | Uint8Array | null | Raw[] | RawStruct | RawUnion;

/** A struct's value. */
export interface RawStruct {
  [field: string]: Raw;
}

/** A union's value. */
export class RawUnion {
  /** Which arm. */
  readonly discriminant: number;
  /** What that arm holds. */
  readonly value: Raw;

  /** Creates the value. */
  constructor(discriminant: number, value: Raw) {
    this.discriminant = discriminant;
    this.value = value;
  }
}

/** A word of an encoded message that says what follows. */
export interface Mark {
  readonly kind: "count" | "length" | "flag" | "discriminant";
  /** Where it is, in bytes. */
  readonly offset: number;
  /** The innermost field or arm that it belongs to, as the schema names it. */
  readonly field: string;
  /** The largest value that the schema allows, for counts and lengths. */
  readonly max: number;
  /** The least bytes that an element takes, for counts and lengths. */
  readonly elementSize: number;
  /** The innermost struct around it. */
  readonly struct: Struct;
  /** That struct's value. */
  readonly value: RawStruct;
}

/** An encoded message with its marks. */
export interface Encoded {
  readonly bytes: Uint8Array;
  readonly marks: readonly Mark[];
}

/** The bytes are not such a value. */
export class NotDecodable extends Error {
  /** Class name. */
  override readonly name: string = "NotDecodable";
}

/** The least bytes that a value takes. */
export function leastSize(layout: Layout): number {
  switch (layout.kind) {
    case "hyper":
    case "uhyper":
    case "double":
      return 8;
    case "opaque":
      return layout.length === undefined ? 4 : Math.ceil(layout.length / 4) * 4;
    case "list":
      return layout.length === undefined ? 4 : layout.length * leastSize(layout.of);
    case "struct":
      return layout.fields.reduce((sum, field) => sum + leastSize(field.layout), 0);
    case "union":
      return 4 + Math.min(...[...layout.arms.values()].map((arm) => leastSize(arm.layout)));
    default:
      return 4;
  }
}

interface Context {
  readonly field: string;
  readonly struct: Struct;
  readonly value: RawStruct;
}

class Encoder {
  #bytes = new Uint8Array(1024);
  #length = 0;
  readonly marks: Mark[] = [];

  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  struct(struct: Struct, value: RawStruct): void {
    for (const { name, layout } of struct.fields) {
      this.value(layout, value[name]!, { field: name, struct, value });
    }
  }

  value(layout: Layout, value: Raw, context: Context): void {
    switch (layout.kind) {
      case "int":
      case "char": // a C compiler's char is signed on the daemon's main platforms
        return this.#room(4).setInt32(0, value as number);
      case "uint":
      case "uchar":
      case "ushort":
        return this.#room(4).setUint32(0, value as number);
      case "hyper":
        return this.#room(8).setBigInt64(0, value as bigint);
      case "uhyper":
        return this.#room(8).setBigUint64(0, value as bigint);
      case "double":
        return this.#room(8).setFloat64(0, value as number);
      case "string": {
        const bytes = new TextEncoder().encode(value as string);
        this.#mark("length", bytes.length, layout.max, 1, context);
        return this.#padded(bytes);
      }
      case "opaque": {
        const bytes = value as Uint8Array;
        if (layout.length === undefined) {
          this.#mark("length", bytes.length, layout.max!, 1, context);
        }
        return this.#padded(bytes);
      }
      case "list": {
        const items = value as Raw[];
        if (layout.length === undefined) {
          this.#mark("count", items.length, layout.max!, leastSize(layout.of), context);
        }
        for (const item of items) this.value(layout.of, item, context);
        return;
      }
      case "optional":
        this.#mark("flag", value === null ? 0 : 1, 1, 0, context);
        if (value !== null) this.value(layout.of, value, context);
        return;
      case "struct":
        return this.struct(layout, value as RawStruct);
      case "union": {
        const { discriminant, value: held } = value as RawUnion;
        const arm = layout.arms.get(discriminant)!;
        this.#mark("discriminant", discriminant, 0, 0, {
          ...context,
          field: layout.discriminant,
        });
        return this.value(arm.layout, held, { ...context, field: arm.name });
      }
    }
  }

  #mark(kind: Mark["kind"], word: number, max: number, elementSize: number, c: Context): void {
    this.marks.push({ kind, offset: this.#length, max, elementSize, ...c });
    this.#room(4).setUint32(0, word);
  }

  #padded(bytes: Uint8Array): void {
    const start = this.#length;
    this.#room(Math.ceil(bytes.length / 4) * 4);
    this.#bytes.set(bytes, start);
  }

  #room(n: number): DataView {
    const start = this.#length;
    while (start + n > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#length += n;
    return new DataView(this.#bytes.buffer, start, n);
  }
}

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  end(): void {
    if (this.#offset !== this.#bytes.length) throw new NotDecodable("trailing bytes");
  }

  value(layout: Layout): Raw {
    switch (layout.kind) {
      case "int":
        return this.#view.getInt32(this.#take(4));
      case "uint":
        return this.#view.getUint32(this.#take(4));
      case "hyper":
        return this.#view.getBigInt64(this.#take(8));
      case "uhyper":
        return this.#view.getBigUint64(this.#take(8));
      case "double":
        return this.#view.getFloat64(this.#take(8));
      // the C library's xdr_char and its like cast the word, whatever its upper bytes hold
      case "char":
        return this.#view.getInt8(this.#take(4) + 3);
      case "uchar":
        return this.#view.getUint8(this.#take(4) + 3);
      case "ushort":
        return this.#view.getUint16(this.#take(4) + 2);
      case "string":
        return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.#counted(layout.max));
      case "opaque":
        return this.#opaque(layout).slice();
      case "list":
        return this.#list(layout);
      case "optional":
        return this.#below(1) === 1 ? this.value(layout.of) : null;
      case "struct":
        return this.#fields(layout.fields);
      case "union":
        return this.#union(layout);
    }
  }

  #fields(fields: readonly Field[]): RawStruct {
    const struct: RawStruct = {};
    for (const { name, layout } of fields) struct[name] = this.value(layout);
    return struct;
  }

  #union(union: OneOf): RawUnion {
    const discriminant = this.#view.getInt32(this.#take(4));
    const arm = union.arms.get(discriminant);
    if (arm === undefined) throw new NotDecodable(`discriminant ${discriminant}`);
    return new RawUnion(discriminant, this.value(arm.layout));
  }

  #list(list: List): Raw[] {
    const items: Raw[] = [];
    for (let n = list.length ?? this.#below(list.max!); n > 0; n--) items.push(this.value(list.of));
    return items;
  }

  #opaque(opaque: Opaque): Uint8Array {
    return opaque.length === undefined ? this.#counted(opaque.max!) : this.#data(opaque.length);
  }

  #counted(max: number): Uint8Array {
    return this.#data(this.#below(max));
  }

  #data(n: number): Uint8Array {
    const start = this.#take(Math.ceil(n / 4) * 4);
    if (this.#bytes.subarray(start + n, this.#offset).some((byte) => byte !== 0)) {
      throw new NotDecodable("padding that is not zero");
    }
    return this.#bytes.subarray(start, start + n);
  }

  #below(max: number): number {
    const n = this.#view.getUint32(this.#take(4));
    if (n > max) throw new NotDecodable(`${n} where ${max} is the most`);
    return n;
  }

  #take(n: number): number {
    const start = this.#offset;
    if (start + n > this.#bytes.length) throw new NotDecodable("too few bytes");
    this.#offset += n;
    return start;
  }
}

/** Encodes a struct. */
export function encodeRaw(struct: Struct, value: RawStruct): Encoded {
  const encoder = new Encoder();
  encoder.struct(struct, value);
  return { bytes: encoder.bytes, marks: encoder.marks };
}

/** Decodes a struct that takes all of the bytes; throws {@linkcode NotDecodable}. */
export function decodeRaw(struct: Struct, bytes: Uint8Array): RawStruct {
  const decoder = new Decoder(bytes);
  const value = decoder.value(struct) as RawStruct;
  decoder.end();
  return value;
}

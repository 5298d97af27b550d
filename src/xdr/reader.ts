/**
 * XDR (RFC 4506) from bytes, bounds-checked.
 *
 * @module
 */

import { ascii, ASCII_MAX } from "./ascii.ts";
import { XdrError } from "./errors.ts";
import { NameCache } from "./name_cache.ts";
import { Uuid } from "./uuid.ts";

// `ignoreBOM` keeps a leading U+FEFF: a name that starts with it is another name without it.
const utf8 = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });

/** How a reader treats what libvirt's own decoder lets pass. */
export interface XdrReaderOptions {
  /** Makes padding that is not zero, and bytes after the value, errors. */
  readonly strict?: boolean;
}

/**
 * Reads XDR values one after another.
 *
 * Each method takes the name of the field that it reads, which appears in the error when the bytes
 * do not hold such a value: an `XdrError` with that field and the offset. Nothing is allocated for
 * a length before that length was compared with the bytes that are there.
 *
 * @example
 * ```ts
 * import { XdrReader } from "@virtwire/libvirt/protocol";
 *
 * const reader = new XdrReader(new Uint8Array([0, 0, 0, 2, 0x6f, 0x6b, 0, 0]));
 * console.log(reader.string(4194304, "name")); // ok
 * ```
 */
export class XdrReader {
  /** Whether padding and trailing bytes are checked. */
  readonly strict: boolean;
  #bytes: Uint8Array;
  #view: DataView;
  #offset = 0;
  #end: number;
  #names: NameCache | undefined;

  /** Starts at the first byte. */
  constructor(bytes: Uint8Array, options: XdrReaderOptions = {}) {
    this.strict = options.strict ?? false;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#end = bytes.length;
  }

  /** Starts again on other bytes; what it has learnt about recurring names stays. */
  reset(bytes: Uint8Array): this {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#offset = 0;
    this.#end = bytes.length;
    return this;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#end - this.#offset;
  }

  /** Checks that the value ends where the bytes end; only a strict reader minds. */
  finish(): void {
    if (this.strict && this.#offset !== this.#end) {
      throw new XdrError(`Found ${this.remaining} trailing bytes`, this.#offset);
    }
  }

  /** A signed 32-bit integer. */
  int32(field: string): number {
    const o = this.#offset;
    if (o + 4 > this.#end) this.#truncated(4, field);
    this.#offset = o + 4;
    return this.#view.getInt32(o);
  }

  /** An unsigned 32-bit integer. */
  uint32(field: string): number {
    const o = this.#offset;
    if (o + 4 > this.#end) this.#truncated(4, field);
    this.#offset = o + 4;
    return this.#view.getUint32(o);
  }

  /** A signed 64-bit integer. */
  int64(field: string): bigint {
    const o = this.#offset;
    if (o + 8 > this.#end) this.#truncated(8, field);
    this.#offset = o + 8;
    return this.#view.getBigInt64(o);
  }

  /** An unsigned 64-bit integer. */
  uint64(field: string): bigint {
    const o = this.#offset;
    if (o + 8 > this.#end) this.#truncated(8, field);
    this.#offset = o + 8;
    return this.#view.getBigUint64(o);
  }

  /** A double-precision number. */
  double(field: string): number {
    const o = this.#offset;
    if (o + 8 > this.#end) this.#truncated(8, field);
    this.#offset = o + 8;
    return this.#view.getFloat64(o);
  }

  /** A C `char`: a word of which the low byte counts, signed. */
  int8(field: string): number {
    return this.int32(field) << 24 >> 24;
  }

  /** A C `unsigned char`: a word of which the low byte counts. */
  uint8(field: string): number {
    return this.int32(field) & 0xff;
  }

  /** A C `unsigned short`: a word of which the low half counts. */
  uint16(field: string): number {
    return this.int32(field) & 0xffff;
  }

  /** Whether an optional value follows. */
  present(field: string): boolean {
    const o = this.#offset;
    const flag = this.int32(field);
    if (flag !== 0 && flag !== 1) {
      throw new XdrError(`Expected 0 or 1 before an optional value, found ${flag >>> 0}`, o, field);
    }
    return flag === 1;
  }

  /**
   * The number of elements of a variable-length array.
   *
   * `elementSize` is the least that one element takes: a count that the remaining bytes cannot hold
   * is refused before anybody allocates for it.
   */
  count(max: number, elementSize: number, field: string): number {
    const o = this.#offset;
    const n = this.uint32(field);
    if (n > max) throw new XdrError(`Array of ${n} elements exceeds the limit ${max}`, o, field);
    if (n * elementSize > this.#end - this.#offset) {
      throw new XdrError(
        `Array of ${n} elements does not fit in the ${this.remaining} bytes left`,
        o,
        field,
      );
    }
    return n;
  }

  /** A string of at most `max` bytes of UTF-8; bytes that are not UTF-8 become U+FFFD. */
  string(max: number, field: string): string {
    const o = this.#take(max, field);
    return this.#text(o, this.#view.getUint32(o - 4));
  }

  /**
   * A string that recurs, such as the field name of a typed parameter.
   *
   * The value is that of `string()`; one that was read before costs no new string.
   */
  recurringString(max: number, field: string): string {
    const o = this.#take(max, field);
    const n = this.#view.getUint32(o - 4);
    const names = this.#names ??= new NameCache();
    return names.find(this.#view, o, n) ?? names.add(this.#view, o, n, this.#text(o, n));
  }

  /** Variable-length opaque data of at most `max` bytes, copied. */
  opaque(max: number, field: string): Uint8Array<ArrayBuffer> {
    const o = this.#take(max, field);
    return this.#copy(o, this.#view.getUint32(o - 4));
  }

  /** Opaque data of exactly `n` bytes, copied. */
  fixedOpaque(n: number, field: string): Uint8Array<ArrayBuffer> {
    return this.#copy(this.#skip(n, field), n);
  }

  /** A variable-length array of C `char`, each of which takes a word, as bytes. */
  chars(max: number, field: string): Uint8Array<ArrayBuffer> {
    return this.fixedChars(this.count(max, 4, field), field);
  }

  /** An array of exactly `n` C `char`, each of which takes a word, as bytes. */
  fixedChars(n: number, field: string): Uint8Array<ArrayBuffer> {
    if (n * 4 > this.remaining) this.#truncated(n * 4, field);
    const bytes = new Uint8Array(n);
    for (let i = 0; i < n; i++) bytes[i] = this.#view.getInt32(this.#offset + 4 * i);
    this.#offset += 4 * n;
    return bytes;
  }

  /** Sixteen bytes as a UUID. */
  uuid(field: string): Uuid {
    const o = this.#offset;
    if (o + 16 > this.#end) this.#truncated(16, field);
    this.#offset = o + 16;
    const v = this.#view;
    return new Uuid(v.getInt32(o), v.getInt32(o + 4), v.getInt32(o + 8), v.getInt32(o + 12));
  }

  /** Everything that is left, as a view. */
  rest(): Uint8Array {
    const rest = this.#bytes.subarray(this.#offset, this.#end);
    this.#offset = this.#end;
    return rest;
  }

  #take(max: number, field: string): number {
    const o = this.#offset;
    const n = this.uint32(field);
    if (n > max) {
      this.#offset = o;
      throw new XdrError(`Length ${n} exceeds the limit ${max}`, o, field);
    }
    return this.#skip(n, field);
  }

  #skip(n: number, field: string): number {
    const o = this.#offset;
    // not `(n + 3) & ~3`: lengths of 2^31 and more would wrap round to a smaller offset
    const end = o + n + (-n & 3);
    if (end > this.#end) this.#truncated(n, field);
    this.#offset = end;
    if (this.strict) {
      for (let i = o + n; i < end; i++) {
        if (this.#bytes[i] !== 0) throw new XdrError("Found padding that is not zero", i, field);
      }
    }
    return o;
  }

  #text(o: number, n: number): string {
    const bytes = this.#bytes;
    if (n <= ASCII_MAX) {
      let high = 0;
      for (let i = o; i < o + n; i++) high |= bytes[i]!;
      if (high < 0x80) return ascii(bytes, o, n);
    }
    return utf8.decode(bytes.subarray(o, o + n));
  }

  #copy(o: number, n: number): Uint8Array<ArrayBuffer> {
    // not `slice`: it costs ten times as much on Deno for a few bytes
    const copy = new Uint8Array(n);
    copy.set(this.#bytes.subarray(o, o + n));
    return copy;
  }

  #truncated(needed: number, field: string): never {
    throw new XdrError(
      `Expected ${needed} more bytes, found ${this.remaining}`,
      this.#offset,
      field,
    );
  }
}

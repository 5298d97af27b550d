/**
 * XDR (RFC 4506) to bytes, in a buffer that grows.
 *
 * @module
 */

import { XdrError } from "./errors.ts";
import { Uuid } from "./uuid.ts";

const utf8 = /* @__PURE__ */ new TextEncoder();
// Below this many characters a loop over char codes beats TextEncoder.encodeInto.
const SHORT = 48;
// The buffer that follows one that was handed over, and the least room worth writing on in it.
const BLOCK = 8192;
const ROOM = 256;
// Below this a buffer grows eightfold: a list of 10,000 domains is copied once, not six times.
const SLOW_GROWTH = 262144;

/**
 * Writes XDR values one after another.
 *
 * A value outside its type's range throws a local `XdrError` that names the field; what was written
 * of the message before it can be discarded with `truncate()`.
 *
 * @example
 * ```ts
 * import { XdrWriter } from "@virtwire/libvirt/protocol";
 *
 * const writer = new XdrWriter();
 * writer.string("ok", 4194304, "name");
 * console.log(writer.bytes()); // 0 0 0 2, "ok", two bytes of padding
 * ```
 */
export class XdrWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  // what was handed over lies before it: offsets count from here
  #start = 0;
  #length = 0;

  /** Starts empty; `capacity` bytes fit before it grows. */
  constructor(capacity: number = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length - this.#start;
  }

  /** What was written, as a view that is good until the next write. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#length);
  }

  /**
   * Hands over what was written, for the taker to keep, and starts empty.
   *
   * While there is room the same buffer is written on: a block serves hundreds of small messages,
   * where a buffer for each cost a tenth of a call.
   */
  detach(): Uint8Array<ArrayBuffer> {
    const bytes = this.bytes();
    const next = (this.#length + 3) & ~3;
    if (this.#bytes.length - next < ROOM) {
      this.#bytes = new Uint8Array(BLOCK);
      this.#view = new DataView(this.#bytes.buffer);
      this.#start = this.#length = 0;
    } else {
      this.#start = this.#length = next;
    }
    return bytes;
  }

  /** Forgets everything written after the first `length` bytes. */
  truncate(length: number): void {
    this.#length = Math.min(this.#start + length, this.#length);
  }

  /** Leaves `n` bytes free to be filled in later, and returns where they start. */
  reserve(n: number): number {
    return this.#grow(n) - this.#start;
  }

  /** Overwrites the word at `offset`. */
  patchUint32(offset: number, value: number): void {
    this.#view.setUint32(this.#start + offset, value);
  }

  /** A signed 32-bit integer. */
  int32(value: number, field: string): void {
    if (typeof value !== "number" || (value | 0) !== value) {
      this.#refuse("a 32-bit signed integer", value, field);
    }
    const o = this.#grow(4);
    this.#view.setInt32(o, value);
  }

  /** An unsigned 32-bit integer. */
  uint32(value: number, field: string): void {
    if (typeof value !== "number" || value >>> 0 !== value) {
      this.#refuse("a 32-bit unsigned integer", value, field);
    }
    const o = this.#grow(4);
    this.#view.setUint32(o, value);
  }

  /** A signed 64-bit integer. */
  int64(value: bigint, field: string): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) {
      this.#refuse("a 64-bit signed bigint", value, field);
    }
    const o = this.#grow(8);
    this.#view.setBigInt64(o, value);
  }

  /** An unsigned 64-bit integer. */
  uint64(value: bigint, field: string): void {
    if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) {
      this.#refuse("a 64-bit unsigned bigint", value, field);
    }
    const o = this.#grow(8);
    this.#view.setBigUint64(o, value);
  }

  /** A double-precision number. */
  double(value: number, field: string): void {
    if (typeof value !== "number") this.#refuse("a number", value, field);
    const o = this.#grow(8);
    this.#view.setFloat64(o, value);
  }

  /** A C `char`, which takes a word. */
  int8(value: number, field: string): void {
    if (typeof value !== "number" || value << 24 >> 24 !== value) {
      this.#refuse("an 8-bit signed integer", value, field);
    }
    this.int32(value, field);
  }

  /** A C `unsigned char`, which takes a word. */
  uint8(value: number, field: string): void {
    if (typeof value !== "number" || (value & 0xff) !== value) {
      this.#refuse("an 8-bit unsigned integer", value, field);
    }
    this.int32(value, field);
  }

  /** A C `unsigned short`, which takes a word. */
  uint16(value: number, field: string): void {
    if (typeof value !== "number" || (value & 0xffff) !== value) {
      this.#refuse("a 16-bit unsigned integer", value, field);
    }
    this.int32(value, field);
  }

  /** Says whether an optional value follows. */
  present(there: boolean): void {
    const o = this.#grow(4);
    this.#view.setInt32(o, there ? 1 : 0);
  }

  /** The number of elements of a variable-length array. */
  count(n: number, max: number, field: string): void {
    if (n > max) {
      throw new XdrError(
        `Array of ${n} elements exceeds the limit ${max}`,
        this.length,
        field,
        "local",
      );
    }
    const o = this.#grow(4);
    this.#view.setUint32(o, n);
  }

  /** Checks the length of a fixed-length array, which is not written. */
  fixedCount(n: number, expected: number, field: string): void {
    if (n !== expected) this.#refuse(`${expected} elements`, n, field);
  }

  /** A string of at most `max` bytes as UTF-8. */
  string(value: string, max: number, field: string): void {
    if (typeof value !== "string") this.#refuse("a string", value, field);
    const n = value.length;
    // a UTF-16 code unit becomes at least one byte: refused before anything grows for it
    if (n > max) this.#tooLong(`at least ${n}`, max, field);
    const start = this.length;
    // three bytes are the most that one UTF-16 code unit becomes
    const o = this.#grow(8 + 3 * n) + 4;
    const bytes = this.#bytes;
    let written = 0;
    if (n <= SHORT) {
      // the padding first: the characters overwrite the rest of its word
      const tail = o + (n & ~3);
      this.#view.setInt32(tail, 0);
      for (; written < n; written++) {
        const c = value.charCodeAt(written);
        if (c > 0x7f || c === 0) break;
        bytes[o + written] = c;
      }
      if (written === n) {
        this.#view.setInt32(o - 4, n);
        this.#length = (n & 3) === 0 ? tail : tail + 4;
        return;
      }
    }
    if (written < n) {
      this.#length = this.#start + start;
      // a C program would read up to the NUL only, and half of a surrogate pair has no UTF-8: the
      // daemon would see another name than the caller meant
      const nul = value.indexOf("\0");
      if (nul >= 0) this.#refuse("a string without NUL", `one at ${nul}`, field, true);
      if (!value.isWellFormed()) {
        this.#refuse("well-formed Unicode", "half of a surrogate pair", field, true);
      }
      written = utf8.encodeInto(value, bytes.subarray(o)).written;
      if (written > max) this.#tooLong(`${written}`, max, field);
    }
    this.#view.setUint32(o - 4, written);
    this.#length = this.#pad(o + written);
  }

  /** Variable-length opaque data of at most `max` bytes. */
  opaque(value: Uint8Array, max: number, field: string): void {
    if (!isBytes(value)) this.#refuse("a Uint8Array", value, field);
    if (value.length > max) {
      throw new XdrError(
        `Data of ${value.length} bytes exceeds the limit ${max}`,
        this.length,
        field,
        "local",
      );
    }
    this.count(value.length, max, field);
    this.#raw(value);
  }

  /** Opaque data of exactly `n` bytes. */
  fixedOpaque(value: Uint8Array, n: number, field: string): void {
    if (!isBytes(value)) this.#refuse("a Uint8Array", value, field);
    if (value.length !== n) this.#refuse(`${n} bytes`, value.length, field);
    this.#raw(value);
  }

  /** A variable-length array of C `char`, each of which takes a word. */
  chars(value: Uint8Array, max: number, field: string): void {
    if (!isBytes(value)) this.#refuse("a Uint8Array", value, field);
    this.count(value.length, max, field);
    this.fixedChars(value, value.length, field);
  }

  /** An array of exactly `n` C `char`, each of which takes a word. */
  fixedChars(value: Uint8Array, n: number, field: string): void {
    if (!isBytes(value)) this.#refuse("a Uint8Array", value, field);
    if (value.length !== n) this.#refuse(`${n} bytes`, value.length, field);
    const o = this.#grow(4 * n);
    // sign-extended, as libvirt's C encoder does with its `char`
    for (let i = 0; i < n; i++) this.#view.setInt32(o + 4 * i, value[i]! << 24 >> 24);
  }

  /** A UUID as its sixteen bytes. */
  uuid(value: Uuid, field: string): void {
    if (!(value instanceof Uuid)) this.#refuse("a Uuid", value, field);
    const o = this.#grow(16);
    const view = this.#view;
    view.setInt32(o, value.w0);
    view.setInt32(o + 4, value.w1);
    view.setInt32(o + 8, value.w2);
    view.setInt32(o + 12, value.w3);
  }

  /** Bytes as they are, without length or padding. */
  raw(value: Uint8Array): void {
    const o = this.#grow(value.length);
    this.#bytes.set(value, o);
  }

  #raw(value: Uint8Array): void {
    const n = value.length;
    const o = this.#grow(n + 3);
    this.#bytes.set(value, o);
    this.#length = this.#pad(o + n);
  }

  // Zeroes the bytes up to the next word: the buffer may hold what was written there before.
  #pad(end: number): number {
    const padded = (end + 3) & ~3;
    for (let i = end; i < padded; i++) this.#bytes[i] = 0;
    return padded;
  }

  #grow(n: number): number {
    if (this.#length + n > this.#bytes.length) this.#enlarge(this.#length + n);
    const o = this.#length;
    this.#length = o + n;
    return o;
  }

  #enlarge(needed: number): void {
    const there = needed - this.#start;
    const factor = this.#bytes.length < SLOW_GROWTH ? 8 : 2;
    const bytes = new Uint8Array(Math.max(there, this.#bytes.length * factor));
    bytes.set(this.bytes());
    this.#length -= this.#start;
    this.#start = 0;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  #tooLong(found: string, max: number, field: string): never {
    const problem = `String of ${found} bytes exceeds the limit ${max}`;
    throw new XdrError(problem, this.length, field, "local");
  }

  // `said`: `value` is what was found in words already
  #refuse(expected: string, value: unknown, field: string, said = false): never {
    const found = said ? value : shown(value);
    throw new XdrError(`Expected ${expected}, found ${found}`, this.length, field, "local");
  }
}

// not `instanceof`: test runners and frames have realms with a Uint8Array of their own
function isBytes(value: unknown): boolean {
  return ArrayBuffer.isView(value) && (value as Uint8Array).BYTES_PER_ELEMENT === 1;
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}

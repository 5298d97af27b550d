/**
 * Strings that recur in a stream of messages, found by their bytes.
 *
 * @module
 */

// 1,024 slots hold the field names of a bulk-statistics reply of the qemu driver several times over.
const SLOTS_LOG2 = 10;
const WORDS = 8;
const LONGEST = WORDS * 4;

/**
 * A bounded, direct-mapped cache from the padded bytes of an XDR string to its text.
 *
 * Statistics repeat the same sixty names a thousand times in a reply: finding the string costs
 * 20 ns where decoding it costs 100 to 150 ns, and as an object's key it is already known to the
 * engine. A slot is overwritten by the next name that falls into it, so that hostile names cost no
 * more than their decoding.
 */
export class NameCache {
  readonly #words = new Int32Array(WORDS << SLOTS_LOG2);
  readonly #lengths = new Uint8Array(1 << SLOTS_LOG2);
  readonly #texts = new Array<string>(1 << SLOTS_LOG2).fill("");

  /** The text of the `n` bytes at `o`, which zero padding follows, if it is known. */
  find(view: DataView, o: number, n: number): string | undefined {
    if (n > LONGEST || n === 0) return undefined;
    const end = o + n;
    const slot = slotOf(view, o, end, n);
    if (this.#lengths[slot] !== n) return undefined;
    for (let p = o, k = slot * WORDS; p < end; p += 4, k++) {
      if (this.#words[k] !== view.getInt32(p)) return undefined;
    }
    return this.#texts[slot];
  }

  /** Remembers the text of those bytes, and returns it. */
  add(view: DataView, o: number, n: number, text: string): string {
    if (n > LONGEST || n === 0) return text;
    const end = o + n;
    const slot = slotOf(view, o, end, n);
    for (let p = o, k = slot * WORDS; p < end; p += 4, k++) this.#words[k] = view.getInt32(p);
    this.#lengths[slot] = n;
    this.#texts[slot] = text;
    return text;
  }
}

// The last word is often padding, so that its low bits are poor: mix before taking the high bits.
function slotOf(view: DataView, o: number, end: number, n: number): number {
  let h = n;
  for (let p = o; p < end; p += 4) h = (Math.imul(h, 31) + view.getInt32(p)) | 0;
  return Math.imul(h ^ (h >>> 16), 0x9e3779b1) >>> (32 - SLOTS_LOG2);
}

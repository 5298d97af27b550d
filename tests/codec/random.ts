/**
 * Random numbers that are the same on every run and runtime.
 *
 * @module
 */

/** A seeded generator (sfc32, by Chris Doty-Humphrey). */
export class Random {
  #a = 0x9e3779b9 | 0;
  #b: number;
  #c = 0x243f6a88 | 0;
  #counter = 1;

  /** The same seed gives the same numbers. */
  constructor(seed: number) {
    this.#b = seed | 0;
    for (let i = 0; i < 12; i++) this.word();
  }

  /** 32 bits, unsigned. */
  word(): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t | 0;
    return t >>> 0;
  }

  /** 64 bits, unsigned. */
  hyper(): bigint {
    return (BigInt(this.word()) << 32n) | BigInt(this.word());
  }

  /** A whole number from 0 up to but without `n`. */
  below(n: number): number {
    return Math.floor(this.word() / 0x100000000 * n);
  }

  /** One of the items. */
  pick<T>(items: ArrayLike<T>): T {
    return items[this.below(items.length)]!;
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  /** So many bytes. */
  bytes(n: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: n }, () => this.below(256));
  }
}

/**
 * How long to wait before a connection is made again.
 *
 * @module
 */

/** How often and how soon a lost connection is made again. */
export interface ReconnectOptions {
  /** Milliseconds before the first attempt, 200 when left out; each further wait is twice as long. */
  readonly delay?: number | undefined;
  /** The longest wait in milliseconds; 30 s when left out. */
  readonly longest?: number | undefined;
  /**
   * How much of each wait is left to chance, from 0 to 1; 0.5 when left out. Clients that lose the
   * same daemon then do not all come back at once.
   */
  readonly jitter?: number | undefined;
  /** Attempts in a row before it is given up; any number when left out. */
  readonly attempts?: number | undefined;
  /**
   * Whether to go on after an attempt has failed. Left out, everything is tried again but what no
   * waiting cures: a refused login, and what is not supported.
   */
  readonly retry?: ((error: unknown, attempt: number) => boolean) | undefined;
}

const DELAY = 200;
const LONGEST = 30_000;
const JITTER = 0.5;

/** The waits of one connection. */
export class Backoff {
  readonly #delay: number;
  readonly #longest: number;
  readonly #jitter: number;
  readonly #random: () => number;
  #next: number;

  /** Starts with the shortest; throws a RangeError for values that make no sense. */
  constructor(options: ReconnectOptions = {}, random: () => number = Math.random) {
    this.#delay = options.delay ?? DELAY;
    this.#longest = options.longest ?? Math.max(LONGEST, this.#delay);
    this.#jitter = options.jitter ?? JITTER;
    this.#random = random;
    this.#next = this.#delay;
    const { attempts = 1 } = options;
    if (!(this.#delay >= 0 && this.#longest >= this.#delay)) {
      throw new RangeError(
        `Cannot wait ${this.#delay} to ${this.#longest} ms: expected 0 or more, up to the longest`,
      );
    }
    if (!(this.#jitter >= 0 && this.#jitter <= 1)) {
      throw new RangeError(`Cannot use the jitter ${this.#jitter}: expected 0 to 1`);
    }
    if (!(attempts >= 1)) {
      throw new RangeError(`Cannot make ${attempts} attempts: expected 1 or more`);
    }
  }

  /** The next wait in milliseconds. */
  next(): number {
    const wait = this.#next;
    this.#next = Math.min(Math.max(wait * 2, 1), this.#longest);
    return wait * (1 - this.#jitter * this.#random());
  }

  /**
   * A connection has lasted so many milliseconds. The waits begin anew only where that is longer
   * than the last of them: a daemon that dies of every connection is not hammered.
   */
  lasted(milliseconds: number): void {
    if (milliseconds > this.#next) this.#next = this.#delay;
  }
}

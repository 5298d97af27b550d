/**
 * How far a transfer is.
 *
 * @module
 */

/** How far a transfer is. */
export interface StreamProgress {
  /** Bytes of data that went over. */
  readonly bytes: bigint;
  /** Bytes of holes, which went over as their length alone. */
  readonly holeBytes: bigint;
  /** Bytes of data and holes that are to go over; `undefined` when that is not known. */
  readonly total: bigint | undefined;
  /** Seconds since the start. */
  readonly seconds: number;
  /** Bytes of data and holes a second, lately; over all of it once `done`. */
  readonly rate: number;
  /** Seconds that the rest will take at this rate; `undefined` when that is not known. */
  readonly secondsLeft: number | undefined;
  /** Whether all is over and the daemon has confirmed it; set in the last report of a success. */
  readonly done: boolean;
}

/** Takes the reports: about ten a second, and one at the end. */
export type OnProgress = (progress: StreamProgress) => void;

const BETWEEN_REPORTS = 100;

// Seconds over which the rate is averaged: long enough to be read, short enough to be of use.
const MEMORY = 2;

/** Counts what goes over and reports it. */
export class ProgressMeter {
  readonly #report: OnProgress | undefined;
  readonly #total: bigint | undefined;
  readonly #start: number = performance.now();
  #bytes = 0;
  #holeBytes = 0n;
  #last = this.#start;
  #lastPosition = 0;
  #rate = 0;

  /** Starts the clock. */
  constructor(report: OnProgress | undefined, total?: bigint) {
    this.#report = report;
    this.#total = total;
  }

  /** So many bytes of data went over. */
  data(bytes: number): void {
    this.#bytes += bytes;
    this.#tick();
  }

  /** A hole of so many bytes went over. */
  hole(bytes: bigint): void {
    this.#holeBytes += bytes;
    this.#tick();
  }

  /** All is over. */
  done(): StreamProgress {
    const progress = this.#progress(performance.now(), true);
    this.#report?.(progress);
    return progress;
  }

  #tick(): void {
    if (this.#report === undefined) return;
    const now = performance.now();
    const seconds = (now - this.#last) / 1000;
    if (seconds * 1000 < BETWEEN_REPORTS) return;
    const position = this.#bytes + Number(this.#holeBytes);
    const rate = (position - this.#lastPosition) / seconds;
    const weight = this.#last === this.#start ? 1 : 1 - Math.exp(-seconds / MEMORY);
    this.#rate += (rate - this.#rate) * weight;
    this.#last = now;
    this.#lastPosition = position;
    this.#report(this.#progress(now, false));
  }

  #progress(now: number, done: boolean): StreamProgress {
    const seconds = (now - this.#start) / 1000;
    const bytes = BigInt(this.#bytes);
    const position = bytes + this.#holeBytes;
    const rate = done ? Number(position) / Math.max(seconds, 1e-6) : this.#rate;
    const left = this.#total === undefined ? undefined : Number(this.#total - position);
    const secondsLeft = done ? 0 : left === undefined || rate === 0 ? undefined : left / rate;
    return {
      bytes,
      holeBytes: this.#holeBytes,
      total: this.#total,
      seconds,
      rate,
      secondsLeft: secondsLeft === undefined ? undefined : Math.max(0, secondsLeft),
      done,
    };
  }
}

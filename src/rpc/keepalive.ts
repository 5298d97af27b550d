/**
 * When to ping a silent peer and when to give it up, on a clock that the caller reads.
 *
 * @module
 */

/** How often to ping. */
export interface KeepaliveOptions {
  /** Milliseconds of silence before a ping. */
  readonly interval: number;
  /** Pings without any answer before the peer counts as dead. */
  readonly count: number;
}

/** The arithmetic: any packet from the peer starts it again, not only a pong. */
export class Keepalive {
  readonly #interval: number;
  readonly #count: number;
  #deadline: number;
  #unanswered = 0;

  /** Starts with a peer that was heard of now. */
  constructor(options: KeepaliveOptions, now: number) {
    this.#interval = options.interval;
    this.#count = options.count;
    this.#deadline = now + options.interval;
  }

  /** When `tick()` wants to be called. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Something came from the peer. */
  heard(now: number): void {
    this.#unanswered = 0;
    this.#deadline = now + this.#interval;
  }

  /**
   * What to do now: nothing, send a ping, or close.
   *
   * A peer is given up after interval × (count + 1) of silence (virkeepalive.c).
   */
  tick(now: number): "wait" | "ping" | "dead" {
    if (now < this.#deadline) return "wait";
    if (this.#unanswered >= this.#count) return "dead";
    this.#unanswered++;
    this.#deadline = now + this.#interval;
    return "ping";
  }
}

/**
 * Time that passes with the turns of the event loop instead of a clock's.
 *
 * @module
 */

import { setImmediate } from "node:timers";

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/**
 * A clock of turns: what sleeps longer wakes later, however fast or busy the machine is, and no
 * test waits for real time to pass.
 */
export class TurnClock {
  #now = 0;
  #sleepers: Sleeper[] = [];
  #turning = false;

  /** Turns that have passed while somebody slept. */
  get now(): number {
    return this.#now;
  }

  /** Resolves after so many turns of the event loop, one at least. */
  sleep(turns: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ due: this.#now + Math.max(1, turns), wake });
      this.#turn();
    });
  }

  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    setImmediate(() => {
      this.#turning = false;
      this.#now++;
      const due = this.#sleepers.filter((sleeper) => sleeper.due <= this.#now);
      if (due.length > 0) {
        this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.due > this.#now);
        for (const { wake } of due) wake();
      }
      if (this.#sleepers.length > 0) this.#turn();
    });
  }
}

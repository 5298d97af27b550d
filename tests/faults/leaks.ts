/**
 * What a run leaves behind: timers, and descriptors of the process.
 *
 * @module
 */

import { existsSync, readdirSync } from "node:fs";

type Timer = ReturnType<typeof setTimeout>;

/** Counts the timers that run, until `restore()`. */
export class TimerCount {
  readonly #live = new Map<unknown, string>();
  readonly #restore: () => void;

  /** Starts to count those that are made from now on. */
  constructor() {
    const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
    const live = this.#live;
    const scope = globalThis as Record<string, unknown>;
    const where = () => new Error().stack?.split("\n").slice(3, 6).join("\n") ?? "";
    scope["setTimeout"] = (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const timer = setTimeout(() => {
        live.delete(timer);
        run(...args);
      }, ms);
      live.set(timer, where());
      return timer;
    };
    scope["setInterval"] = (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const timer = setInterval(run, ms, ...args);
      live.set(timer, where());
      return timer;
    };
    scope["clearTimeout"] = (timer: Timer | undefined) => {
      live.delete(timer);
      clearTimeout(timer);
    };
    scope["clearInterval"] = (timer: Timer | undefined) => {
      live.delete(timer);
      clearInterval(timer);
    };
    this.#restore = () => {
      Object.assign(scope, { setTimeout, clearTimeout, setInterval, clearInterval });
    };
  }

  /** Where those that run were made. */
  get live(): string[] {
    return [...this.#live.values()];
  }

  /** Ends the counting. */
  restore(): void {
    this.#restore();
  }
}

/** Open descriptors of this process; 0 where the system does not tell. */
export function openDescriptors(): number {
  return existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0;
}

/**
 * Many runs, and what they leave behind in the process.
 *
 * @module
 */

import process from "node:process";
import { noFaults } from "./fault_duplex.ts";
import { openDescriptors, TimerCount } from "./leaks.ts";
import { runSeed } from "./program.ts";
import { SocketPairs } from "./socket_pairs.ts";
import { TurnClock } from "./turn_clock.ts";
import { noTally, type Tally, Violation } from "./world.ts";

/** Which runs. */
export interface RunsOptions {
  /** The seed of the first; the others follow it. */
  readonly first: number;
  readonly runs: number;
  /** Whether all run over unix sockets; otherwise one in fifty does. */
  readonly sockets?: boolean;
  /** Told now and then. */
  readonly progress?: (done: number) => void;
}

/** What came of them. */
export interface Report {
  readonly runs: number;
  readonly seconds: number;
  readonly tally: Tally;
  /** What is left in the process. */
  readonly left: { readonly timers: number; readonly descriptors: number };
}

const SOCKETS_EACH = 50;
const PROGRESS_EACH = 1000;

// Deno makes a socket pair for itself at some time, which has nothing to do with any run.
const OWN_DESCRIPTORS = 2;

/** Runs them one after another; throws at the first that fails, with its seed. */
export async function runMany(options: RunsOptions): Promise<Report> {
  const { first, runs, sockets = false } = options;
  const tally = noTally();
  const started = performance.now();
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => void rejections.push(reason);
  process.on("unhandledRejection", onRejection);
  const timers = new TimerCount();
  const pairs = new SocketPairs();
  await pairs.open();
  const before = openDescriptors();
  let descriptors = 0;
  try {
    for (let seed = first; seed < first + runs; seed++) {
      try {
        const overSockets = sockets || seed % SOCKETS_EACH === 0;
        add(tally, await runSeed(seed, overSockets ? () => pairs.pair() : undefined));
        if (rejections.length > 0) {
          throw new Violation("a rejection that nobody handled", { cause: rejections[0] });
        }
        await settled(timers);
        if (timers.live.length > 0) throw new Violation(`timers are left: ${timers.live[0]}`);
      } catch (error) {
        throw new Error(`Seed ${seed} failed: ${(error as Error).message}`, { cause: error });
      }
      if ((seed - first + 1) % PROGRESS_EACH === 0) options.progress?.(seed - first + 1);
    }
    descriptors = await descriptorsLeft(before);
    if (descriptors > OWN_DESCRIPTORS) throw new Violation(`${descriptors} descriptors are left`);
  } finally {
    timers.restore();
    process.off("unhandledRejection", onRejection);
    await pairs.close();
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return { runs, seconds, tally, left: { timers: timers.live.length, descriptors } };
}

// What ends with a connection does so some turns after it.
async function settled(timers: TimerCount): Promise<void> {
  const clock = new TurnClock();
  for (let turns = 0; timers.live.length > 0 && turns < 20; turns++) await clock.sleep(1);
}

// A closed socket's descriptor goes when the runtime comes to it.
async function descriptorsLeft(before: number): Promise<number> {
  let left = openDescriptors() - before;
  for (let tries = 0; left > OWN_DESCRIPTORS && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    left = openDescriptors() - before;
  }
  return Math.max(0, left);
}

function add(sum: Tally, one: Tally): void {
  for (const name of Object.keys(noTally()) as (keyof Tally)[]) {
    if (name !== "faults") sum[name] += one[name];
  }
  for (const name of Object.keys(noFaults()) as (keyof Tally["faults"])[]) {
    sum.faults[name] += one.faults[name];
  }
}

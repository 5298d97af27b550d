import { assert, assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { TimerCount } from "./leaks.ts";
import { type ReconnectTally, runReconnects } from "./reconnects.ts";

const RUNS = 100;

test(`faults: ${RUNS} supervised connections that break again and again`, async () => {
  const sum: ReconnectTally = { connections: 0, events: 0, marks: 0, lost: 0 };
  const timers = new TimerCount();
  try {
    for (let seed = 1; seed <= RUNS; seed++) {
      let tally: ReconnectTally;
      try {
        tally = await runReconnects(seed);
      } catch (error) {
        throw new Error(`Seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
      for (const name of Object.keys(sum) as (keyof ReconnectTally)[]) sum[name] += tally[name];
      assertEquals(timers.live, [], `seed ${seed}`);
    }
  } finally {
    timers.restore();
  }
  const { connections, events, marks, lost } = sum;
  const told = JSON.stringify(sum);
  assert(connections > 3 * RUNS && events > 10 * RUNS && marks > 4 * RUNS && lost > RUNS, told);
}, { timeout: 300_000 });

import { assert } from "@std/assert";
import { test } from "../harness.ts";
import { runMany } from "./runs.ts";

const RUNS = 200;

test(`faults: ${RUNS} seeded runs keep every promise of the library`, async () => {
  const { tally, left } = await runMany({ first: 1, runs: RUNS });
  assert(left.timers === 0);
  // they have met what they are meant to meet
  const { cut, stalled, corrupted, split, delayed } = tally.faults;
  assert(cut > 50 && stalled > 10 && corrupted > 25, JSON.stringify(tally));
  assert(split > 1000 && delayed > 1000 && tally.events > 1000, JSON.stringify(tally));
}, { timeout: 300_000 });

/**
 * Calls whose answers are large.
 *
 * @module
 */

import { connect, ConnectGetAllDomainStatsFlags, DomainListFlags } from "../../mod.ts";
import type { BenchOptions } from "./main.ts";
import { Mark, median } from "./mark.ts";

async function timed(
  prefix: string,
  { reps, number }: BenchOptions,
  call: () => Promise<readonly unknown[]>,
): Promise<void> {
  const n = number("n", 20);
  for (let rep = 0; rep <= reps; rep++) { // the first warms up
    const times: number[] = [];
    let count = 0;
    const mark = new Mark();
    for (let i = 0; i < n; i++) {
      const start = performance.now();
      count = (await call()).length;
      times.push(performance.now() - start);
    }
    if (rep > 0) mark.report(`${prefix}-${count}`, rep, n, { median_ms: median(times) });
  }
}

/** All inactive domains as objects. */
export async function list(options: BenchOptions): Promise<void> {
  await using conn = await connect(options.uri);
  const flags = DomainListFlags.INACTIVE;
  await timed("list", options, () => conn.listAllDomains({ flags }));
}

/** Statistics of all running domains. */
export async function stats(options: BenchOptions): Promise<void> {
  await using conn = await connect(options.uri);
  const flags = ConnectGetAllDomainStatsFlags.ACTIVE;
  await timed("stats", options, () => conn.getAllDomainStats({ flags }));
}

/**
 * A bar for a job of a domain.
 *
 * @module
 */

import type { JobProgress } from "../migration/job_progress.ts";
import type { Domain } from "../objects/mod.ts";
import type { StreamProgress } from "../stream_progress.ts";
import type { Invocation } from "./invocation.ts";
import { TransferBar } from "./progress.ts";

/** A job's progress as that of a transfer. */
export function asTransfer(
  { elapsed, remaining, dataTotal, dataProcessed, rate, state }: JobProgress,
): StreamProgress {
  const seconds = Number(elapsed ?? 0n) / 1000;
  return {
    bytes: dataProcessed,
    holeBytes: 0n,
    total: dataTotal === 0n ? undefined : dataTotal,
    seconds,
    rate: Number(rate ?? 0n) || (seconds > 0 ? Number(dataProcessed) / seconds : 0),
    secondsLeft: remaining === undefined || remaining === 0n ? undefined : Number(remaining) / 1000,
    done: state === "COMPLETED",
  };
}

/** Does something that is a job of the domain, and shows how far it is. */
export async function withJobProgress(
  run: Invocation,
  domain: Domain,
  work: () => Promise<unknown>,
): Promise<void> {
  using bar = new TransferBar(run.out, domain.name);
  const ended = new AbortController();
  const show = async () => {
    for await (const progress of domain.jobProgress({ signal: ended.signal })) {
      bar.report(asTransfer(progress));
    }
  };
  const shown = show().catch(() => {}); // what goes wrong is told by the work itself
  try {
    await work();
  } finally {
    ended.abort();
    await shown;
  }
}

/**
 * Looks at a domain's job from time to time.
 *
 * @module
 */

import type { NonnullDomain } from "../../gen/remote/common.ts";
import { domainGetJobStats } from "../../gen/remote/domain.ts";
import type { Caller, CallOptions } from "../session/caller.ts";
import { toObject } from "../typed_params.ts";
import { type JobProgress, progressOfStats } from "./job_progress.ts";
import type { MigrateOptions } from "./options.ts";
import { type MigrationRun, sleep } from "./run.ts";

/** Milliseconds between two looks. */
export const INTERVAL = 500;

const COMPLETED = 1; // VIR_DOMAIN_JOB_STATS_COMPLETED

/** How far the job on a domain is; `undefined` when there is none. */
export async function jobStats(
  caller: Caller,
  dom: NonnullDomain,
  flags: number = 0,
  options: CallOptions = {},
): Promise<JobProgress | undefined> {
  const { type, params } = await caller.call(domainGetJobStats, { dom, flags }, options);
  return progressOfStats(type, toObject(params));
}

/** What tells `onProgress`. */
export interface ProgressReport {
  /** Tells no more. */
  stop(): void;
  /** Tells how it went, once it has gone well: the domain's own side knows for how long it stood still. */
  end(caller: Caller, dom: NonnullDomain): Promise<void>;
}

/** Tells a migration's `onProgress` how far it is, until it is stopped. */
export function reportProgress(
  run: MigrationRun,
  { onProgress, progressInterval = INTERVAL }: MigrateOptions,
): ProgressReport {
  let stopped = onProgress === undefined;
  let last: JobProgress | undefined;
  const { promise: stopping, resolve } = Promise.withResolvers<void>();
  watch();
  return {
    stop() {
      stopped = true;
      resolve();
    },
    async end(caller, dom) {
      if (onProgress === undefined) return;
      let ended: JobProgress | undefined;
      try {
        ended = await jobStats(caller, dom, COMPLETED, { timeout: run.settleTimeout });
      } catch {
        // a daemon that does not know, or a source that has forgotten the domain
      }
      ended ??= last && { ...last, state: "COMPLETED", dataRemaining: 0n, fraction: 1 };
      if (ended !== undefined) onProgress(ended);
    },
  };

  async function watch(): Promise<void> {
    while (!stopped) {
      await sleep(progressInterval, stopping);
      if (stopped) return;
      let progress: JobProgress | undefined;
      try {
        progress = await jobStats(run.source, run.dom, 0, { timeout: run.settleTimeout });
      } catch {
        continue; // the migration itself tells what is wrong
      }
      if (progress === undefined || stopped) continue;
      try {
        onProgress!(last = progress);
      } catch (error) {
        run.stop(error); // as a loop that throws leaves what it loops over
        return;
      }
    }
  }
}

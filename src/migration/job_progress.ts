/**
 * How far a job is, in one shape for all kinds of jobs.
 *
 * @module
 */

import { DomainBlockJobType, DomainJobOperation, DomainJobType } from "../../gen/enums/domain.ts";
import type { TypedParams } from "../typed_params.ts";

/** How far a job is, or how it ended. */
export interface JobProgress {
  /** What the job does: `MIGRATION_OUT`, `BACKUP`, `SAVE` or, of a disk, `BLOCK_COMMIT` and so on. */
  readonly operation: string;
  /**
   * `BOUNDED` and `UNBOUNDED` while it runs, `READY` for one that waits to be pivoted; at its end
   * `COMPLETED`, `FAILED` or `CANCELLED`.
   */
  readonly state: JobState;
  /** The disk by its target, such as `vda`; `undefined` for a job of the whole domain. */
  readonly disk: string | undefined;
  /** Milliseconds since it began; `undefined` where the daemon does not tell. */
  readonly elapsed: bigint | undefined;
  /** Milliseconds that it may still take; `undefined` where nobody knows. */
  readonly remaining: bigint | undefined;
  /** Bytes that there are, as far as is known; a guest that writes makes it more. */
  readonly dataTotal: bigint;
  /** Bytes that are done. */
  readonly dataProcessed: bigint;
  /** Bytes that are left. */
  readonly dataRemaining: bigint;
  /** The part that is done, 0 to 1; `undefined` while the total is not known. */
  readonly fraction: number | undefined;
  /** Bytes per second; `undefined` where the daemon does not tell. */
  readonly rate: bigint | undefined;
  /** Milliseconds that the guest stands still at the end, expected or, then, measured. */
  readonly downtime: bigint | undefined;
  /** How often a live migration has begun to send what the guest had written meanwhile. */
  readonly iteration: number | undefined;
  /** What went wrong, in the daemon's words, where the job failed and it tells. */
  readonly message: string | undefined;
  /** All statistics, by libvirt's names (`DomainJobField`). */
  readonly stats: TypedParams;
}

/** What `JobProgress.state` may be. */
export type JobState = "BOUNDED" | "UNBOUNDED" | "READY" | "COMPLETED" | "FAILED" | "CANCELLED";

/** The progress that job statistics tell; `undefined` when there is no job. */
export function progressOfStats(type: number, stats: TypedParams): JobProgress | undefined {
  if (type === DomainJobType.NONE) return undefined;
  const processed = big(stats["data_processed"]);
  const left = big(stats["data_remaining"]);
  // a backup tells of disks alone, and only as disks
  const total = big(stats["data_total"]) || big(stats["disk_total"]);
  const done = processed || big(stats["disk_processed"]);
  const remainingData = big(stats["data_total"]) ? left : total - done;
  return {
    operation: DomainJobOperation[Number(stats["operation"] ?? 0)] ?? "UNKNOWN",
    state: (DomainJobType[type] ?? "UNBOUNDED") as JobState,
    disk: undefined,
    elapsed: optional(stats["time_elapsed"]),
    remaining: optional(stats["time_remaining"]),
    dataTotal: total,
    dataProcessed: done,
    dataRemaining: remainingData > 0n ? remainingData : 0n,
    fraction: type === DomainJobType.COMPLETED ? 1 : part(done, done + remainingData),
    rate: sum(optional(stats["memory_bps"]), optional(stats["disk_bps"])),
    downtime: optional(stats["downtime"]),
    iteration: stats["memory_iteration"] === undefined
      ? undefined
      : Number(stats["memory_iteration"]),
    message: typeof stats["errmsg"] === "string" ? stats["errmsg"] : undefined,
    stats,
  };
}

/** The progress of a job on one disk. */
export function progressOfBlockJob(
  disk: string,
  { type, cur, end, bandwidth }: { type: number; cur: bigint; end: bigint; bandwidth: bigint },
  state: JobState,
): JobProgress {
  return {
    operation: `BLOCK_${DomainBlockJobType[type] ?? "JOB"}`,
    state,
    disk,
    elapsed: undefined,
    remaining: undefined,
    dataTotal: end,
    dataProcessed: cur,
    dataRemaining: end > cur ? end - cur : 0n,
    fraction: state === "COMPLETED" ? 1 : part(cur, end),
    rate: undefined,
    downtime: undefined,
    iteration: undefined,
    message: undefined,
    stats: { type, cur, end, bandwidth },
  };
}

/** Whether a job has ended. */
export function isOver({ state }: JobProgress): boolean {
  return state === "COMPLETED" || state === "FAILED" || state === "CANCELLED";
}

function part(done: bigint, total: bigint): number | undefined {
  return total > 0n ? Math.min(Number(done) / Number(total), 1) : undefined;
}

function big(value: TypedParams[string] | undefined): bigint {
  return optional(value) ?? 0n;
}

function optional(value: TypedParams[string] | undefined): bigint | undefined {
  return typeof value === "bigint" || typeof value === "number" ? BigInt(value) : undefined;
}

function sum(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  return a === undefined ? b : b === undefined ? a : a + b;
}

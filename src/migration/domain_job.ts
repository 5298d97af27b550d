/**
 * Jobs of domains and their disks from their start to the event that ends them.
 *
 * @module
 */

import {
  ConnectDomainEventBlockJobStatus,
  DomainBlockJobAbortFlags,
  DomainJobType,
} from "../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import { deadline } from "../deadline.ts";
import { LibvirtError, UnsupportedError } from "../errors.ts";
import type { EventStream } from "../events.ts";
import type { Domain } from "../objects/domain.ts";
import { domainBlockJob2 } from "../objects/domain_event_block.ts";
import { domainJobCompleted } from "../objects/domain_event_job.ts";
import type { DomainEventKind } from "../objects/domain_event_kind.ts";
import { type EventOrigin, openEvents } from "../objects/event_kind.ts";
import { isOver, type JobProgress, progressOfBlockJob, progressOfStats } from "./job_progress.ts";
import { INTERVAL, jobStats } from "./job_watch.ts";
import type { JobOptions, JobProgressOptions } from "./options.ts";
import { sleep } from "./run.ts";

// A job that is gone but whose event does not come (an old daemon) has ended after this long, in ms.
const PATIENCE = 2_000;
const COMPLETED_STATS = 3; // VIR_DOMAIN_JOB_STATS_COMPLETED and KEEP_COMPLETED
const { COMPLETED, FAILED, CANCELED, READY } = ConnectDomainEventBlockJobStatus;

/** How one kind of job is begun, looked at and ended before time. */
interface JobKind<E> {
  readonly events: DomainEventKind<E>;
  /** How far it is; `undefined` when there is none. */
  look(): Promise<JobProgress | undefined>;
  /** What an event says of its end; `undefined` for one about something else. */
  end(event: E, last: JobProgress | undefined): JobProgress | undefined;
  /** How it ended where no event tells. */
  guess(last: JobProgress | undefined): Promise<JobProgress | undefined>;
  cancel(): Promise<void>;
}

/** Jobs of the whole domain, such as a backup. */
export function wholeJob(domain: Domain): JobKind<{ params: JobProgress["stats"] }> {
  const look = (flags = 0) => jobStats(domain.caller, domain.handle, flags);
  return {
    events: domainJobCompleted,
    look,
    end({ params }) {
      const type = params["success"] === false ? DomainJobType.FAILED : DomainJobType.COMPLETED;
      return progressOfStats(type, params);
    },
    guess: () => look(COMPLETED_STATS),
    cancel: () => domain.abortJob(),
  };
}

/** Jobs of one disk, named by its target. */
export function diskJob(
  domain: Domain,
  disk: string,
): JobKind<{ dst: string; type: number; status: number }> {
  return {
    events: domainBlockJob2,
    async look() {
      const info = await domain.getBlockJobInfo(disk);
      return info === null ? undefined : progressOfBlockJob(disk, info, "UNBOUNDED");
    },
    end({ dst, type, status }, last) {
      if (dst !== disk) return undefined;
      const state = {
        [COMPLETED]: "COMPLETED",
        [FAILED]: "FAILED",
        [CANCELED]: "CANCELLED",
        [READY]: "READY",
      }[status] as JobProgress["state"] | undefined;
      if (state === undefined) return undefined;
      const end = last?.dataTotal ?? 0n;
      const whole = state === "COMPLETED" || state === "READY";
      const cur = whole ? end : last?.dataProcessed ?? 0n;
      return progressOfBlockJob(disk, { type, cur, end, bandwidth: 0n }, state);
    },
    guess: (last) =>
      Promise.resolve(
        last === undefined ? undefined : { ...last, state: "COMPLETED", fraction: 1 },
      ),
    cancel: () => domain.blockJobAbort(disk, { flags: DomainBlockJobAbortFlags.ASYNC }),
  };
}

/** The end of a job that was not begun here; `undefined` where there was none. */
export async function* watchJob(
  domain: Domain,
  options: JobProgressOptions = {},
): AsyncGenerator<JobProgress, void> {
  const kind = wholeJob(domain);
  const signal = deadline(options);
  signal?.throwIfAborted();
  const events = await eventsOf(kind, domain);
  let event = events?.next();
  let last: JobProgress | undefined;
  try {
    for (;;) {
      let found: JobProgress | undefined;
      try {
        found = await kind.look();
      } catch (error) {
        // a domain that has migrated or was saved may be gone with its job
        if (!(error instanceof LibvirtError) || error.code !== ErrorNumber.NO_DOMAIN) throw error;
      }
      signal?.throwIfAborted();
      if (found !== undefined) yield last = found;
      else if (last === undefined) return;
      const next = await nextOf(event, found === undefined ? PATIENCE : options.interval, signal);
      signal?.throwIfAborted();
      if (next === undefined && found !== undefined) continue;
      const ended = next === undefined ? await guessed(kind, last) : kind.end(next, last);
      if (ended !== undefined) yield ended;
      if (next !== undefined && ended === undefined) event = events?.next();
      else return;
    }
  } finally {
    await events?.close();
  }
}

async function guessed<E>(kind: JobKind<E>, last: JobProgress | undefined) {
  try {
    return await kind.guess(last);
  } catch {
    return undefined; // its domain is gone: nobody can tell
  }
}

/** Begins a job and follows it to its end; throws where it fails, or is cancelled. */
export async function runJob<E>(
  domain: Domain,
  kind: JobKind<E>,
  start: () => Promise<void>,
  options: JobOptions,
  tell: (progress: JobProgress) => void,
  started: () => void,
): Promise<JobProgress> {
  const signal = deadline(options);
  signal?.throwIfAborted();
  const events = await eventsOf(kind, domain);
  const cancel = () => void kind.cancel().catch(() => {}); // its end says how it went
  let last: JobProgress | undefined;
  try {
    await start();
    started();
    signal?.addEventListener("abort", cancel, { once: true });
    if (signal?.aborted) cancel();
    const ended = await follow(kind, events, options, (progress) => {
      last = progress;
      tell(progress);
      options.onProgress?.(progress);
    });
    if (ended === undefined || ended.state === "COMPLETED" || ended.state === "READY") {
      return ended ?? last ?? await neverSeen();
    }
    if (signal?.aborted) throw signal.reason;
    throw failureOf(ended);
  } finally {
    signal?.removeEventListener("abort", cancel);
    await events?.close();
  }
}

async function follow<E>(
  kind: JobKind<E>,
  events: EventStream<E> | undefined,
  { progressInterval }: JobOptions,
  tell: (progress: JobProgress) => void,
): Promise<JobProgress | undefined> {
  let event = events?.next();
  let last: JobProgress | undefined;
  for (let missing = 0; missing < 2;) {
    const next = await nextOf(event, missing > 0 ? PATIENCE : progressInterval, undefined);
    if (next !== undefined) {
      const ended = kind.end(next, last);
      if (ended !== undefined) {
        tell(ended);
        return ended;
      }
      event = events?.next();
      continue;
    }
    const found = await kind.look();
    if (found === undefined) missing++;
    else {
      missing = 0;
      tell(last = found);
    }
  }
  const ended = await guessed(kind, last);
  if (ended !== undefined && isOver(ended)) tell(ended);
  return ended;
}

/** The next event; `undefined` where none comes in time. */
async function nextOf<E>(
  event: Promise<IteratorResult<E>> | undefined,
  milliseconds: number = INTERVAL,
  signal: AbortSignal | undefined,
): Promise<E | undefined> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal?.addEventListener("abort", stop, { once: true });
  event?.then(stop, stop);
  await sleep(milliseconds, stopped);
  signal?.removeEventListener("abort", stop);
  const result = await Promise.race([event, Promise.resolve(undefined)]);
  return result === undefined || result.done === true ? undefined : result.value;
}

/** Events from before the job begins; `undefined` where the daemon or the caller has none. */
async function eventsOf<E>(
  kind: JobKind<E>,
  domain: Domain,
): Promise<EventStream<E> | undefined> {
  const { caller } = domain;
  if (!("subscribe" in caller) || caller.hasFeature === undefined) return undefined;
  const has = (feature: number) => caller.hasFeature!(feature);
  const origin = { session: caller, features: { has } } as unknown as EventOrigin;
  const events = openEvents(kind.events, origin, { domain });
  try {
    await events.ready;
    return events;
  } catch (error) {
    await events.close();
    if (error instanceof UnsupportedError) return undefined; // older: its progress must do
    throw error;
  }
}

function failureOf({ operation, state, disk, message }: JobProgress): LibvirtError {
  const what = disk === undefined ? operation : `${operation} of disk ${disk}`;
  const cancelled = state === "CANCELLED";
  const why = message === undefined ? "" : `: ${message}`;
  return new LibvirtError(`${what} ${cancelled ? "was cancelled" : "failed"}${why}`, {
    code: cancelled ? ErrorNumber.OPERATION_ABORTED : ErrorNumber.OPERATION_FAILED,
    domain: ErrorDomain.DOMAIN,
    origin: "remote",
  });
}

function neverSeen(): never {
  throw new LibvirtError("The job was not seen, nor how it ended", {
    code: ErrorNumber.OPERATION_FAILED,
    domain: ErrorDomain.DOMAIN,
    origin: "local",
  });
}

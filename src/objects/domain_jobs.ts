/**
 * Jobs of a domain and its disks as things to wait for.
 *
 * A method such as `Domain.blockPull()` means what libvirt's function means, so it resolves when the
 * daemon has begun the job. Its namesake in `Domain.jobs` takes the same and is the job to its end,
 * so a reader of libvirt's reference finds both, and no plain method changes its meaning.
 *
 * @module
 */

import { DomainBlockJobAbortFlags } from "../../gen/enums/domain.ts";
import type {
  DomainBackupBeginOptions,
  DomainBlockCommitOptions,
  DomainBlockPullOptions,
} from "../../gen/remote/domain_base.ts";
import type { JobProgress } from "../migration/job_progress.ts";
import type { JobOptions } from "../migration/options.ts";
import type { FlagOptions } from "../session/caller.ts";
import type { TypedParamsInput } from "../typed_params.ts";
import type { Domain } from "./domain.ts";

/**
 * A job that was begun: `await` it for its end, loop over it for its progress.
 *
 * A loop gets the newest progress each time and ends with the job; it throws what `await` throws.
 */
export class DomainJob implements PromiseLike<JobProgress>, AsyncIterable<JobProgress> {
  /** Resolves when the daemon has begun it; rejects when it refuses to. */
  readonly started: Promise<void>;
  readonly #done: Promise<JobProgress>;
  #latest: JobProgress | undefined;
  #changed = Promise.withResolvers<void>();

  /** Begins a job, whose run is told where to say how far it is and that it was begun. */
  constructor(
    run: (tell: (progress: JobProgress) => void, started: () => void) => Promise<JobProgress>,
  ) {
    const start = Promise.withResolvers<void>();
    this.started = start.promise;
    this.#done = run((progress) => {
      this.#latest = progress;
      this.#wake();
    }, start.resolve);
    // who waits for neither of both, or for one, has the error from where they wait
    this.started.catch(() => {});
    this.#done.catch(start.reject).finally(() => this.#wake());
  }

  /**
   * Resolves with how it ended: `COMPLETED`, or `READY` where it waits to be pivoted or ended.
   * Rejects with a LibvirtError with code `OPERATION_FAILED` where it failed, `OPERATION_ABORTED`
   * where somebody cancelled it.
   */
  then<A = JobProgress, B = never>(
    onDone?: ((progress: JobProgress) => A | PromiseLike<A>) | null,
    onFailed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#done.then(onDone, onFailed);
  }

  /** Its progress, the end last. */
  async *[Symbol.asyncIterator](): AsyncGenerator<JobProgress, void> {
    let over = false;
    const end = () => {
      over = true;
    };
    this.#done.then(end, end);
    for (let seen: JobProgress | undefined;;) {
      const { promise } = this.#changed;
      if (this.#latest !== seen) yield seen = this.#latest!;
      else if (over) break;
      else await promise;
    }
    await this.#done;
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/**
 * Begins jobs to be waited for; `Domain.jobs`.
 *
 * @example
 * ```ts
 * import { type Domain, DomainBlockCommitFlags } from "@virtwire/libvirt";
 *
 * async function flatten(domain: Domain): Promise<void> {
 *   for await (const { fraction = 0 } of domain.jobs.blockPull("vda")) console.log(fraction);
 *   const { ACTIVE } = DomainBlockCommitFlags;
 *   await domain.jobs.blockCommit("vda", { flags: ACTIVE, timeout: 60_000 }); // is READY
 *   await domain.jobs.blockPivot("vda");
 * }
 * ```
 */
export class DomainJobs {
  readonly #domain: Domain;

  /** Begins none yet. */
  constructor(domain: Domain) {
    this.#domain = domain;
  }

  /** As `Domain.backupBegin()`, to the end of the backup; one that serves readers ends by abort. */
  backupBegin(backupXml: string, options: DomainBackupBeginOptions & JobOptions = {}): DomainJob {
    return this.#run(undefined, () => this.#domain.backupBegin(backupXml, plain(options)), options);
  }

  /** As `Domain.blockCopy()`, until the copy is `READY`; the disk by its target, such as `vda`. */
  blockCopy(
    disk: string,
    destxml: string,
    params: TypedParamsInput = {},
    options: FlagOptions & JobOptions = {},
  ): DomainJob {
    const start = () => this.#domain.blockCopy(disk, destxml, params, plain(options));
    return this.#run(disk, start, options);
  }

  /** As `Domain.blockCommit()`, to its end, or until a commit of the active image is `READY`. */
  blockCommit(disk: string, options: DomainBlockCommitOptions & JobOptions = {}): DomainJob {
    return this.#run(disk, () => this.#domain.blockCommit(disk, plain(options)), options);
  }

  /** As `Domain.blockPull()`, to its end. */
  blockPull(disk: string, options: DomainBlockPullOptions & JobOptions = {}): DomainJob {
    return this.#run(disk, () => this.#domain.blockPull(disk, plain(options)), options);
  }

  /** Switches a disk to the copy, or commit, that is `READY`, and waits until that is done. */
  blockPivot(disk: string, options: FlagOptions & JobOptions = {}): DomainJob {
    const flags = (options.flags ?? 0) | DomainBlockJobAbortFlags.PIVOT;
    const start = () => this.#domain.blockJobAbort(disk, { ...plain(options), flags });
    return this.#run(disk, start, options);
  }

  #run(disk: string | undefined, start: () => Promise<void>, options: JobOptions): DomainJob {
    return new DomainJob(async (tell, started) => {
      // loaded on use: most programs begin no jobs
      const { diskJob, runJob, wholeJob } = await import("../migration/domain_job.ts");
      return disk === undefined
        ? await runJob(this.#domain, wholeJob(this.#domain), start, options, tell, started)
        : await runJob(this.#domain, diskJob(this.#domain, disk), start, options, tell, started);
    });
  }
}

// The signal and the timeout are for the whole job: what begins it is not given up halfway.
function plain<O extends JobOptions>(options: O): Omit<O, "signal" | "timeout"> {
  const { signal: _signal, timeout: _timeout, ...rest } = options;
  return rest;
}

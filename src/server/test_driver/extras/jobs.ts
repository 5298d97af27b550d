/**
 * Jobs of whole domains: how far they are, how they ended, and their end before time.
 *
 * @module
 */

import { DomainEventId, DomainJobType } from "../../../../gen/enums/domain.ts";
import { ErrorNumber } from "../../../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../../../gen/remote/dispatch.ts";
import type { TypedParam } from "../../../xdr/typed_param.ts";
import type { CallContext } from "../../driver.ts";
import { emitDomainEvent } from "../domain_events.ts";
import type { TestDomain } from "../domain_object.ts";
import { checkFlags, invalidOperation, refusal, STRING_OKAY } from "../refusals.ts";
import type { TestState } from "../state.ts";
import { boolean, int, ullong } from "../typed.ts";

const COMPLETED = 1;
const KEEP_COMPLETED = 2;
const PARTS = 16;
const MIB = 1048576n;

/** A job on a domain. */
export class DomainJob {
  /** A value of `DomainJobOperation`. */
  readonly operation: number;
  /** Bytes that there are to do. */
  readonly total: bigint;
  /** Bytes that are done. */
  processed = 0n;
  /** How often it has started over with what the guest had written meanwhile. */
  iteration = 0;
  /** The most that it may do, in MiB/s; 0 for no limit. */
  speed: bigint;
  /** Whether it is to end before time. */
  aborted = false;
  readonly #state: TestState;
  readonly #begun: bigint;

  /** Begins. */
  constructor(state: TestState, operation: number, total: bigint, speed: bigint = 0n) {
    this.#state = state;
    this.operation = operation;
    this.total = total;
    this.speed = speed;
    this.#begun = state.microseconds;
  }

  /**
   * Does its work part by part; throws where it is aborted, or what `check` throws before any part,
   * and ends early where that says so.
   */
  async run(check: () => boolean): Promise<void> {
    const part = this.total / BigInt(PARTS) || 1n;
    while (this.processed < this.total) {
      const pause = this.speed === 0n ? 0 : Number(part * 1000n / (this.speed * MIB));
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (this.aborted) {
        throw refusal(ErrorNumber.OPERATION_ABORTED, "job was canceled by client");
      }
      if (check()) return;
      this.processed = this.processed + part > this.total ? this.total : this.processed + part;
    }
  }

  /** Milliseconds since it began. */
  get elapsed(): bigint {
    return (this.#state.microseconds - this.#begun) / 1000n;
  }

  /** Its statistics. */
  get params(): TypedParam[] {
    const { total, processed, elapsed } = this;
    const left = total - processed;
    return [
      int("operation", this.operation),
      ullong("time_elapsed", elapsed),
      ullong("data_total", total),
      ullong("data_processed", processed),
      ullong("data_remaining", left),
      ullong("memory_total", total),
      ullong("memory_processed", processed),
      ullong("memory_remaining", left),
      ullong("memory_bps", elapsed > 0n ? processed * 1000n / elapsed : 0n),
      ullong("memory_iteration", BigInt(this.iteration)),
    ];
  }
}

/** The jobs of one hypervisor's domains by UUID, and those that ended last. */
export class DomainJobs extends Map<string, DomainJob> {
  /** How the last job on each domain ended. */
  readonly completed: Map<string, { type: number; params: TypedParam[] }> = new Map();

  /** Begins a job; throws where there is one. */
  begin(domain: TestDomain, job: DomainJob): DomainJob {
    if (this.has(domain.key)) {
      throw refusal(
        ErrorNumber.OPERATION_TIMEOUT,
        "cannot acquire state change lock: another job holds it",
      );
    }
    this.set(domain.key, job);
    return job;
  }

  /** Ends a job, and says so. */
  end(state: TestState, domain: TestDomain, type: number): void {
    const job = this.get(domain.key);
    if (job === undefined) return;
    this.delete(domain.key);
    const params = [...job.params, boolean("success", type === DomainJobType.COMPLETED)];
    this.completed.set(domain.key, { type, params });
    emitDomainEvent(state, domain, DomainEventId.JOB_COMPLETED, { params });
  }
}

/** Handlers of jobs. */
export function jobHandlers(state: TestState, jobs: DomainJobs): RemoteHandlers<CallContext> {
  const { domains } = state;

  function abort(domain: TestDomain): void {
    domain.checkActive();
    const job = jobs.get(domain.key);
    if (job === undefined) throw invalidOperation("no job is active on the domain");
    job.aborted = true;
  }

  return {
    domainAbortJob: ({ dom }) => abort(domains.of(dom)),
    domainAbortJobFlags({ dom, flags }, context) {
      checkFlags(context, flags, 1);
      abort(domains.of(dom));
    },
    domainGetJobInfo({ dom }) {
      const job = jobs.get(domains.of(dom).key);
      const total = job?.total ?? 0n;
      const done = job?.processed ?? 0n;
      return {
        type: job === undefined ? DomainJobType.NONE : DomainJobType.UNBOUNDED,
        timeElapsed: job?.elapsed ?? 0n,
        timeRemaining: 0n,
        dataTotal: total,
        dataProcessed: done,
        dataRemaining: total - done,
        memTotal: total,
        memProcessed: done,
        memRemaining: total - done,
        fileTotal: 0n,
        fileProcessed: 0n,
        fileRemaining: 0n,
      };
    },
    domainGetJobStats({ dom, flags }, context) {
      checkFlags(context, flags, COMPLETED | KEEP_COMPLETED | STRING_OKAY);
      const { key } = domains.of(dom);
      if ((flags & COMPLETED) !== 0) {
        const ended = jobs.completed.get(key);
        if ((flags & KEEP_COMPLETED) === 0) jobs.completed.delete(key);
        return ended ?? { type: DomainJobType.NONE, params: [] };
      }
      const job = jobs.get(key);
      return job === undefined
        ? { type: DomainJobType.NONE, params: [] }
        : { type: DomainJobType.UNBOUNDED, params: job.params };
    },
  };
}

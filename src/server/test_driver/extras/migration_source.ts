/**
 * The source's half of migration: sends a guest, and forgets it or lets it go on.
 *
 * @module
 */

import {
  DomainEventId,
  DomainEventResumedDetailType,
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainEventUndefinedDetailType,
  DomainJobOperation,
  DomainJobType,
  DomainMigrateFlags,
  DomainPausedReason,
  DomainRunningReason,
  DomainShutoffReason,
  DomainState,
} from "../../../../gen/enums/domain.ts";
import { ErrorNumber } from "../../../../gen/enums/errors.ts";
import { emitDomainEvent, emitLifecycle } from "../domain_events.ts";
import { formatDomain } from "../domain_format.ts";
import { stopDomain } from "../domain_lifecycle.ts";
import type { TestDomain } from "../domain_object.ts";
import { memoryOf } from "../domain_values.ts";
import { invalidOperation, refusal } from "../refusals.ts";
import type { TestState } from "../state.ts";
import { DomainJob, type DomainJobs } from "./jobs.ts";
import { type Cookie, cookie } from "./migration_cookies.ts";
import { awaitedAt, type Incoming } from "./migration_destination.ts";

const { OFFLINE, UNDEFINE_SOURCE } = DomainMigrateFlags;
const ROUNDS = 3;

/** A guest on its way. */
interface Outgoing {
  /** Whether it ran before. */
  readonly ran: boolean;
  /** All of it was sent, and it stands still until it is known whether it has started there. */
  sent: boolean;
  unwatch: () => void;
}

/** What one hypervisor sends. */
export class MigrationSource {
  readonly #state: TestState;
  readonly #jobs: DomainJobs;
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #postCopy = new Set<string>();

  /** Sends nothing yet. */
  constructor(state: TestState, jobs: DomainJobs) {
    this.#state = state;
    this.#jobs = jobs;
  }

  /** Begins; with `protect` nobody else gets at the domain until it is over or the client gone. */
  begin(
    domain: TestDomain,
    flags: number,
    protect: boolean,
    signal: AbortSignal,
  ): { xml: string; cookieOut: Cookie } {
    if ((flags & OFFLINE) === 0) domain.checkActive();
    else if (domain.active) throw invalidOperation("domain is active; offline is for others");
    else if (!domain.persistent) throw invalidOperation("domain is not defined");
    if (protect) this.#start(domain, 0n, signal);
    const xml = formatDomain(domain.definition, { id: -1, secure: true });
    return { xml, cookieOut: cookie("begun", domain.name) };
  }

  /** Sends a guest to where it is awaited; then it stands still here. */
  async perform(
    domain: TestDomain,
    uri: string,
    speed: bigint,
    signal: AbortSignal,
  ): Promise<Cookie> {
    domain.checkActive();
    if (!this.#outgoing.has(domain.key)) this.#start(domain, speed, signal);
    const job = this.#jobs.get(domain.key)!;
    job.speed = speed;
    try {
      const guest = awaitedAt(uri);
      if (guest === undefined) {
        throw refusal(
          ErrorNumber.OPERATION_FAILED,
          `unable to connect to '${uri}': nobody awaits it`,
        );
      }
      await job.run(() => this.#sendPart(domain, job, guest));
      this.#pause(domain);
      guest.arrive(formatDomain(domain.definition, { id: -1, secure: true }));
    } catch (error) {
      this.#end(domain, DomainJobType.FAILED);
      throw error;
    }
    const outgoing = this.#outgoing.get(domain.key)!;
    outgoing.sent = true;
    if (signal.aborted) this.#abandon(domain); // its client left while it was sent
    return cookie("performed", domain.name);
  }

  #sendPart(domain: TestDomain, job: DomainJob, guest: Incoming): boolean {
    if (guest.dropped || !domain.active) {
      throw refusal(ErrorNumber.OPERATION_FAILED, "migration job: unexpectedly failed");
    }
    const round = Number(job.processed * BigInt(ROUNDS) / job.total) + 1;
    if (round > job.iteration) {
      job.iteration = round;
      const fields = { iteration: round };
      emitDomainEvent(this.#state, domain, DomainEventId.MIGRATION_ITERATION, fields);
    }
    return this.#postCopy.has(domain.key);
  }

  /** Forgets the guest, which has started elsewhere, or lets it go on. */
  confirm(domain: TestDomain, flags: number, cancelled: boolean): void {
    const offline = (flags & OFFLINE) !== 0;
    if (!offline && !this.#outgoing.has(domain.key)) {
      throw invalidOperation(`domain '${domain.name}' is not processed by outgoing migration`);
    }
    if (cancelled) this.#end(domain, DomainJobType.FAILED);
    else this.forget(domain, flags);
  }

  /** Forgets a guest that is elsewhere now. */
  forget(domain: TestDomain, flags: number): void {
    this.#end(domain, DomainJobType.COMPLETED);
    const state = this.#state;
    const undefine = (flags & UNDEFINE_SOURCE) !== 0 && domain.persistent;
    if (undefine) {
      const { UNDEFINED } = DomainEventType;
      emitLifecycle(state, domain, UNDEFINED, DomainEventUndefinedDetailType.REMOVED);
      domain.persistent = false;
    }
    if (domain.active) {
      const { MIGRATED } = DomainShutoffReason;
      stopDomain(state, domain, MIGRATED, DomainEventStoppedDetailType.MIGRATED);
    } else if (undefine) state.domains.remove(domain);
  }

  /** Lets the guest go on elsewhere before all of it was sent. */
  startPostCopy(domain: TestDomain): void {
    if (!this.#outgoing.has(domain.key)) {
      throw invalidOperation(
        "post-copy can only be started while outgoing migration is in progress",
      );
    }
    this.#postCopy.add(domain.key);
  }

  #start(domain: TestDomain, speed: bigint, signal: AbortSignal): void {
    const { total } = memoryOf(domain.definition);
    const { MIGRATION_OUT } = DomainJobOperation;
    this.#jobs.begin(domain, new DomainJob(this.#state, MIGRATION_OUT, total * 1024n, speed));
    const gone = () => this.#gone(domain);
    signal.addEventListener("abort", gone, { once: true });
    this.#outgoing.set(domain.key, {
      ran: domain.state === DomainState.RUNNING,
      sent: false,
      unwatch: () => signal.removeEventListener("abort", gone),
    });
  }

  // What is being sent goes on; its end sees that nobody waits for it.
  #gone(domain: TestDomain): void {
    const job = this.#jobs.get(domain.key);
    const outgoing = this.#outgoing.get(domain.key);
    if (outgoing?.sent) this.#abandon(domain);
    else if (job?.processed === 0n && job.iteration === 0) this.#end(domain, DomainJobType.FAILED);
  }

  // Nobody can tell whether it has started elsewhere: it stays as it is, without a job.
  #abandon(domain: TestDomain): void {
    this.#outgoing.get(domain.key)?.unwatch();
    this.#outgoing.delete(domain.key);
    this.#jobs.end(this.#state, domain, DomainJobType.FAILED);
  }

  #pause(domain: TestDomain): void {
    if (domain.state !== DomainState.RUNNING) return;
    domain.state = DomainState.PAUSED;
    domain.reason = this.#postCopy.has(domain.key)
      ? DomainPausedReason.POSTCOPY
      : DomainPausedReason.MIGRATION;
    const { SUSPENDED } = DomainEventType;
    emitLifecycle(this.#state, domain, SUSPENDED, DomainEventSuspendedDetailType.MIGRATED);
  }

  #end(domain: TestDomain, type: number): void {
    const outgoing = this.#outgoing.get(domain.key);
    outgoing?.unwatch();
    this.#outgoing.delete(domain.key);
    const split = this.#postCopy.delete(domain.key) && outgoing?.sent === true;
    this.#jobs.end(this.#state, domain, type);
    if (type === DomainJobType.COMPLETED || !outgoing?.ran) return;
    if (domain.state !== DomainState.PAUSED) return;
    if (split) {
      domain.reason = DomainPausedReason.POSTCOPY_FAILED;
      return;
    }
    domain.state = DomainState.RUNNING;
    domain.reason = DomainRunningReason.MIGRATION_CANCELED;
    const { RESUMED } = DomainEventType;
    emitLifecycle(this.#state, domain, RESUMED, DomainEventResumedDetailType.MIGRATED);
  }
}

/**
 * Domain events about jobs and tuning, whose contents are typed parameters.
 *
 * @module
 */

import type { DomainEventId } from "../../gen/enums/domain.ts";
import {
  domainEventCallbackJobCompleted,
  type DomainEventCallbackJobCompletedMsg,
  domainEventCallbackMigrationIteration,
  type DomainEventCallbackMigrationIterationMsg,
  domainEventCallbackTunable,
  type DomainEventCallbackTunableMsg,
} from "../../gen/remote/events.ts";
import { toObject, type TypedParams } from "../typed_params.ts";
import {
  type AnyDomainEvent,
  type DomainEventKind,
  domainEvents,
  type DomainEventSpec,
} from "./domain_event_kind.ts";

/** Tunables of a domain were changed. */
export interface DomainTunableEvent extends AnyDomainEvent {
  /** What was changed, as it is now: `cputune.vcpupin0`, `blkdeviotune.total_bytes_sec`, ... */
  readonly params: TypedParams;
}

/** A live migration starts to send, once more, what the guest has written meanwhile. */
export interface DomainMigrationIterationEvent extends AnyDomainEvent {
  /** How often it has done so. */
  readonly iteration: number;
}

/** A job such as a migration, a save or a backup has ended. */
export interface DomainJobCompletedEvent extends AnyDomainEvent {
  /** Its statistics, as `getJobStats()` gives them: `operation`, `time_elapsed`, `data_total`, ... */
  readonly params: TypedParams;
}

/** See `DomainEvent.TUNABLE`. */
export const domainTunable: DomainEventKind<DomainTunableEvent> = {
  id: 17 satisfies typeof DomainEventId.TUNABLE,
  name: "domain tunable",
  since: "1.2.9",
  subject: domainEvents,
  message: domainEventCallbackTunable,
  event: ({ params }, domain) => ({ domain, params: toObject(params) }),
} satisfies DomainEventSpec<DomainEventCallbackTunableMsg, DomainTunableEvent>;

/** See `DomainEvent.MIGRATION_ITERATION`. */
export const domainMigrationIteration: DomainEventKind<DomainMigrationIterationEvent> = {
  id: 20 satisfies typeof DomainEventId.MIGRATION_ITERATION,
  name: "domain migration iteration",
  since: "1.3.2",
  subject: domainEvents,
  message: domainEventCallbackMigrationIteration,
  event: ({ iteration }, domain) => ({ domain, iteration }),
} satisfies DomainEventSpec<
  DomainEventCallbackMigrationIterationMsg,
  DomainMigrationIterationEvent
>;

/** See `DomainEvent.JOB_COMPLETED`. */
export const domainJobCompleted: DomainEventKind<DomainJobCompletedEvent> = {
  id: 21 satisfies typeof DomainEventId.JOB_COMPLETED,
  name: "domain job completed",
  since: "1.3.3",
  subject: domainEvents,
  message: domainEventCallbackJobCompleted,
  event: ({ params }, domain) => ({ domain, params: toObject(params) }),
} satisfies DomainEventSpec<DomainEventCallbackJobCompletedMsg, DomainJobCompletedEvent>;

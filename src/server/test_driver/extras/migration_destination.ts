/**
 * The destination's half of migration: guests that are awaited, and how they find their way.
 *
 * @module
 */

import {
  DomainEventDefinedDetailType,
  DomainEventResumedDetailType,
  DomainEventStartedDetailType,
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainMigrateFlags,
  DomainPausedReason,
  DomainRunningReason,
  DomainShutoffReason,
  DomainState,
} from "../../../../gen/enums/domain.ts";
import { ErrorNumber } from "../../../../gen/enums/errors.ts";
import { parseDomain } from "../domain_definition.ts";
import { emitLifecycle } from "../domain_events.ts";
import { stopDomain } from "../domain_lifecycle.ts";
import type { TestDomain } from "../domain_object.ts";
import { prepareDomain } from "../domain_prepare.ts";
import { invalidOperation, refusal } from "../refusals.ts";
import type { TestState } from "../state.ts";
import { checkCookie, type Cookie, cookie } from "./migration_cookies.ts";

const { OFFLINE, PAUSED, PERSIST_DEST } = DomainMigrateFlags;

/** A guest that is awaited. */
export interface Incoming {
  readonly name: string;
  readonly xml: string;
  readonly flags: number;
  /** The domain that it is to become; `undefined` where a mere definition comes. */
  readonly domain: TestDomain | undefined;
  /** All of it has come, with its definition. */
  arrive(xml: string): void;
  /** Whether all of it has come. */
  arrived: boolean;
  /** It is awaited no more. */
  dropped: boolean;
}

/** What a destination is asked to get ready for; without XML, which the guest then brings. */
export interface Preparation {
  readonly xml: string | null;
  readonly name: string | null;
  readonly uri: string | null;
  readonly flags: number;
  /** Fires when the client that asked is gone. */
  readonly signal: AbortSignal;
}

// The cables between all hypervisors of this process: where guests are awaited, and who is who.
const awaited = new Map<string, Incoming>();
const hosts = new Map<string, WeakRef<MigrationDestination>>();
let nextPort = 49152;

/** The guest that is awaited at an address. */
export function awaitedAt(uri: string): Incoming | undefined {
  return awaited.get(uri);
}

/** The destination that a daemon's URI names by its host. */
export function destinationOf(uri: string): MigrationDestination | undefined {
  const host = /^[^/]*\/\/(?:[^/@]*@)?([^/:]+)/.exec(uri)?.[1];
  return host === undefined ? undefined : hosts.get(host)?.deref();
}

/** What one hypervisor awaits. */
export class MigrationDestination {
  readonly #state: TestState;
  readonly #incoming = new Map<string, { guest: Incoming; uri: string; unwatch: () => void }>();

  /** Can be found by its host's name from now on. */
  constructor(state: TestState) {
    this.#state = state;
    hosts.set(state.hostname, new WeakRef(this));
  }

  /** Gets ready for a guest; answers where its data is awaited. */
  prepare({ xml, name, uri, flags, signal }: Preparation): { uri: string; cookieOut: Cookie } {
    const address = uri ?? `tcp:${this.#state.hostname}:${nextPort++}`;
    if (xml === null) {
      // version 1: until the guest comes there is nothing but the address
      const port = { arrived: false, dropped: false, name: "", xml: "", flags, domain: undefined };
      const arrive = (brought: string) => {
        awaited.delete(address);
        this.prepare({ xml: brought, name, uri: address, flags, signal });
        awaited.get(address)!.arrived = true;
      };
      awaited.set(address, { ...port, arrive });
      signal.addEventListener("abort", () => awaited.delete(address), { once: true });
      return { uri: address, cookieOut: cookie("prepared", "any") };
    }
    const chosen = this.#open({ xml, name, uri: address, flags, signal });
    return { uri: address, cookieOut: cookie("prepared", chosen) };
  }

  #open({ xml, name, uri, flags, signal }: Preparation & { xml: string; uri: string }): string {
    const state = this.#state;
    const definition = parseDomain(xml, state.identities);
    if (name !== null) definition.child("name")!.setText(name);
    const chosen = definition.textOf("name")!;
    prepareDomain(definition);
    if (this.#incoming.has(chosen) || state.domains.byName(chosen)?.active) {
      throw invalidOperation(`domain '${chosen}' is already active`);
    }
    let domain: TestDomain | undefined;
    if ((flags & OFFLINE) === 0) {
      ({ domain } = state.domains.add(definition, { start: true }));
      domain.start(state.takeDomainId(), DomainRunningReason.MIGRATED);
      domain.state = DomainState.PAUSED;
      domain.reason = DomainPausedReason.MIGRATION;
      const { STARTED, SUSPENDED } = DomainEventType;
      emitLifecycle(state, domain, STARTED, DomainEventStartedDetailType.MIGRATED);
      emitLifecycle(state, domain, SUSPENDED, DomainEventSuspendedDetailType.MIGRATED);
    }
    const guest: Incoming = {
      name: chosen,
      xml,
      flags,
      domain,
      arrive: () => {
        guest.arrived = true;
      },
      arrived: false,
      dropped: false,
    };
    const gone = () => this.#drop(chosen);
    signal.addEventListener("abort", gone, { once: true });
    const unwatch = () => signal.removeEventListener("abort", gone);
    this.#incoming.set(chosen, { guest, uri, unwatch });
    awaited.set(uri, guest);
    if (signal.aborted) gone();
    return chosen;
  }

  /** Whether a guest is awaited under a name. */
  awaits(name: string): boolean {
    return this.#incoming.has(name);
  }

  /** Starts the guest that has come, or drops it; answers the domain. */
  finish(
    name: string,
    flags: number,
    cancelled: boolean,
    given: Cookie | undefined,
  ): { domain: TestDomain; cookieOut: Cookie } {
    const entry = this.#incoming.get(name);
    if (entry === undefined) {
      throw refusal(ErrorNumber.NO_DOMAIN, `no domain with matching name '${name}'`);
    }
    const { guest, unwatch } = entry;
    if (cancelled) {
      this.#drop(name);
      throw refusal(ErrorNumber.MIGRATE_FINISH_OK, `domain '${name}' was not started`);
    }
    if (guest.domain === undefined) {
      unwatch();
      this.#forget(name);
      return { domain: this.#define(guest), cookieOut: cookie("finished", name) };
    }
    try {
      if (!guest.arrived) {
        throw refusal(ErrorNumber.OPERATION_FAILED, `not all of domain '${name}' has come`);
      }
      if (given !== undefined) checkCookie(given, "performed");
    } catch (error) {
      this.#drop(name);
      throw error;
    }
    unwatch();
    this.#forget(name);
    const { domain } = guest;
    if ((flags & PERSIST_DEST) !== 0) this.#persist(domain);
    if ((flags & PAUSED) === 0) {
      domain.state = DomainState.RUNNING;
      domain.reason = DomainRunningReason.MIGRATED;
      const { RESUMED } = DomainEventType;
      emitLifecycle(this.#state, domain, RESUMED, DomainEventResumedDetailType.MIGRATED);
    }
    return { domain, cookieOut: cookie("finished", name) };
  }

  #define({ xml, name }: Incoming): TestDomain {
    const definition = parseDomain(xml, this.#state.identities);
    definition.child("name")!.setText(name);
    const { domain } = this.#state.domains.add(definition);
    this.#persist(domain);
    return domain;
  }

  #persist(domain: TestDomain): void {
    domain.persistent = true;
    if (domain.active) domain.next ??= domain.definition.clone();
    const { DEFINED } = DomainEventType;
    emitLifecycle(this.#state, domain, DEFINED, DomainEventDefinedDetailType.ADDED);
  }

  #forget(name: string): void {
    const entry = this.#incoming.get(name);
    if (entry === undefined) return;
    this.#incoming.delete(name);
    awaited.delete(entry.uri);
  }

  #drop(name: string): void {
    const entry = this.#incoming.get(name);
    if (entry === undefined) return;
    entry.unwatch();
    this.#forget(name);
    entry.guest.dropped = true;
    if (entry.guest.domain === undefined) return;
    stopDomain(
      this.#state,
      entry.guest.domain,
      DomainShutoffReason.FAILED,
      DomainEventStoppedDetailType.FAILED,
    );
  }
}

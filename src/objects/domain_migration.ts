/**
 * The half of a domain that concerns its jobs: migration to another host, backups, work on disks.
 *
 * @module
 */

import type { NonnullDomain } from "../../gen/remote/common.ts";
import type { JobProgress } from "../migration/job_progress.ts";
import type {
  JobProgressOptions,
  MigrateOptions,
  MigrateToUriOptions,
} from "../migration/options.ts";
import type { Caller } from "../session/caller.ts";
import type { Domain } from "./domain.ts";
import { DomainJobs } from "./domain_jobs.ts";
import { DomainStreams } from "./domain_streams.ts";

/** Where a domain is migrated to: a `Connection` is one. */
export interface MigrationDestination {
  /** Calls the destination's daemon. */
  readonly session: Caller;
}

/** What a domain has of migration and other jobs; part of `Domain`. */
export abstract class DomainMigration extends DomainStreams {
  /** Makes a domain of another connection. */
  protected abstract wrapDomain(caller: Caller, handle: NonnullDomain): Domain;

  /**
   * Migrates the domain to the host of another connection, and answers it as it is there.
   *
   * This client manages it: it talks to both daemons, which need not reach each other; the
   * hypervisors must, since the guest's data goes straight between them. With the flag `PEER2PEER`
   * the source's daemon manages it instead, and connects to the URI of the destination's connection.
   *
   * Which version of the protocol is spoken the features of both daemons decide. A rejection tells
   * what went wrong first; `migrationFailure()` tells where it has left the guest:
   *
   * | what went wrong | guest | at the destination |
   * | --- | --- | --- |
   * | the options, or a feature that is missing | `source`, untouched | nothing |
   * | begin or prepare refused, or their connection lost | `source`, which runs on | nothing |
   * | aborted before or while the data was sent | `source`, which runs on | destroyed |
   * | sending failed | `source`, which runs on | destroyed |
   * | the source lost while sending | `source` once its daemon answers again, else `source-paused` | destroyed |
   * | the destination refused to start it | `source`, started again | destroyed |
   * | the destination lost while it was to start it | asked again for `settleTimeout`: resolves where it runs, `source` where it does not, else `unknown`: paused at the source | runs, or not |
   * | the last word to the source refused or lost | resolves: it runs at the destination; `onWarning` is told | runs |
   * | that last word, after a failure | `source-paused`: resume it | destroyed |
   * | post-copy broke off | `split`: migrate again with `POSTCOPY_RESUME` | runs as far as it can |
   *
   * In no row it runs on both hosts. libvirt's own client starts it at the source where the
   * destination was lost in the last step; this one does not unless it knows that it does not run.
   * Daemons with version 2 or 1 of the protocol forget it at the source as soon as it was sent: what
   * fails after that is `unknown`.
   *
   * Since libvirt 0.3.2, `virDomainMigrate3` since 1.1.0.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrate
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrate2
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrate3
   *
   * @example
   * ```ts
   * import { connect, DomainMigrateFlags, migrationFailure } from "@virtwire/libvirt";
   *
   * await using here = await connect("qemu+ssh://alpha/system");
   * await using there = await connect("qemu+ssh://beta/system");
   * const domain = await here.lookupDomainByName("web");
   * const { LIVE, PERSIST_DEST, UNDEFINE_SOURCE } = DomainMigrateFlags;
   * try {
   *   const moved = await domain.migrate(there, {
   *     flags: LIVE | PERSIST_DEST | UNDEFINE_SOURCE,
   *     params: { bandwidth: 100 },
   *     onProgress: ({ fraction = 0, rate }) => console.log(Math.round(fraction * 100), "%", rate),
   *     timeout: 600_000,
   *   });
   *   console.log(moved.name, "runs there as", moved.id);
   * } catch (error) {
   *   console.error(error, migrationFailure(error)?.guest);
   * }
   * ```
   */
  async migrate(destination: MigrationDestination, options: MigrateOptions = {}): Promise<Domain> {
    // loaded on use: most programs never migrate anything
    const { migrateDomain } = await import("../migration/migrate.ts");
    const { session } = destination;
    const handle = await migrateDomain(this.caller, session, this.handle, options);
    return this.wrapDomain(session, handle);
  }

  /**
   * Has the source's daemon migrate the domain: with the flag `PEER2PEER` to the daemon of a URI as
   * the source reaches it, with `TUNNELLED` beside it through the connection of the two daemons;
   * without `PEER2PEER` straight to a hypervisor, which no current driver can.
   *
   * The daemon rolls back by itself what fails; a connection that is lost meanwhile leaves the
   * guest `unknown` here, and it is looked for on both hosts. Rejects with a TypeError for a URI that
   * the source would take for itself. Since libvirt 0.7.2, `virDomainMigrateToURI3` since 1.1.0.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrateToURI
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrateToURI2
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrateToURI3
   *
   * @example
   * ```ts
   * import { type Domain, DomainMigrateFlags } from "@virtwire/libvirt";
   *
   * async function move(domain: Domain): Promise<void> {
   *   const { LIVE, PEER2PEER, TUNNELLED } = DomainMigrateFlags;
   *   await domain.migrateToUri("qemu+tls://beta/system", { flags: LIVE | PEER2PEER | TUNNELLED });
   * }
   * ```
   */
  async migrateToUri(uri: string, options: MigrateToUriOptions = {}): Promise<void> {
    const { migrateDomainToUri } = await import("../migration/migrate.ts");
    await migrateDomainToUri(this.caller, this.handle, uri, options);
  }

  /** Begins jobs that can be waited for: backups, and work on disks. */
  get jobs(): DomainJobs {
    return new DomainJobs(this as unknown as Domain);
  }

  /**
   * How far the job on the domain is, whoever has begun it: a migration, a save, a dump, a backup.
   *
   * Ends with the job, whose end it yields last where the daemon tells; yields nothing where there is
   * no job. A signal or a timeout ends the loop, not the job.
   *
   * @example
   * ```ts
   * import type { Domain } from "@virtwire/libvirt";
   *
   * async function watch(domain: Domain): Promise<void> {
   *   for await (const { operation, state, fraction = 0, rate } of domain.jobProgress()) {
   *     console.log(operation, state, `${Math.round(fraction * 100)} %`, rate);
   *   }
   * }
   * ```
   */
  async *jobProgress(options: JobProgressOptions = {}): AsyncGenerator<JobProgress, void> {
    const { watchJob } = await import("../migration/domain_job.ts");
    yield* watchJob(this as unknown as Domain, options);
  }
}

/**
 * What a migration is asked for.
 *
 * @module
 */

import type { JobProgress } from "./job_progress.ts";
import type { CallOptions, FlagOptions } from "../session/caller.ts";
import type { TypedParamsInput } from "../typed_params.ts";

/**
 * Parameters of a migration, `VIR_MIGRATE_PARAM_*`, by libvirt's names of them.
 *
 * `MigrateParamField` documents each; one that is newer than this library is sent too, with its type
 * said (`ullong(5)`).
 */
export interface MigrateParams extends TypedParamsInput {
  /** Where the guest's data is sent, as `tcp://host:port`; chosen by the destination when left out. */
  readonly migrate_uri?: string | undefined;
  /** Name that the domain gets at the destination; its old one when left out. */
  readonly destination_name?: string | undefined;
  /** XML for the running guest at the destination, with other paths for instance. */
  readonly destination_xml?: string | undefined;
  /** XML for the definition that is stored there, with the flag `PERSIST_DEST`. */
  readonly persistent_xml?: string | undefined;
  /** The most that may be sent, in MiB/s; 0 leaves it to the hypervisor. */
  readonly bandwidth?: number | bigint | undefined;
  /** The most that may be sent in the post-copy phase, in MiB/s; 0 is no limit. */
  readonly "bandwidth.postcopy"?: number | bigint | undefined;
  /** What can be sent while the guest stands still, in bytes/s, by which the moment is chosen. */
  readonly "bandwidth.avail.switchover"?: number | bigint | undefined;
  /** Where viewers of the guest's screen are sent, as `spice://host:port`. */
  readonly graphics_uri?: string | undefined;
  /** Address at the destination on which the guest's data is awaited. */
  readonly listen_address?: string | undefined;
  /** Targets of the disks that are copied, such as `vda`; writable unshared ones when left out. */
  readonly migrate_disks?: string | readonly string[] | undefined;
  /** Targets of copied disks whose zeroes take no room. */
  readonly migrate_disks_detect_zeroes?: string | readonly string[] | undefined;
  /** Targets of copied disks whose copies read as zeroes at first. */
  readonly migrate_disks_target_zero?: string | readonly string[] | undefined;
  /** Port at the destination on which copies of disks arrive. */
  readonly disks_port?: number | undefined;
  /** Where copies of disks are sent, as `tcp://host:port` or `unix:///path`. */
  readonly disks_uri?: string | undefined;
  /** How memory is compressed: `xbzrle`, `mt`, `zlib`, `zstd`. */
  readonly compression?: string | readonly string[] | undefined;
  /** How hard to compress with `mt`, 0 to 9. */
  readonly "compression.mt.level"?: number | undefined;
  /** How many threads compress with `mt`. */
  readonly "compression.mt.threads"?: number | undefined;
  /** How many threads decompress with `mt`. */
  readonly "compression.mt.dthreads"?: number | undefined;
  /** Size of the cache of sent pages for `xbzrle`, in bytes. */
  readonly "compression.xbzrle.cache"?: number | bigint | undefined;
  /** How hard to compress with `zlib`, 0 to 9. */
  readonly "compression.zlib.level"?: number | undefined;
  /** How hard to compress with `zstd`, 1 to 20. */
  readonly "compression.zstd.level"?: number | undefined;
  /** By how many percent the guest's CPUs are slowed down at first, with `AUTO_CONVERGE`. */
  readonly "auto_converge.initial"?: number | undefined;
  /** By how many percent more at each further step. */
  readonly "auto_converge.increment"?: number | undefined;
  /** How many connections send memory, with the flag `PARALLEL`. */
  readonly "parallel.connections"?: number | undefined;
  /** Name that the destination's TLS certificate has to bear. */
  readonly "tls.destination"?: string | undefined;
}

/** Options of `Domain.migrateToUri()`, and of `Domain.migrate()` beside others. */
export interface MigrateToUriOptions extends FlagOptions {
  /** `DomainMigrateFlags` combined with `|`: `LIVE`, `PEER2PEER`, `PERSIST_DEST` and so on. */
  readonly flags?: number | undefined;
  /** How and to what: names, addresses, limits. */
  readonly params?: MigrateParams | undefined;
  /**
   * Stops the migration: its job is aborted, both sides are rolled back, and the promise rejects with
   * the signal's reason when that is done, not before. A migration that is too far for that (in its
   * post-copy phase, or started at the destination) goes on and resolves.
   */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the migration is stopped as if by a signal, with a `TimeoutError`. */
  readonly timeout?: number | undefined;
  /**
   * Told how far the migration is while the guest's data is sent, and, where it goes well, how it
   * went: the last time with the state `COMPLETED` and the downtime that was measured. What it throws
   * stops the migration.
   */
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  /** Milliseconds between two reports, 500 when left out. */
  readonly progressInterval?: number | undefined;
}

/** Options of `Domain.migrate()`. */
export interface MigrateOptions extends MigrateToUriOptions {
  /**
   * Milliseconds that a daemon which was lost in the middle is waited for, to learn what became of
   * the guest there; 60000 when left out. As long a daemon that hangs is waited for after an abort.
   */
  readonly settleTimeout?: number | undefined;
  /**
   * Told what went wrong where the guest has reached the destination all the same: its remains at
   * the source could not be removed, and are left there paused.
   */
  readonly onWarning?: ((warning: unknown) => void) | undefined;
}

/** Options of `Domain.jobProgress()`. */
export interface JobProgressOptions extends CallOptions {
  /** Milliseconds between two looks, 500 when left out. */
  readonly interval?: number | undefined;
}

/** Options of a job, beside those of the method that begins it. */
export interface JobOptions extends CallOptions {
  /**
   * Cancels the job; it rejects with the signal's reason when it has ended by that. A backup that
   * serves readers has no other end, and resolves.
   */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the job is cancelled as if by a signal, with a `TimeoutError`. */
  readonly timeout?: number | undefined;
  /** Told how far it is, the last time how it ended. */
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  /** Milliseconds between two looks, 500 when left out. */
  readonly progressInterval?: number | undefined;
}

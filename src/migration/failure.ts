/**
 * Where a migration that failed has left the guest.
 *
 * @module
 */

/** A step of a migration. */
export type MigrationStep = "begin" | "prepare" | "perform" | "finish" | "confirm";

/**
 * Where the guest is after a migration that failed:
 *
 * - `source`: at the source, as before
 * - `source-paused`: at the source, stopped by the migration; `resume()` starts it again
 * - `destination`: at the destination
 * - `split`: its memory is on both hosts, since post-copy broke off: it runs at the destination until
 *   it needs what is still at the source, and goes on when it is migrated again with the flags
 *   `POSTCOPY` and `POSTCOPY_RESUME`
 * - `unknown`: it runs at the destination or stands still at the source, and nobody could be asked
 */
export type GuestPlace = "source" | "source-paused" | "destination" | "split" | "unknown";

/** What `migrationFailure()` tells. */
export interface MigrationFailure {
  /** What failed, or was done when the caller gave up. */
  readonly step: MigrationStep;
  /** Where the guest is. */
  readonly guest: GuestPlace;
}

const failures = new WeakMap<object, MigrationFailure>();

/** Remembers with an error where it has left the guest; answers the error. */
export function noteFailure(error: unknown, step: MigrationStep, guest: GuestPlace): unknown {
  // the error is the daemon's answer or the caller's own reason, and stays what it is
  if (typeof error === "object" && error !== null) failures.set(error, { step, guest });
  return error;
}

/**
 * Where a migration that failed with an error has left the guest; `undefined` for an error of
 * something else, and for one that came before anything was asked of either side.
 */
export function migrationFailure(error: unknown): MigrationFailure | undefined {
  return typeof error === "object" && error !== null ? failures.get(error) : undefined;
}

/**
 * One migration while it runs: its two sides, and how long each is waited for.
 *
 * @module
 */

import { DomainMigrateFlags } from "../../gen/enums/domain.ts";
import type { NonnullDomain } from "../../gen/remote/common.ts";
import { connectSupportsFeature } from "../../gen/remote/connect.ts";
import { domainAbortJob, domainGetState } from "../../gen/remote/domain.ts";
import { DomainPausedReason, DomainState } from "../../gen/enums/domain.ts";
import { deadline } from "../deadline.ts";
import { LibvirtError } from "../errors.ts";
import type { Procedure } from "../procedure.ts";
import type { Caller } from "../session/caller.ts";
import type { MigrateOptions } from "./options.ts";

/** How long a lost or hanging daemon is waited for, in ms: longer than its own keepalive takes. */
export const SETTLE_TIMEOUT = 60_000;

const ABORT_PAUSE = 100;
const ABORT_PAUSE_MAX = 1_000;

/** Whether a daemon has a feature, a value of `Feature`. */
export async function has(caller: Caller, feature: number): Promise<boolean> {
  if (caller.hasFeature !== undefined) return await caller.hasFeature(feature);
  return (await caller.call(connectSupportsFeature, { feature })).supported !== 0;
}

/**
 * Whether an error leaves open what the daemon did: its connection was lost, or nobody waited for
 * the answer. What the daemon answered is a LibvirtError.
 */
export function isLost(error: unknown): boolean {
  return !(error instanceof LibvirtError);
}

/** One migration of a domain. */
export class MigrationRun {
  /** The side that the guest is on. */
  readonly source: Caller;
  /** The side that it goes to; the source itself where its daemon does all. */
  readonly destination: Caller;
  /** The domain at the source. */
  readonly dom: NonnullDomain;
  /** `DomainMigrateFlags`. */
  flags: number;
  /** How long a daemon that was lost or hangs is waited for, in ms. */
  readonly settleTimeout: number;
  readonly #options: MigrateOptions;
  readonly #stop = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #patience = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Starts to watch the caller's signal; rejects nothing yet. */
  constructor(
    source: Caller,
    destination: Caller,
    dom: NonnullDomain,
    flags: number,
    options: MigrateOptions,
  ) {
    this.source = source;
    this.destination = destination;
    this.dom = dom;
    this.flags = flags;
    this.settleTimeout = options.settleTimeout ?? SETTLE_TIMEOUT;
    this.#options = options;
    this.#outer = deadline(options);
    if (this.#outer?.aborted) this.#onAbort();
    else this.#outer?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Fires when the migration shall stop. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Whether any of some flags is set. */
  any(flags: number): boolean {
    return (this.flags & flags) !== 0;
  }

  /** Whether it was paused before, or shall be after. */
  get paused(): boolean {
    return this.any(DomainMigrateFlags.PAUSED);
  }

  /** Whether it is a migration of a definition, with nothing that runs. */
  get offline(): boolean {
    return this.any(DomainMigrateFlags.OFFLINE);
  }

  /** The flags for the destination, which takes no part in what these two do at the source. */
  get destinationFlags(): number {
    return this.flags & ~(DomainMigrateFlags.ABORT_ON_ERROR | DomainMigrateFlags.AUTO_CONVERGE);
  }

  /** Tells the caller what went wrong without harm. */
  warn(warning: unknown): void {
    this.#options.onWarning?.(warning);
  }

  /**
   * Takes a step. A stop does not cut it short, since what it has done must be known to be undone;
   * only a daemon that hangs after a stop is given up after the settle timeout. Post-copy has no way
   * back, however long it takes.
   */
  async ask<A, R>(caller: Caller, procedure: Procedure<A, R>, args: A): Promise<R> {
    const endless = this.any(DomainMigrateFlags.POSTCOPY);
    return await caller.call(procedure, args, endless ? {} : { signal: this.#patience.signal });
  }

  /** Undoes a step; has its own time, since a stop may have come long ago. */
  async undo<A, R>(caller: Caller, procedure: Procedure<A, R>, args: A): Promise<R> {
    return await caller.call(procedure, args, { timeout: this.settleTimeout });
  }

  /**
   * Takes one of the last two steps. One that ends a migration that went well takes what it takes:
   * with post-copy the rest of the guest's memory is sent meanwhile.
   */
  async end<A, R>(
    caller: Caller,
    procedure: Procedure<A, R>,
    args: A,
    cancelled: boolean,
  ): Promise<R> {
    return cancelled
      ? await this.undo(caller, procedure, args)
      : await caller.call(procedure, args);
  }

  /**
   * Waits for the step that sends the guest; a stop aborts the source's job, as often as it takes:
   * right after the step has begun there may be no job yet.
   */
  async perform<R>(step: Promise<R>): Promise<R> {
    let settled = false;
    const done = step.then(() => {}, () => {}).then(() => {
      settled = true;
    });
    const abort = async () => {
      for (let pause = ABORT_PAUSE; !settled; pause = Math.min(pause * 2, ABORT_PAUSE_MAX)) {
        try {
          await this.source.call(domainAbortJob, { dom: this.dom }, {
            timeout: this.settleTimeout,
          });
        } catch {
          // no job yet, or one that cannot be aborted: the step's own result tells
        }
        await sleep(pause, done);
      }
    };
    let aborting: Promise<void> | undefined;
    const onStop = () => {
      aborting ??= abort();
    };
    if (this.signal.aborted) onStop();
    else this.signal.addEventListener("abort", onStop, { once: true });
    try {
      return await step;
    } finally {
      this.signal.removeEventListener("abort", onStop);
      await done;
      await aborting;
    }
  }

  /**
   * Whether a stop can still be heeded once the guest's data was sent: not where the guest goes
   * on in post-copy, since what it does there is nowhere else.
   */
  async canStillStop(): Promise<boolean> {
    if (!this.any(DomainMigrateFlags.POSTCOPY)) return true;
    try {
      const { state, reason } = await this.undo(this.source, domainGetState, {
        dom: this.dom,
        flags: 0,
      });
      return state !== DomainState.PAUSED || reason !== DomainPausedReason.POSTCOPY;
    } catch {
      return false; // not known, so not risked
    }
  }

  /** Stops the migration, as the caller's signal does. */
  stop(reason: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#timer = setTimeout(() => this.#patience.abort(reason), this.settleTimeout);
    this.#stop.abort(reason);
  }

  /** Lets go of the caller's signal and of what else would outlive it. */
  release(): void {
    this.#outer?.removeEventListener("abort", this.#onAbort);
    clearTimeout(this.#timer);
  }

  readonly #onAbort = (): void => this.stop(this.#outer!.reason);
}

/** Waits so many milliseconds, less where a promise resolves before. */
export function sleep(milliseconds: number, until?: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    until?.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

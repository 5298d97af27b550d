/**
 * Version 3 of the migration protocol: begin, prepare, perform, finish, confirm.
 *
 * The client carries the cookies between the two daemons, and keeps the rule that makes the whole
 * safe: the source forgets the guest only when the destination has said that it runs there, and the
 * destination starts it only when the source has said that all was sent.
 *
 * @module
 */

import { DomainMigrateFlags, DomainPausedReason, DomainState } from "../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import type { NonnullDomain } from "../../gen/remote/common.ts";
import { domainGetState } from "../../gen/remote/domain.ts";
import { LibvirtError } from "../errors.ts";
import { Feature } from "../session/features.ts";
import { fateAtDestination, restoreAtSource } from "./aftermath.ts";
import { type GuestPlace, type MigrationStep, noteFailure } from "./failure.ts";
import type { Cookie, Phases3 } from "./phases3.ts";
import { has, isLost, type MigrationRun } from "./run.ts";

const NO_COOKIE: Cookie = new Uint8Array(0);
const { CHANGE_PROTECTION, OFFLINE, PAUSED, POSTCOPY, POSTCOPY_RESUME } = DomainMigrateFlags;

/** What went wrong first, which is what the caller gets in the end. */
interface Trouble {
  error: unknown;
  readonly step: MigrationStep;
}

/** Migrates; answers the domain at the destination. */
export async function migrateVersion3(run: MigrationRun, phases: Phases3): Promise<NonnullDomain> {
  const protection = await has(run.source, Feature.MIGRATE_CHANGE_PROTECTION)
    ? CHANGE_PROTECTION
    : 0;
  run.signal.throwIfAborted();

  const begun = await begin(run, phases, protection);
  await notePaused(run, phases);
  const prepared = await prepare(run, phases, protection, begun);

  let trouble = prepared.trouble;
  let performed: Cookie = prepared.cookie;
  // a source that failed to send the guest has let it go on by itself, and needs no word of it
  let tellSource = true;
  if (trouble === undefined && run.any(OFFLINE)) performed = NO_COOKIE;
  else if (trouble === undefined) {
    try {
      const sent = phases.perform(prepared.cookie, run.flags | protection);
      performed = (await run.perform(sent)).cookieOut;
    } catch (error) {
      trouble = { error: run.signal.aborted ? run.signal.reason : error, step: "perform" };
      performed = NO_COOKIE;
      tellSource = false;
      if (isLost(error)) return await sourceLost(run, phases, trouble);
      // the source can go on no more: what the destination has must be kept to be resumed
      if (await isSplit(run)) return await finish(run, phases, NO_COOKIE, protection);
    }
  }
  if (trouble === undefined && run.signal.aborted && await run.canStillStop()) {
    trouble = { error: run.signal.reason, step: "perform" };
  }
  if (trouble !== undefined) {
    return await cancel(run, phases, trouble, performed, protection, tellSource);
  }
  return await finish(run, phases, performed, protection);
}

async function begin(
  run: MigrationRun,
  phases: Phases3,
  protection: number,
): Promise<{ xml: string; cookieOut: Cookie }> {
  try {
    return await phases.begin(run.flags | protection);
  } catch (error) {
    // nothing was changed, and a lock is let go of with the connection
    throw noteFailure(error, "begin", "source");
  }
}

// Whether it is paused already: then it arrives paused as well.
async function notePaused(run: MigrationRun, phases: Phases3): Promise<void> {
  try {
    if (await phases.state() !== DomainState.PAUSED || run.any(POSTCOPY_RESUME)) return;
    run.flags |= PAUSED;
  } catch {
    // as in libvirt, not worth to fail for: the steps to come say what is wrong
  }
}

async function prepare(
  run: MigrationRun,
  phases: Phases3,
  protection: number,
  { xml, cookieOut }: { xml: string; cookieOut: Cookie },
): Promise<{ cookie: Cookie; trouble: Trouble | undefined }> {
  let cookie: Cookie;
  try {
    // one that was stopped already is not offered to the destination
    run.signal.throwIfAborted();
    cookie = (await phases.prepare(xml, cookieOut, run.destinationFlags)).cookieOut;
  } catch (error) {
    // with protection the source's job has begun, and is to be ended; the guest has run all along
    if (protection !== 0) {
      await phases.confirm(NO_COOKIE, run.flags | protection, true).catch(() => {});
    }
    throw noteFailure(error, "prepare", "source");
  }
  if (run.signal.aborted) return { cookie, trouble: { error: run.signal.reason, step: "prepare" } };
  if (phases.uri !== undefined) return { cookie, trouble: undefined };
  const error = new LibvirtError(
    "Cannot migrate: the destination was left to say where the guest's data goes, and did not",
    { code: ErrorNumber.INTERNAL_ERROR, domain: ErrorDomain.DOMAIN, origin: "local" },
  );
  return { cookie, trouble: { error, step: "prepare" } };
}

/** Undoes both halves after a failure before the end; always throws. */
async function cancel(
  run: MigrationRun,
  phases: Phases3,
  trouble: Trouble,
  cookie: Cookie,
  protection: number,
  tellSource: boolean,
): Promise<never> {
  let answer: Cookie = NO_COOKIE;
  try {
    // a destination that is lost forgets the guest by itself: nobody has told it to start it
    answer = (await phases.finish(cookie, run.destinationFlags, true)).cookieOut;
  } catch (error) {
    if (tellsMore(trouble.error, error)) trouble.error = error;
  }
  let guest: GuestPlace = "source";
  if (!tellSource) guest = await isSplit(run) ? "split" : "source";
  else if (trouble.step === "perform") {
    guest = await confirmCancelled(run, phases, answer, protection);
  } else {
    await phases.confirm(answer, run.flags | protection, true).catch(() => {});
  }
  throw noteFailure(trouble.error, trouble.step, guest);
}

/**
 * Whether the destination knows better why it failed: the source often knows no more than that the
 * connection between the hypervisors broke, and it broke because the guest's end there had died.
 */
function tellsMore(sourceError: unknown, error: unknown): boolean {
  return isQemu(sourceError) && sourceError.code === ErrorNumber.OPERATION_FAILED &&
    isQemu(error) && error.code !== ErrorNumber.MIGRATE_FINISH_OK;
}

function isQemu(error: unknown): error is LibvirtError {
  return error instanceof LibvirtError && error.domain === ErrorDomain.QEMU;
}

/** The source was lost while it sent the guest: the destination drops what came; always throws. */
async function sourceLost(run: MigrationRun, phases: Phases3, trouble: Trouble): Promise<never> {
  let dropped = true;
  try {
    await phases.finish(NO_COOKIE, run.destinationFlags, true);
  } catch (error) {
    // either it says that it has, or its own connection is lost, with which it does the same
    dropped = !isLost(error) || (await fateAtDestination(run)).kind === "gone";
  }
  let guest: GuestPlace = "unknown";
  if (dropped) guest = await restoreAtSource(run) ? "source" : "source-paused";
  throw noteFailure(trouble.error, trouble.step, guest);
}

/** Starts the guest at the destination, then ends it at the source. */
async function finish(
  run: MigrationRun,
  phases: Phases3,
  cookie: Cookie,
  protection: number,
): Promise<NonnullDomain> {
  let dom: NonnullDomain;
  let answer: Cookie;
  try {
    ({ dom, cookieOut: answer } = await phases.finish(cookie, run.destinationFlags, false));
  } catch (error) {
    const fate = isLost(error) ? await fateAtDestination(run) : { kind: "gone" } as const;
    if (fate.kind === "unknown") {
      // starting it here could make it run twice, which ruins its disks; here it stays paused
      throw noteFailure(error, "finish", "unknown");
    }
    if (fate.kind !== "here") {
      const guest = await confirmCancelled(run, phases, NO_COOKIE, protection);
      throw noteFailure(error, "finish", guest);
    }
    dom = fate.dom;
    answer = NO_COOKIE;
  }
  try {
    await phases.confirm(answer, run.flags | protection, false);
  } catch (error) {
    // it runs at the destination, which is what was asked for
    run.warn(noteFailure(error, "confirm", "destination"));
  }
  return dom;
}

/** Lets the guest go on at the source; answers where that leaves it. */
async function confirmCancelled(
  run: MigrationRun,
  phases: Phases3,
  cookie: Cookie,
  protection: number,
): Promise<GuestPlace> {
  try {
    await phases.confirm(cookie, run.flags | protection, true);
    return await isSplit(run) ? "split" : "source";
  } catch (error) {
    return isLost(error) && await restoreAtSource(run) ? "source" : "source-paused";
  }
}

/** Whether post-copy broke off: neither side has all of the guest any more. */
async function isSplit(run: MigrationRun): Promise<boolean> {
  if (!run.any(POSTCOPY)) return false;
  try {
    const { state, reason } = await run.undo(run.source, domainGetState, {
      dom: run.dom,
      flags: 0,
    });
    return state === DomainState.PAUSED && reason === DomainPausedReason.POSTCOPY_FAILED;
  } catch {
    return false; // the error itself is what there is to tell
  }
}

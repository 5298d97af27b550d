/**
 * What became of a guest at a daemon that was lost in the middle of its migration.
 *
 * libvirt's own client does not ask: it starts the guest at the source again wherever the
 * destination's last answer is missing, and leaves it to lock managers that it does not run twice.
 *
 * @module
 */

import { DomainJobType, DomainPausedReason, DomainState } from "../../gen/enums/domain.ts";
import { ErrorNumber } from "../../gen/enums/errors.ts";
import type { NonnullDomain } from "../../gen/remote/common.ts";
import {
  domainGetJobInfo,
  domainGetState,
  domainLookupByUuid,
  domainResume,
} from "../../gen/remote/domain.ts";
import { LibvirtError } from "../errors.ts";
import type { Caller, CallOptions, OwnedCaller } from "../session/caller.ts";
import { type MigrationRun, sleep } from "./run.ts";

const PAUSE = 250;

/** What is found at a daemon: the guest, its absence, or nothing certain. */
export type Fate =
  | { readonly kind: "here"; readonly dom: NonnullDomain }
  | { readonly kind: "gone" }
  | { readonly kind: "unknown" };

/**
 * What became of the guest at the destination, when the answer to the last step is missing.
 *
 * There are two ways in which its daemon settles it: the step was taken, and the guest runs; or it
 * was not, and the daemon destroys what it had got ready, since the connection that asked for it is
 * gone. Until either is seen it is asked again.
 */
export async function fateAtDestination(run: MigrationRun): Promise<Fate> {
  return await askAgain(run, run.destination, async (caller, options) => {
    const dom = await lookup(caller, run, options);
    if (dom === undefined) return { kind: "gone" };
    const { state } = await caller.call(domainGetState, { dom, flags: 0 }, options);
    if (state === DomainState.SHUTOFF) {
      return run.offline ? { kind: "here", dom } : { kind: "gone" };
    }
    if (state !== DomainState.PAUSED) return { kind: "here", dom };
    // it may be meant to be paused: then it has arrived when the daemon has ended its job
    const idle = run.paused && await isIdle(caller, dom, options);
    return idle ? { kind: "here", dom } : undefined;
  }) ?? { kind: "unknown" };
}

/**
 * Makes sure that the guest runs at the source again, whose connection was lost, when it is certain
 * that it does not run at the destination. Answers whether it is as it was.
 *
 * A daemon resumes a guest by itself when sending it fails; one whose data was sent already it
 * leaves paused, because it cannot know that nobody has started the guest elsewhere.
 */
export async function restoreAtSource(run: MigrationRun): Promise<boolean> {
  const fate = await askAgain(run, run.source, async (caller, options) => {
    const dom = await lookup(caller, run, options);
    if (dom === undefined) return { kind: "gone" };
    const { state, reason } = await caller.call(domainGetState, { dom, flags: 0 }, options);
    if (state !== DomainState.PAUSED || run.paused) return { kind: "here", dom };
    if (!await isIdle(caller, dom, options)) return undefined;
    // paused by its migration, or with the reason lost when its daemon was started again
    if (reason !== DomainPausedReason.MIGRATION && reason !== DomainPausedReason.UNKNOWN) {
      return { kind: "gone" };
    }
    await caller.call(domainResume, { dom }, options);
    return { kind: "here", dom };
  });
  return fate?.kind === "here";
}

/**
 * What became of the guest at a source that was lost while it sent it, and which forgets it as soon
 * as it was sent.
 */
export async function fateAtSource(run: MigrationRun): Promise<Fate> {
  return await askAgain(run, run.source, async (caller, options) => {
    const dom = await lookup(caller, run, options);
    if (dom === undefined) return { kind: "gone" };
    const { state } = await caller.call(domainGetState, { dom, flags: 0 }, options);
    if (state === DomainState.SHUTOFF) return { kind: "gone" };
    return await isIdle(caller, dom, options) ? { kind: "here", dom } : undefined;
  }) ?? { kind: "unknown" };
}

async function lookup(
  caller: Caller,
  { dom: { uuid } }: MigrationRun,
  options: CallOptions,
): Promise<NonnullDomain | undefined> {
  try {
    return (await caller.call(domainLookupByUuid, { uuid }, options)).dom;
  } catch (error) {
    if (error instanceof LibvirtError && error.code === ErrorNumber.NO_DOMAIN) return undefined;
    throw error;
  }
}

async function isIdle(caller: Caller, dom: NonnullDomain, options: CallOptions): Promise<boolean> {
  const { type } = await caller.call(domainGetJobInfo, { dom }, options);
  return type === DomainJobType.NONE;
}

/** Asks over new connections until there is an answer, the time is over, or there is no way. */
async function askAgain(
  run: MigrationRun,
  lost: Caller,
  ask: (caller: Caller, options: CallOptions) => Promise<Fate | undefined>,
): Promise<Fate | undefined> {
  const end = performance.now() + run.settleTimeout;
  let another: OwnedCaller | undefined;
  try {
    for (;;) {
      const timeout = Math.max(end - performance.now(), 1);
      try {
        another ??= await lost.openAnother?.({ timeout });
        if (another === undefined) return undefined;
        const answer = await ask(another.caller, { timeout });
        if (answer !== undefined) return answer;
      } catch {
        // not up again yet, or gone again: whatever it is, only the next answer counts
        await another?.close();
        another = undefined;
      }
      if (performance.now() + PAUSE > end) return undefined;
      await sleep(PAUSE);
    }
  } finally {
    await another?.close();
  }
}

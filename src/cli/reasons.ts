/**
 * Why a domain is in its state, in words.
 *
 * @module
 */

import {
  DomainBlockedReason,
  DomainCrashedReason,
  DomainNostateReason,
  DomainPausedReason,
  DomainPmSuspendedReason,
  DomainRunningReason,
  DomainShutdownReason,
  DomainShutoffReason,
  DomainState,
} from "../../gen/enums/domain.ts";
import { words } from "./values.ts";

type Names = Readonly<Record<number, string | undefined>>;

const REASONS: Readonly<Record<number, Names>> = {
  [DomainState.NOSTATE]: DomainNostateReason,
  [DomainState.RUNNING]: DomainRunningReason,
  [DomainState.BLOCKED]: DomainBlockedReason,
  [DomainState.PAUSED]: DomainPausedReason,
  [DomainState.SHUTDOWN]: DomainShutdownReason,
  [DomainState.SHUTOFF]: DomainShutoffReason,
  [DomainState.CRASHED]: DomainCrashedReason,
  [DomainState.PMSUSPENDED]: DomainPmSuspendedReason,
};

/** A domain's state in words: `running`, `shut off`. */
export function stateText(state: number): string {
  return state === DomainState.SHUTOFF ? "shut off" : words(DomainState[state], state);
}

/** Why it is in that state, in words: `booted`, `destroyed`. */
export function reasonText(state: number, reason: number): string {
  return words(REASONS[state]?.[reason], reason);
}

/**
 * Numbers and states in words.
 *
 * @module
 */

import { DomainState } from "../web.ts";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `1536` as `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = value >= 100 || unit === 0 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${UNITS[unit]}`;
}

/** A rate of bytes. */
export function formatRate(bytes: number): string {
  return `${formatBytes(bytes)}/s`;
}

/** `0.123` as `12 %`. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}

const STATES: Readonly<Record<number, readonly [string, string]>> = {
  [DomainState.NOSTATE]: ["no state", "off"],
  [DomainState.RUNNING]: ["running", "good"],
  [DomainState.BLOCKED]: ["running, idle", "good"],
  [DomainState.PAUSED]: ["paused", "warn"],
  [DomainState.SHUTDOWN]: ["shutting down", "warn"],
  [DomainState.SHUTOFF]: ["shut off", "off"],
  [DomainState.CRASHED]: ["crashed", "bad"],
  [DomainState.PMSUSPENDED]: ["asleep", "warn"],
};

/** A domain's state in words, and how it is coloured. */
export function describeState(state: number): { text: string; tone: string } {
  const [text, tone] = STATES[state] ?? [`state ${state}`, "off"];
  return { text, tone };
}

/** What went wrong, for people. */
export function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

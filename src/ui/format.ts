/**
 * Numbers and states in words.
 *
 * @module
 */

import { ConnectionError, DomainState } from "../web.ts";

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

/** A round number of bytes that is not less, so that a curve's height does not change all the time. */
export function scaleOf(bytes: number): number {
  let unit = 1024;
  while (bytes > 1000 * unit) unit *= 1024;
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
  return unit * steps.find((step) => bytes <= step * unit)!;
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

/** Why a connection ended that nobody closed and of which no error is told. */
export const SILENCE = "There was no answer for a while";

/** What went wrong, for people: of a connection that is lost, not each thing that failed with it. */
export function explain(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ConnectionError) return explainLoss(at);
  }
  return error instanceof Error ? error.message : String(error);
}

function explainLoss(error: ConnectionError): string {
  if (error.reason === "keepalive") return SILENCE;
  let text = error.message;
  for (let at = error.cause; at instanceof Error; at = at.cause) text = at.message;
  const [, reason = text] = /^The connection to \S+ failed: (.+)$/s.exec(text) ?? [];
  // the code says no more than the words beside it
  const words = reason.replace(/^[^:]* \(\d{4}\): | \(\d{4}\)$/, "");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name inside a sentence, whose direction must not turn the words around it. */
export function isolate(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

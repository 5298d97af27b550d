/**
 * What a supervised connection goes through, and what its loops learn of it.
 *
 * @module
 */

import type { CloseReason } from "./errors.ts";

/** Where a supervised connection stands. */
export type SupervisedState =
  /** Calls can be made; `connections` have been made so far, 1 at first. */
  | { readonly state: "connected"; readonly connections: number }
  /** It was lost, for `reason`; the next attempt follows after `delay` ms. `error` is the latest. */
  | {
    readonly state: "waiting";
    readonly attempt: number;
    readonly delay: number;
    readonly reason: CloseReason;
    readonly error: Error | undefined;
  }
  /** It is being made again. */
  | { readonly state: "connecting"; readonly attempt: number; readonly reason: CloseReason }
  /** It is over: closed by this side, or given up because of `error`. */
  | { readonly state: "closed"; readonly error: Error | undefined };

/**
 * A mark among the events of `SupervisedConnection.watch()`: whatever happened between the last
 * connection and this one was not seen, so that what is known from events must be asked for again.
 *
 * It comes before every event of the new connection, which is registered for them by then: what is
 * listed from now on, and the events that follow, miss nothing together.
 */
export class Resync {
  /** How many connections there have been, this one included; 1 only where it was asked for at the start. */
  readonly connections: number;
  /** Why the connection before it ended; `undefined` at the start. */
  readonly reason: CloseReason | undefined;
  /** Milliseconds between the end of the one and the start of the other. */
  readonly outage: number;

  /** Creates the mark. */
  constructor(connections: number, reason: CloseReason | undefined, outage: number) {
    this.connections = connections;
    this.reason = reason;
    this.outage = outage;
  }
}

/**
 * What an engine makes of the bytes it receives.
 *
 * @module
 */

import type { NetMessageError } from "../../gen/rpc/error.ts";
import type { Procedure } from "../procedure.ts";
import type { ProtocolError } from "../xdr/errors.ts";
import type { StreamState } from "./stream_state.ts";

/** A call that waits for its reply. */
export interface PendingCall {
  /** Its serial. */
  readonly serial: number;
  /** What was called. */
  readonly procedure: Procedure<never, unknown>;
  /** What the caller gave to `sendCall()`. */
  readonly context: unknown;
}

/** A call as the server sees it; a reply needs it. */
export interface IncomingCall {
  /** Program number. */
  readonly program: number;
  /** Program version. */
  readonly version: number;
  /** Procedure number. */
  readonly procedure: number;
  /** Serial that the reply repeats. */
  readonly serial: number;
}

/** What came out of the bytes. */
export type RpcEvent =
  /** A call was answered; `body` holds its result. */
  | {
    readonly type: "reply";
    readonly call: PendingCall;
    readonly body: Uint8Array;
    readonly descriptors: number;
  }
  /** A call was refused. */
  | { readonly type: "error"; readonly call: PendingCall; readonly error: NetMessageError }
  /** The peer said something by itself: an event. */
  | {
    readonly type: "message";
    readonly program: number;
    readonly procedure: number;
    readonly body: Uint8Array;
  }
  /**
   * A client calls; only in the role of the server. Its status should be 0 (OK): libvirt's daemon
   * refuses a call of any other.
   */
  | {
    readonly type: "call";
    readonly call: IncomingCall;
    readonly status: number;
    readonly body: Uint8Array;
    readonly descriptors: number;
    readonly known: boolean;
  }
  /** Data of a stream; a view into the bytes received. */
  | { readonly type: "data"; readonly stream: StreamState; readonly data: Uint8Array }
  /** A stretch of a stream without data. */
  | {
    readonly type: "hole";
    readonly stream: StreamState;
    readonly length: bigint;
    readonly flags: number;
  }
  /** The peer has no more data to send. */
  | { readonly type: "end"; readonly stream: StreamState }
  /** The peer confirms the end (client), or asks for it (server). */
  | { readonly type: "finish"; readonly stream: StreamState }
  /** The peer gave the stream up; `error` is `null` when a client aborts. */
  | { readonly type: "abort"; readonly stream: StreamState; readonly error: NetMessageError | null }
  /** A ping or a pong came; answered already. */
  | { readonly type: "keepalive"; readonly kind: "ping" | "pong" }
  /** The peer is silent for too long. */
  | { readonly type: "dead" }
  /** The protocol was broken; nothing after it is read. */
  | { readonly type: "failure"; readonly error: ProtocolError };

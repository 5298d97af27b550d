/**
 * What the objects know of a session.
 *
 * @module
 */

import type { Procedure } from "../procedure.ts";
import type { StreamSlot } from "./stream_slot.ts";

/** Options of every call. */
export interface CallOptions {
  /**
   * Stops waiting: the promise rejects with the signal's reason at once. The protocol cannot cancel
   * a call, so the daemon goes on with it; its late reply is dropped.
   */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which waiting ends with a `TimeoutError`, as if by a signal. */
  readonly timeout?: number | undefined;
}

/** Options of every call that takes flags. */
export interface FlagOptions extends CallOptions {
  /** Flags to combine with `|`; 0 when left out. */
  readonly flags?: number | undefined;
}

/** What `openStream()` answers. */
export interface OpenedStream<R> {
  /** The call's own result. */
  readonly result: R;
  /** The stream that it has opened. */
  readonly stream: StreamSlot;
}

/** Makes calls on a connection of its own. */
export interface OwnedCaller {
  /** Makes the calls. */
  readonly caller: Caller;
  /** Closes the connection; never rejects. */
  close(): Promise<void>;
}

/** Makes calls. A session is one; a test may write its own in a few lines. */
export interface Caller {
  /**
   * Calls a procedure and answers its result.
   *
   * Rejects with a `LibvirtError` that the daemon answered, with a `ConnectionError` when the
   * connection is gone, with a `TypeError` or `XdrError` when the arguments cannot be sent.
   */
  call<A, R>(procedure: Procedure<A, R>, args: A, options?: CallOptions): Promise<R>;

  /**
   * Calls a procedure that opens a stream, and answers its result and the stream.
   *
   * Rejects as `call()` does. `signal` goes on to count after the opening: it gives the stream up.
   */
  openStream?<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options?: CallOptions,
  ): Promise<OpenedStream<R>>;

  /** Whether the daemon has a feature, a value of `Feature`; asked once. */
  hasFeature?(feature: number, options?: CallOptions): Promise<boolean>;

  /**
   * Opens another connection to the same daemon, for bulk work: it does without keepalive. Absent
   * where there is no telling that it would find the same objects.
   */
  openAnother?(options?: CallOptions): Promise<OwnedCaller>;

  /** Whether nobody can listen in on the way to the daemon. */
  readonly secure?: boolean;

  /** Whether the way to the daemon is encrypted. */
  readonly encrypted?: boolean;
}

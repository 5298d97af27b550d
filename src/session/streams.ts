/**
 * The streams of a session.
 *
 * @module
 */

import type { RpcEngine } from "../rpc/engine.ts";
import type { RpcEvent } from "../rpc/rpc_event.ts";
import type { Failure } from "./failure.ts";
import { ReadGate } from "./read_gate.ts";
import { type StreamOwner, StreamSlot } from "./stream_slot.ts";

/** The events that concern a stream. */
export type StreamEvent = Extract<RpcEvent, { readonly stream: unknown }>;

/** What the streams need of their session. */
export interface StreamsOwner {
  /** What the packets are given to. */
  readonly engine: RpcEngine;
  /** Sends what the engine has by now, soon. */
  schedule(): void;
  /** Sends it now, and resolves once the transport has taken it; never rejects. */
  written(): Promise<unknown>;
  /** Calls that wait for their reply. */
  readonly waitingCalls: number;
}

/** Gives streams what the engine says of them, and stops the session's reading where it has to. */
export class Streams implements StreamOwner {
  /** What the packets are given to. */
  readonly engine: RpcEngine;
  /** Whether the session may read. */
  readonly gate: ReadGate;
  readonly #owner: StreamsOwner;
  readonly #open = new Set<StreamSlot>();

  /** Starts without any. */
  constructor(owner: StreamsOwner) {
    this.#owner = owner;
    this.engine = owner.engine;
    this.gate = new ReadGate({
      needed: () => owner.waitingCalls > 0 || this.#isWaiting(),
      standing: (standing) => this.engine.standing = standing,
      signOfLife: () => {
        this.engine.sendPong();
        owner.schedule();
      },
    });
  }

  /** A stream for a call that is about to be made. */
  create(procedure: { readonly name: string }): StreamSlot {
    return new StreamSlot(this, procedure);
  }

  /** The call is sent. */
  opening(slot: StreamSlot, serial: number): void {
    slot.opening(this.engine.stream(serial)!);
    this.#open.add(slot);
  }

  /** Passes on what has come for a stream. */
  handle(event: StreamEvent, slot: StreamSlot): void {
    switch (event.type) {
      case "data":
        return slot.received(event.data);
      case "hole":
        return slot.receivedHole(event.length);
      case "end":
        return slot.receivedEnd();
      case "finish":
        return slot.confirmed();
      case "abort":
        // after ours, the daemon's error says no more than that it knows
        if (slot.hasFailed || event.error === null) return slot.confirmed();
        return slot.failed({ kind: "answer", error: event.error });
    }
  }

  /** The session has ended: so have all streams. */
  finish(failure: Failure): void {
    for (const slot of [...this.#open]) slot.failed(failure);
    this.gate.close();
  }

  schedule(): void {
    this.#owner.schedule();
  }

  written(): Promise<unknown> {
    return this.#owner.written();
  }

  full(slot: StreamSlot, full: boolean): void {
    this.gate.mark(slot, full);
  }

  waiting(): void {
    this.gate.wake();
  }

  closed(slot: StreamSlot): void {
    this.#open.delete(slot);
    // what it holds is bounded now, because no more comes
    this.gate.mark(slot, false);
  }

  #isWaiting(): boolean {
    for (const slot of this.#open) if (slot.isWaiting) return true;
    return false;
  }
}

/**
 * The clock that drives an engine's keepalive.
 *
 * @module
 */

import type { RpcEngine } from "../rpc/engine.ts";
import type { KeepaliveOptions } from "../rpc/keepalive.ts";
import type { RpcEvent } from "../rpc/rpc_event.ts";

/** What the timer does with what the engine says. */
export interface KeepaliveOwner {
  /** Handles what a tick has brought. */
  handle(events: RpcEvent[]): void;
  /** Sends what a tick has added to the output. */
  flush(): void;
}

/** Sleeps until the engine wants to know the time. */
export class KeepaliveTimer {
  readonly #engine: RpcEngine;
  readonly #owner: KeepaliveOwner;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Starts stopped. */
  constructor(engine: RpcEngine, owner: KeepaliveOwner) {
    this.#engine = engine;
    this.#owner = owner;
  }

  /** Starts, or starts again with other values. */
  start(options: KeepaliveOptions): void {
    this.stop();
    this.#engine.startKeepalive(options, performance.now());
    this.#sleep();
  }

  /** Stops. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#engine.stopKeepalive();
  }

  #sleep(): void {
    const deadline = this.#engine.deadline();
    if (deadline === undefined) return;
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, deadline - performance.now()));
    // a timer of ours must not keep a program alive that has nothing else to do; browsers have
    // numbers here, the other runtimes objects
    (this.#timer as unknown as { unref?: () => void }).unref?.();
  }

  #wake(): void {
    this.#owner.handle(this.#engine.tick(performance.now()));
    this.#owner.flush();
    this.#sleep();
  }
}

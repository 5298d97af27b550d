/**
 * Keeps a connection: makes it again whenever it is lost.
 *
 * @module
 */

import type { Connection } from "../connection.ts";
import {
  AuthError,
  type CloseReason,
  ConnectionError,
  LibvirtError,
  UnsupportedError,
} from "../errors.ts";
import { EventStream, type EventStreamOptions } from "../events.ts";
import { abortable } from "../session/abortable.ts";
import type { CallOptions } from "../session/caller.ts";
import type { Session } from "../session/session.ts";
import { Backoff, type ReconnectOptions } from "./backoff.ts";
import type { SessionSource } from "./caller.ts";
import { Resync, type SupervisedState } from "../supervised_state.ts";
import { asError } from "../session/failure.ts";

/** Makes a connection; must end with the signal's reason when it fires. */
export type Open = (options: { readonly signal: AbortSignal }) => Promise<Connection>;

/** Time and chance, for tests that cannot wait for either. */
export interface SupervisorClock {
  /** Waits so many milliseconds, or until the signal fires; never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** A number from 0 up to but without 1. */
  random(): number;
}

/** How a supervised connection behaves. */
export interface SupervisorOptions {
  /** How often and how soon it is made again. */
  readonly reconnect?: ReconnectOptions | undefined;
  /**
   * What becomes of calls while there is no connection: `fail`, the default, rejects them with a
   * `ConnectionError` at once; `wait` makes them when it stands again, unless their signal or timeout
   * ends that. A call that was under way when the connection was lost fails in either case.
   */
  readonly whileLost?: "fail" | "wait" | undefined;
}

/** Who wants to know of each new connection. */
export interface Follower {
  /** There is a new one; `resync` marks what was not seen before it. */
  connected(connection: Connection, resync: Resync): void;
  /** There will be no other. */
  ended(error: Error | undefined): void;
}

/** The last connection, the next one, and what is in between. */
export class Supervisor implements SessionSource {
  /** Resolves with the reason when there will be no more connections; never rejects. */
  readonly closed: Promise<CloseReason>;
  readonly #open: Open;
  readonly #options: SupervisorOptions;
  readonly #clock: SupervisorClock;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  readonly #followers = new Set<Follower>();
  readonly #listeners = new Set<EventStream<SupervisedState>>();
  #resolveClosed!: (reason: CloseReason) => void;
  #connection: Connection;
  #connections = 1;
  #state: SupervisedState = { state: "connected", connections: 1 };
  #arrival: PromiseWithResolvers<void> | undefined;
  #closing: Promise<void> | undefined;
  #running: Promise<void>;

  /** Starts with a connection that stands. */
  constructor(
    connection: Connection,
    open: Open,
    options: SupervisorOptions,
    clock: SupervisorClock,
  ) {
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    this.#connection = connection;
    this.#open = open;
    this.#options = options;
    this.#clock = clock;
    this.#backoff = new Backoff(options.reconnect, () => clock.random());
    this.#running = this.#run();
  }

  /** The latest connection, which may be over. */
  get connection(): Connection {
    return this.#connection;
  }

  get latest(): Session {
    return this.#connection.session;
  }

  /** Where it stands. */
  get state(): SupervisedState {
    return this.#state;
  }

  /** Adds somebody who is told of each new connection. */
  follow(follower: Follower): void {
    if (this.#state.state === "closed") follower.ended(this.#state.error);
    else this.#followers.add(follower);
  }

  /** Takes a follower out. */
  unfollow(follower: Follower): void {
    this.#followers.delete(follower);
  }

  /** What it goes through from now on. */
  states(options: EventStreamOptions): EventStream<SupervisedState> {
    const stream = new EventStream<SupervisedState>((stream) => {
      this.#listeners.add(stream);
      return {
        ready: Promise.resolve(),
        release: () => Promise.resolve(void this.#listeners.delete(stream)),
      };
    }, { overflow: "drop-oldest", ...options });
    if (this.#state.state === "closed") stream.end();
    return stream;
  }

  /** Resolves when there is a connection; rejects when there will be none. */
  async connected(options: CallOptions = {}): Promise<void> {
    for (;;) {
      if (this.#state.state === "connected" && this.#connection.isAlive) return;
      if (this.#state.state === "closed") throw this.#lost("The connection");
      this.#arrival ??= Promise.withResolvers();
      await abortable(this.#arrival.promise, options, "The connection to be made again");
    }
  }

  usable(what: string, options: CallOptions): Promise<Session> {
    const { state } = this.#state;
    const waits = this.#options.whileLost === "wait";
    // one that has just ended says itself why
    if (state === "closed" || state === "connected" && (!waits || this.#connection.isAlive)) {
      return Promise.resolve(this.latest);
    }
    return waits
      ? this.connected(options).then(() => this.latest)
      : Promise.reject(this.#lost(what));
  }

  /** Ends it all. Safe to call again; never rejects. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#stopping.abort(new ConnectionError("This side closed the connection", "client"));
    this.#end(undefined);
    await this.#connection.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      const started = performance.now();
      const reason = await this.#connection.closed;
      if (this.#stopping.signal.aborted) return;
      // somebody has closed the connection itself: that is meant
      if (reason === "client") return this.#end(undefined);
      this.#backoff.lasted(performance.now() - started);
      if (!await this.#reconnect(reason)) return;
    }
  }

  /** Makes the connection again; says whether it stands. */
  async #reconnect(reason: CloseReason): Promise<boolean> {
    const { signal } = this.#stopping;
    const { attempts = Infinity, retry = isWorthRetrying } = this.#options.reconnect ?? {};
    const lost = performance.now();
    let error = this.#connection.closeError;
    for (let attempt = 1;; attempt++) {
      const delay = this.#backoff.next();
      this.#enter({ state: "waiting", attempt, delay, reason, error });
      await this.#clock.sleep(delay, signal);
      if (signal.aborted) return false;
      this.#enter({ state: "connecting", attempt, reason });
      try {
        const connection = await this.#open({ signal });
        if (signal.aborted) {
          await connection.close();
          return false;
        }
        this.#adopt(connection, new Resync(++this.#connections, reason, performance.now() - lost));
        return true;
      } catch (reason) {
        if (signal.aborted) return false;
        error = asError(reason);
        let again = false;
        try {
          again = attempt < attempts && retry(reason, attempt);
        } catch (thrown) {
          error = asError(thrown);
        }
        if (!again) {
          this.#end(error);
          return false;
        }
      }
    }
  }

  #adopt(connection: Connection, resync: Resync): void {
    this.#connection = connection;
    this.#enter({ state: "connected", connections: this.#connections });
    for (const follower of [...this.#followers]) follower.connected(connection, resync);
    this.#arrive();
  }

  #end(error: Error | undefined): void {
    if (this.#state.state === "closed") return;
    this.#enter({ state: "closed", error });
    for (const follower of [...this.#followers]) follower.ended(error);
    this.#followers.clear();
    for (const listener of [...this.#listeners]) listener.end();
    this.#arrive();
    this.#resolveClosed(error === undefined ? "client" : "error");
  }

  #arrive(): void {
    this.#arrival?.resolve();
    this.#arrival = undefined;
  }

  #enter(state: SupervisedState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener.push(state);
  }

  #lost(what: string): ConnectionError {
    const state = this.#state;
    const { label } = this.latest.duplex;
    if (state.state === "closed") {
      if (state.error === undefined) {
        return new ConnectionError(`${what} is not to be had: this side has closed it`, "client");
      }
      const text = `${what} is not to be had: the connection (${label}) was given up: ` +
        state.error.message;
      return new ConnectionError(text, "error", { cause: state.error });
    }
    const reason = state.state === "connected" ? "error" : state.reason;
    const again = state.state === "waiting"
      ? `attempt ${state.attempt} follows within ${Math.ceil(state.delay)} ms`
      : "it is being made again";
    const text = `${what} is not to be had: the connection (${label}) was lost, ${again}; ` +
      `wait for connected()`;
    return new ConnectionError(text, reason);
  }
}

function isWorthRetrying(error: unknown): boolean {
  // a daemon that starts up may refuse for other reasons for a while
  if (error instanceof LibvirtError) {
    return !(error instanceof AuthError || error instanceof UnsupportedError);
  }
  return !(error instanceof TypeError || error instanceof RangeError);
}

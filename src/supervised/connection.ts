/**
 * A connection that is made again when it is lost.
 *
 * @module
 */

import { Connection } from "../connection.ts";
import type { ConnectOptions, WebSecretSource } from "../connect.ts";
import type { CloseReason } from "../errors.ts";
import { type EventProducer, EventStream, type EventStreamOptions } from "../events.ts";
import { type EventKind, openEvents } from "../objects/event_kind.ts";
import type { KeepaliveOptions } from "../rpc/keepalive.ts";
import type { CallOptions } from "../session/caller.ts";
import type { Session } from "../session/session.ts";
import { Backoff, type ReconnectOptions } from "./backoff.ts";
import { GenerationCaller, SupervisedCaller } from "./caller.ts";
import { Resync, type SupervisedState } from "../supervised_state.ts";
import {
  type Follower,
  type Open,
  Supervisor,
  type SupervisorClock,
  type SupervisorOptions,
} from "./supervisor.ts";
import { SupervisedEvents } from "./watch.ts";

/** Options of `supervise()`: those of `connect()`, of which `signal` ends the first attempt alone. */
export interface SuperviseOptions extends ConnectOptions, SupervisorOptions {
  /** Gets a ticket for the proxy that a WebSocket's URI leads to; a ticket is good for one attempt. */
  readonly ticket?: WebSecretSource | undefined;
  /** Milliseconds for each attempt; 30 s for all but the first when left out. */
  readonly timeout?: number | undefined;
}

/** Options of `SupervisedConnection.watch()`, beside the filter of the kind of event. */
export interface WatchOptions extends EventStreamOptions {
  /** Whether a `Resync` comes first, as after each further connection; not when left out. */
  readonly resyncAtStart?: boolean | undefined;
}

/**
 * A connection that is made again when it is lost: same URI, same options, authentication included.
 *
 * It has all the methods of a `Connection`, and the objects that they answer with outlive the
 * connection that they came over. Calls under way when it is lost fail with a `ConnectionError`; none
 * is made a second time, because nobody knows what became of it. Streams and `events()` end with
 * their connection; `watch()` goes on.
 *
 * @example
 * ```ts
 * import { DomainEvent, Resync, supervise } from "@virtwire/libvirt";
 *
 * await using conn = await supervise("qemu:///system");
 * const running = new Set<string>();
 * for await (const e of conn.watch(DomainEvent.LIFECYCLE, { resyncAtStart: true })) {
 *   if (e instanceof Resync) {
 *     running.clear();
 *     for (const domain of await conn.listAllDomains({ flags: 1 })) running.add(domain.name);
 *   } else if (e.eventName === "STARTED") running.add(e.domain.name);
 *   else if (e.eventName === "STOPPED") running.delete(e.domain.name);
 * }
 * ```
 */
export class SupervisedConnection extends Connection {
  readonly #supervisor: Supervisor;
  #keepalive: KeepaliveOptions | false | undefined;

  /** Creates it on a supervisor; `supervise()` is the way to get one. */
  constructor(supervisor: Supervisor) {
    super(supervisor.latest, new SupervisedCaller(supervisor));
    this.#supervisor = supervisor;
    supervisor.follow({
      connected: (connection) => {
        if (this.#keepalive !== undefined) connection.setKeepAlive(this.#keepalive).catch(() => {});
      },
      ended: () => {},
    });
  }

  /** The session of the latest connection, which may be over. */
  override get session(): Session {
    return this.#supervisor.latest;
  }

  /**
   * Resolves when there will be no more connections: with `client` after `close()`, with `error` when
   * it was given up. Never rejects.
   */
  override get closed(): Promise<CloseReason> {
    return this.#supervisor.closed;
  }

  /** Why it was given up, once it was. */
  override get closeError(): Error | undefined {
    const { state } = this.#supervisor;
    return state.state === "closed" ? state.error : undefined;
  }

  /** Whether calls can be made at the moment. */
  override get isAlive(): boolean {
    return this.#supervisor.state.state === "connected" && this.#supervisor.connection.isAlive;
  }

  /** Where it stands. */
  get state(): SupervisedState {
    return this.#supervisor.state;
  }

  /** Every state that it enters from now on; the loop ends when it is closed or given up. */
  states(options: EventStreamOptions = {}): EventStream<SupervisedState> {
    return this.#supervisor.states(options);
  }

  /**
   * Resolves when calls can be made, at once where they can; rejects with a `ConnectionError` when
   * they never will, and as any call does by `signal` and `timeout`.
   */
  connected(options: CallOptions = {}): Promise<void> {
    return this.#supervisor.connected(options);
  }

  /**
   * Events of one kind over any number of connections, with a {@linkcode Resync} wherever some may
   * be missing.
   *
   * The registration is made at once, and again on each new connection before its `Resync` comes.
   * Leaving the loop ends the subscription.
   */
  watch<T, F extends object>(
    kind: EventKind<T, F>,
    options?: WatchOptions & F,
  ): SupervisedEvents<T> {
    const { signal, resyncAtStart, ...rest } = options ?? ({} as WatchOptions & F);
    const supervisor = this.#supervisor;
    // refused here and now, whether there is a connection or not
    new EventStream(noEvents, { queue: rest.queue });
    const open = ({ session, features }: Connection, resync: Resync | undefined): void => {
      const origin = { session: new GenerationCaller(supervisor, session), features };
      const stream = openEvents(kind, origin, rest as EventStreamOptions & F);
      events.attach(stream, () => session.isOpen, resync);
    };
    const follower: Follower = {
      connected: open,
      ended: (error) => events.finish(error),
    };
    const events: SupervisedEvents<T> = new SupervisedEvents<T>({
      signal,
      left: () => supervisor.unfollow(follower),
    });
    supervisor.follow(follower);
    const { state } = supervisor;
    if (state.state === "connected") {
      const first = resyncAtStart ? new Resync(state.connections, undefined, 0) : undefined;
      open(supervisor.connection, first);
    }
    return events;
  }

  /** As of any connection: they end with the connection that there is now. See `watch()`. */
  override events<T, F extends object>(
    kind: EventKind<T, F>,
    options?: EventStreamOptions & F,
  ): EventStream<T> {
    const { session, features } = this.#supervisor.connection;
    const origin = { session: new GenerationCaller(this.#supervisor, session), features };
    return openEvents(kind, origin, options ?? ({} as EventStreamOptions & F));
  }

  /** As of any connection; the next ones are pinged likewise. */
  override async setKeepAlive(
    keepalive: KeepaliveOptions | false,
    options: CallOptions = {},
  ): Promise<boolean> {
    const knows = await super.setKeepAlive(keepalive, options);
    this.#keepalive = keepalive;
    return knows;
  }

  /** Ends all loops and closes the connection, or stops making it. Safe to call again. */
  override close(): Promise<void> {
    return this.#supervisor.close();
  }
}

function noEvents(): EventProducer {
  return { ready: Promise.resolve(), release: () => Promise.resolve() };
}

const WALL_CLOCK: SupervisorClock = {
  random: Math.random,
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      // it keeps the program alive: somebody waits for the connection
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener("abort", done, { once: true });
    }),
};

// An address that nobody answers at would otherwise hold an attempt for minutes.
const ATTEMPT = 30_000;

/**
 * Connects by `open`, and again whenever the connection is lost.
 *
 * Rejects as `open` does when the first connection cannot be made.
 */
export async function superviseWith(
  open: (options: ConnectOptions) => Promise<Connection>,
  options: SuperviseOptions = {},
  clock: SupervisorClock = WALL_CLOCK,
): Promise<SupervisedConnection> {
  const { reconnect, whileLost, ...connecting } = options;
  checkReconnect(reconnect);
  const connection = await open(connecting);
  const timeout = connecting.timeout ?? ATTEMPT;
  const again: Open = ({ signal }) => open({ ...connecting, timeout, signal });
  const supervisor = new Supervisor(connection, again, { reconnect, whileLost }, clock);
  return new SupervisedConnection(supervisor);
}

// before anything is opened
function checkReconnect(reconnect: ReconnectOptions | undefined): void {
  new Backoff(reconnect);
}

/**
 * Calls on whichever connection there is.
 *
 * @module
 */

import { remaining, startOf } from "../deadline.ts";
import type { Procedure } from "../procedure.ts";
import type { Caller, CallOptions, OpenedStream, OwnedCaller } from "../session/caller.ts";
import type { EventSource, Sink } from "../session/registrations.ts";
import type { Session } from "../session/session.ts";

/** Finds the session to call on. */
export interface SessionSource {
  /** The session of the latest connection, which may be over. */
  readonly latest: Session;
  /** The session for a call; rejects, or waits, while there is none. */
  usable(what: string, options: CallOptions): Promise<Session>;
}

/** Makes each call on the connection of that moment; none is made twice. */
export class SupervisedCaller implements Caller {
  /** As of a session; absent where there is no telling that another finds the same objects. */
  openAnother?: (options?: CallOptions) => Promise<OwnedCaller>;
  readonly #source: SessionSource;

  /** Creates it. */
  constructor(source: SessionSource) {
    this.#source = source;
    if (source.latest.openAnother !== undefined) {
      this.openAnother = async (options = {}) => {
        const start = startOf(options);
        const session = await source.usable("Another connection", options);
        return await session.openAnother!(remaining(options, start));
      };
    }
  }

  /** Whether nobody can listen in on the way to the daemon. */
  get secure(): boolean {
    return this.#source.latest.secure;
  }

  /** Whether the way to the daemon is encrypted. */
  get encrypted(): boolean {
    return this.#source.latest.encrypted;
  }

  async call<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options: CallOptions = {},
  ): Promise<R> {
    const start = startOf(options);
    const session = await this.#source.usable(`"${procedure.name}"`, options);
    return await session.call(procedure, args, remaining(options, start));
  }

  async openStream<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options: CallOptions = {},
  ): Promise<OpenedStream<R>> {
    const start = startOf(options);
    const session = await this.#source.usable(`"${procedure.name}"`, options);
    return await session.openStream(procedure, args, remaining(options, start));
  }

  async hasFeature(feature: number, options: CallOptions = {}): Promise<boolean> {
    const start = startOf(options);
    const session = await this.#source.usable("A feature", options);
    return await session.hasFeature(feature, remaining(options, start));
  }
}

/** The same, whose events are those of one connection. */
export class GenerationCaller extends SupervisedCaller {
  readonly #session: Session;

  /** Creates it. */
  constructor(source: SessionSource, session: Session) {
    super(source);
    this.#session = session;
  }

  /** As of the session. */
  subscribe<M>(
    source: EventSource<M>,
    sink: Sink<M>,
    options?: CallOptions,
  ): Promise<() => Promise<void>> {
    return this.#session.subscribe(source, sink, options);
  }
}

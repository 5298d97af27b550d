/**
 * Which events the daemon sends, and who gets them.
 *
 * @module
 */

import { ConnectionError, ProtocolError } from "../errors.ts";
import type { EventMessage, Procedure } from "../procedure.ts";
import { EVENT_QUEUE } from "../rpc/limits.ts";
import type { XdrReader } from "../xdr/reader.ts";
import { abortable } from "./abortable.ts";
import type { CallOptions } from "./caller.ts";
import type { InternalCallOptions } from "./calls.ts";
import { withStackOf } from "./failure.ts";

/** How events of one kind are asked for and told apart. */
export interface EventSource<M> {
  /** Sources with the same key share one registration. */
  readonly key: string;
  /** The message that carries the event. */
  readonly message: EventMessage<M>;
  /**
   * Makes the call that registers. `standing` takes the id that the messages will carry; it is
   * called from the call's `onReply`, so that no message slips in between.
   */
  register(caller: RegistrationCaller, standing: (callbackId: number) => void): Promise<void>;
  /** Makes the call that deregisters. */
  deregister(caller: RegistrationCaller, callbackId: number): Promise<void>;
  /** The id that a message carries. */
  callbackIdOf(message: M): number;
}

/** Where the messages of a source go. */
export interface Sink<M> {
  /** A message has come; must not throw. */
  message(message: M): void;
  /** So many messages were lost before they could be delivered. */
  lost(count: number): void;
  /** No more will come, because of this error or because the session was closed. */
  end(error: Error | undefined): void;
  /** Made where somebody has asked for the events: shows who it was, when the connection is lost. */
  readonly opened?: Error;
}

/** What registrations need of a session. */
export interface RegistrationCaller {
  /** Calls a procedure. */
  call<A, R>(procedure: Procedure<A, R>, args: A, options?: InternalCallOptions<R>): Promise<R>;
}

interface Registration {
  readonly source: EventSource<unknown>;
  readonly sinks: Set<Sink<unknown>>;
  /** Known once the reply has been handled. */
  callbackId: number | undefined;
  /** Settles with the registering call. */
  standing: Promise<void>;
}

interface Held {
  readonly callbackId: number;
  readonly message: unknown;
}

/** The messages of one procedure: who is registered, and what came too early. */
interface Channel {
  readonly message: EventMessage<unknown>;
  readonly registrations: Set<Registration>;
  pending: number;
  held: Held[];
  lost: number;
}

/**
 * The registrations of a session.
 *
 * The daemon may send an event before it answers the call that registered for it: while such a call
 * is pending, messages with an unknown callback id are kept, and handed over when the reply tells
 * the id.
 */
export class Registrations {
  readonly #caller: RegistrationCaller;
  readonly #byKey = new Map<string, Registration>();
  readonly #channels = new Map<string, Channel>();
  /** Deregistrations that the daemon has not answered, by key. */
  readonly #leaving = new Map<string, Promise<void>>();
  #closing = false;

  /** Starts without any. */
  constructor(caller: RegistrationCaller) {
    this.#caller = caller;
  }

  /** Adds a sink; see `Session.subscribe()`. */
  async subscribe<M>(
    source: EventSource<M>,
    sink: Sink<M>,
    options: CallOptions,
  ): Promise<() => Promise<void>> {
    options.signal?.throwIfAborted();
    const registration = this.#byKey.get(source.key) ??
      this.#register(source as EventSource<unknown>);
    const target = sink as Sink<unknown>;
    registration.sinks.add(target);
    try {
      await abortable(registration.standing, options, "The registration for events");
    } catch (error) {
      await this.#leave(registration, target);
      throw error;
    }
    return () => this.#leave(registration, target);
  }

  /** Decodes a message and hands it to whoever is registered for it. */
  deliver(program: number, procedure: number, body: Uint8Array, reader: XdrReader): void {
    const channel = this.#channels.get(`${program}:${procedure}`);
    // libvirt's client ignores events that nobody asked for, and those that it cannot decode
    if (channel === undefined) return;
    let message: unknown;
    try {
      reader.reset(body);
      message = channel.message.decode(reader);
      reader.finish();
    } catch (error) {
      if (error instanceof ProtocolError && !reader.strict) return;
      throw error;
    }
    let known = false;
    for (const registration of channel.registrations) {
      if (registration.callbackId === undefined) continue;
      if (registration.source.callbackIdOf(message) !== registration.callbackId) continue;
      known = true;
      for (const sink of registration.sinks) sink.message(message);
    }
    if (known || channel.pending === 0) return;
    const [first] = channel.registrations;
    if (channel.held.length === EVENT_QUEUE) {
      channel.held.shift();
      channel.lost++;
    }
    if (first !== undefined) {
      channel.held.push({ callbackId: first.source.callbackIdOf(message), message });
    }
  }

  /** Deregisters all that is left, as far as the daemon still answers. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const registration of [...this.#byKey.values()]) {
      const sinks = [...registration.sinks];
      for (const sink of sinks) {
        this.#leave(registration, sink).catch(() => {});
        sink.end(undefined);
      }
    }
    await Promise.all([...this.#leaving.values()].map((left) => left.catch(() => {})));
  }

  /** The session has ended: tells every sink, each by an error of its own. */
  finish(errorOf: () => Error | undefined): void {
    this.#closing = true;
    const registrations = [...this.#byKey.values()];
    this.#byKey.clear();
    this.#channels.clear();
    for (const registration of registrations) {
      for (const sink of registration.sinks) {
        const error = errorOf();
        sink.end(error && sink.opened ? withStackOf(error, sink.opened, OWN_FRAMES) : error);
      }
      registration.sinks.clear();
    }
  }

  #register(source: EventSource<unknown>): Registration {
    if (this.#closing) {
      throw new ConnectionError("Cannot register for events: the connection is closed", "client");
    }
    const channel = this.#channel(source.message);
    const registration: Registration = {
      source,
      sinks: new Set(),
      callbackId: undefined,
      standing: Promise.resolve(),
    };
    channel.registrations.add(registration);
    channel.pending++;
    this.#byKey.set(source.key, registration);
    registration.standing = this.#ask(channel, registration).catch((error) => {
      this.#settle(channel);
      this.#forget(registration);
      throw error;
    });
    registration.standing.catch(() => {});
    return registration;
  }

  async #ask(channel: Channel, registration: Registration): Promise<void> {
    const { source } = registration;
    // a daemon may run two calls in either order, and some sources can be registered only once
    const leaving = this.#leaving.get(source.key);
    if (leaving !== undefined) await leaving.catch(() => {});
    await source.register(
      this.#caller,
      (callbackId) => this.#stand(channel, registration, callbackId),
    );
  }

  // Runs while the reply is handled: what follows it in the same chunk finds the id known.
  #stand(channel: Channel, registration: Registration, callbackId: number): void {
    registration.callbackId = callbackId;
    const mine = channel.held.filter((held) => held.callbackId === callbackId);
    channel.held = channel.held.filter((held) => held.callbackId !== callbackId);
    for (const sink of registration.sinks) {
      if (channel.lost > 0) sink.lost(channel.lost);
      for (const held of mine) sink.message(held.message);
    }
    this.#settle(channel);
    if (registration.sinks.size === 0) this.#deregister(registration);
  }

  // With the last pending registration, nobody is left whom the messages that were kept may concern.
  #settle(channel: Channel): void {
    if (--channel.pending > 0) return;
    channel.held = [];
    channel.lost = 0;
  }

  async #leave(registration: Registration, sink: Sink<unknown>): Promise<void> {
    if (!registration.sinks.delete(sink) || registration.sinks.size > 0) return;
    // before the reply there is no id to deregister: `#stand` does it, if nobody has joined by then
    if (registration.callbackId !== undefined) await this.#deregister(registration);
  }

  #deregister(registration: Registration): Promise<void> {
    const { callbackId } = registration;
    this.#forget(registration);
    if (callbackId === undefined) return Promise.resolve();
    const { key } = registration.source;
    const left = registration.source.deregister(this.#caller, callbackId).finally(() =>
      this.#leaving.delete(key)
    );
    left.catch(() => {});
    this.#leaving.set(key, left);
    return left;
  }

  #forget(registration: Registration): void {
    const { key, message } = registration.source;
    if (this.#byKey.get(key) === registration) this.#byKey.delete(key);
    const name = channelName(message);
    const channel = this.#channels.get(name);
    channel?.registrations.delete(registration);
    if (channel?.registrations.size === 0) this.#channels.delete(name);
  }

  #channel(message: EventMessage<unknown>): Channel {
    const name = channelName(message);
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    const channel = {
      message,
      registrations: new Set<Registration>(),
      pending: 0,
      held: [],
      lost: 0,
    };
    this.#channels.set(name, channel);
    return channel;
  }
}

// What lies between whoever calls `Connection.events()` and the sink that is made for it.
const OWN_FRAMES = 3;

function channelName(message: EventMessage<unknown>): string {
  return `${message.program.number}:${message.number}`;
}

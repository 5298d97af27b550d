/**
 * Calls and events over one connection.
 *
 * @module
 */

import { remoteProgram } from "../../gen/remote/program.ts";
import { type CloseReason, ConnectionError } from "../errors.ts";
import type { Procedure, Program } from "../procedure.ts";
import { RpcEngine } from "../rpc/engine.ts";
import type { KeepaliveOptions } from "../rpc/keepalive.ts";
import { CALLS_IN_FLIGHT, PONG_BACKLOG } from "../rpc/limits.ts";
import type { RpcEvent } from "../rpc/rpc_event.ts";
import { settledWithin } from "../settled_within.ts";
import type { ByteDuplex } from "../transport.ts";
import { XdrReader } from "../xdr/reader.ts";
import { type Call, Calls, type InternalCallOptions } from "./calls.ts";
import type { Caller, CallOptions, OpenedStream, OwnedCaller } from "./caller.ts";
import { asError, closedError, type Failure } from "./failure.ts";
import { FAREWELL } from "./farewell.ts";
import { Features } from "./features.ts";
import { KeepaliveTimer } from "./keepalive_timer.ts";
import { Pump } from "./pump.ts";
import { type EventSource, Registrations, type Sink } from "./registrations.ts";
import { Streams } from "./streams.ts";

/** What a session is told at its start. */
export interface SessionOptions {
  /** The programs that the peer may speak; `remote` alone when left out. */
  readonly programs?: readonly Program[];
  /** Ordinary calls on the wire at once, 4 when left out; the daemon's `max_client_requests` less one. */
  readonly callsInFlight?: number;
  /** Makes what libvirt's own decoder lets pass an error; meant for tests. */
  readonly strict?: boolean;
}

/**
 * One connection's worth of calls.
 *
 * Any number of calls may be made at once; replies are matched by serial, in whatever order they
 * come. Nothing that a caller or a consumer of events does or omits keeps another from its reply.
 *
 * @example
 * ```ts
 * import { type ByteDuplex, connectGetLibVersion, Session } from "@virtwire/libvirt/protocol";
 *
 * async function version(duplex: ByteDuplex): Promise<bigint> {
 *   const session = new Session(duplex);
 *   try {
 *     return (await session.call(connectGetLibVersion, undefined)).libVer;
 *   } finally {
 *     await session.close();
 *   }
 * }
 * ```
 */
export class Session implements Caller {
  /** Resolves with the reason when the connection has ended; never rejects. */
  readonly closed: Promise<CloseReason>;
  /** What it is connected to. */
  readonly duplex: ByteDuplex;
  /** What the daemon can do. */
  readonly features: Features;
  /** Opens another connection to the same daemon, without keepalive; set by who knows the way. */
  openAnother?: (options?: CallOptions) => Promise<OwnedCaller>;
  readonly #engine: RpcEngine;
  readonly #pump: Pump;
  readonly #calls: Calls;
  readonly #registrations: Registrations;
  readonly #streams: Streams;
  readonly #strict: boolean;
  readonly #reader: XdrReader;
  readonly #keepalive: KeepaliveTimer;
  #resolveClosed!: (reason: CloseReason) => void;
  #closing: Promise<void> | undefined;
  #end: Failure & { kind: "closed" } | undefined;

  /** Takes the duplex over and starts to read. */
  constructor(duplex: ByteDuplex, options: SessionOptions = {}) {
    this.duplex = duplex;
    this.features = new Features(this);
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    this.#strict = options.strict ?? false;
    this.#reader = new XdrReader(new Uint8Array(0), { strict: this.#strict });
    this.#engine = new RpcEngine({
      role: "client",
      programs: options.programs ?? [remoteProgram],
      strict: this.#strict,
    });
    const end = () => this.#end;
    this.#calls = new Calls({
      engine: this.#engine,
      reader: this.#reader,
      get end() {
        return end();
      },
      schedule: () => this.#pump.schedule(),
      sent: (call, serial) => this.#sent(call, serial),
      failed: (error) => this.#finish("error", error),
    }, options.callsInFlight ?? CALLS_IN_FLIGHT);
    this.#registrations = new Registrations(this);
    this.#keepalive = new KeepaliveTimer(this.#engine, {
      handle: (events) => this.#handleAll(events),
      flush: () => this.#pump.flush(),
    });
    const waitingCalls = () => this.#calls.waiting;
    this.#streams = new Streams({
      engine: this.#engine,
      get waitingCalls() {
        return waitingCalls();
      },
      schedule: () => this.#pump.schedule(),
      written: () => this.#pump.written(),
    });
    this.#pump = new Pump(duplex, {
      received: (chunk) => {
        this.#streams.gate.passed(chunk.length);
        this.#engine.congested = this.#pump.backlog >= PONG_BACKLOG;
        this.#handleAll(this.#engine.receive(chunk, performance.now()));
      },
      ended: () => this.#ended(),
      failed: (error) => this.#failed(asError(error)),
      takeOutput: () => this.#engine.takeOutput(),
      hold: () => this.#streams.gate.hold(),
    });
    this.#pump.start();
  }

  /** Whether nobody can listen in between here and the peer. */
  get secure(): boolean {
    return this.duplex.secure;
  }

  /** Whether the bytes are encrypted on their way to the peer. */
  get encrypted(): boolean {
    return this.duplex.encrypted;
  }

  /** Whether the daemon has a feature, a value of `Feature`; asked once. */
  hasFeature(feature: number, options?: CallOptions): Promise<boolean> {
    return this.features.has(feature, options);
  }

  /** Whether calls can be made. */
  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** What went wrong, once the session has ended with an error. */
  get closeError(): Error | undefined {
    return this.#end?.error;
  }

  /**
   * Calls a procedure and answers its result.
   *
   * The daemon cannot be told to stop: with `signal` or `timeout` the promise rejects at once, the
   * daemon goes on, its late reply is dropped and the connection stays usable.
   */
  call<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options: InternalCallOptions<R> = {},
  ): Promise<R> {
    return this.#calls.call(procedure, args, options);
  }

  /**
   * Calls a procedure that opens a stream, and answers its result and the stream.
   *
   * `signal` goes on to count after the opening: it gives the stream up. A stream whose opening
   * succeeds after its caller has left is given up too.
   */
  async openStream<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options: CallOptions = {},
  ): Promise<OpenedStream<R>> {
    const stream = this.#streams.create(procedure);
    const onLate = () => stream.abandon();
    const result = await this.call(procedure, args, { ...options, stream, onLate });
    stream.watch(options.signal);
    return { result, stream };
  }

  /**
   * Delivers the messages of an event source to a sink, from the moment the daemon has registered it.
   *
   * Sinks with the same source share one registration. Resolves when it stands; the function that
   * it answers ends the subscription, and the registration with the last one.
   */
  subscribe<M>(
    source: EventSource<M>,
    sink: Sink<M>,
    options: CallOptions = {},
  ): Promise<() => Promise<void>> {
    if (this.#end !== undefined) {
      return Promise.reject(closedError(this.#end, "Cannot register for events"));
    }
    return this.#registrations.subscribe(source, sink, options);
  }

  /** Pings the daemon after `interval` ms of silence; it counts as dead after `count` pings more. */
  startKeepalive(options: KeepaliveOptions): void {
    if (this.#end === undefined) this.#keepalive.start(options);
  }

  /** Stops to ping; the daemon's own pings are answered all the same. */
  stopKeepalive(): void {
    this.#keepalive.stop();
  }

  /**
   * Fails what is pending, ends the registrations that are left, then closes. Safe to call again;
   * never rejects.
   *
   * `goodbye` makes the last call, where the program has one. A daemon that does not answer it, nor
   * the deregistrations, within a second is left without.
   */
  close(goodbye: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    return this.#closing ??= this.#close(goodbye);
  }

  async #close(goodbye: () => Promise<void>): Promise<void> {
    if (this.#end === undefined) {
      this.#failPending(this.#endOf("client", undefined));
      const farewell = this.#registrations.close().then(goodbye).catch(() => {});
      await settledWithin(farewell, FAREWELL);
    }
    this.#finish("client", undefined);
    await this.closed;
  }

  /** Ends everything at once, as if the connection had failed with this error. */
  abort(error: Error): void {
    this.#finish("error", error);
  }

  #sent({ stream }: Call, serial: number): void {
    if (stream !== undefined) this.#streams.opening(stream, serial);
    this.#streams.gate.wake();
  }

  #handleAll(events: RpcEvent[]): void {
    for (const event of events) {
      if (this.#end !== undefined) return;
      this.#handle(event);
    }
    this.#calls.sendWaiting();
  }

  #handle(event: RpcEvent): void {
    switch (event.type) {
      case "reply":
        return this.#calls.replied(event);
      case "error":
        return this.#calls.refused(event);
      case "message":
        return this.#registrations.deliver(
          event.program,
          event.procedure,
          event.body,
          this.#reader,
        );
      case "failure":
        return this.#finish("error", event.error);
      case "data":
      case "hole":
      case "end":
      case "finish":
      case "abort":
        return this.#streams.handle(event, (event.stream.context as Call).stream!);
      case "dead":
        return this.#finish("keepalive", undefined);
    }
  }

  #failPending(end: Failure & { kind: "closed" }): void {
    this.#calls.failAll(end);
    this.#streams.finish(end);
  }

  #endOf(reason: CloseReason, error: Error | undefined): Failure & { kind: "closed" } {
    return { kind: "closed", reason, error, label: this.duplex.label };
  }

  #failed(error: Error): void {
    // A write may be the first to notice that the peer has hung up; once close() says goodbye, no
    // failure tells more than that it has.
    const hungUp = error instanceof ConnectionError && error.reason === "eof";
    if (hungUp || this.#closing !== undefined) this.#ended();
    else this.#finish("error", error);
  }

  #ended(): void {
    // a daemon that is killed stops anywhere: it has gone, and broken no rule
    let cut: Error | undefined;
    for (const event of this.#engine.receiveEnd()) {
      if (event.type === "failure") cut = event.error;
      else this.#handle(event);
    }
    // the daemon hangs up by itself once it has answered the call that says goodbye
    this.#finish(this.#closing === undefined ? "eof" : "client", cut);
  }

  #finish(reason: CloseReason, error: Error | undefined): void {
    if (this.#end !== undefined) return;
    const end = this.#endOf(reason, error);
    this.#end = end;
    this.#keepalive.stop();
    this.#failPending(end);
    this.#registrations.finish(() =>
      reason === "client" ? undefined : closedError(end, "No more events")
    );
    if (reason === "client") {
      this.#pump.close().then(() => this.#resolveClosed(reason));
    } else {
      this.#pump.abort(error ?? new ConnectionError(`Connection ended: ${reason}`, reason));
      this.#resolveClosed(reason);
    }
  }
}

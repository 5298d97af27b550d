/**
 * Calls and events over one connection.
 *
 * @module
 */

import { remoteProgram } from "../../gen/remote/program.ts";
import { type CloseReason, ConnectionError, ProtocolError, unsupported } from "../errors.ts";
import type { Procedure, Program } from "../procedure.ts";
import { RpcEngine } from "../rpc/engine.ts";
import type { KeepaliveOptions } from "../rpc/keepalive.ts";
import { CALLS_IN_FLIGHT } from "../rpc/limits.ts";
import type { RpcEvent } from "../rpc/rpc_event.ts";
import type { ByteDuplex } from "../transport.ts";
import { XdrReader } from "../xdr/reader.ts";
import type { Caller, CallOptions, OpenedStream, OwnedCaller } from "./caller.ts";
import { closedError, errorOf, type Failure } from "./failure.ts";
import { FAREWELL, settledWithin } from "./farewell.ts";
import { Features } from "./features.ts";
import { KeepaliveTimer } from "./keepalive_timer.ts";
import { Pump } from "./pump.ts";
import { type EventSource, Registrations, type Sink } from "./registrations.ts";
import type { StreamSlot } from "./stream_slot.ts";
import { Streams } from "./streams.ts";
import { CallWindow } from "./window.ts";

/** What a session is told at its start. */
export interface SessionOptions {
  /** The programs that the peer may speak; `remote` alone when left out. */
  readonly programs?: readonly Program[];
  /** Ordinary calls on the wire at once, 4 when left out; the daemon's `max_client_requests` less one. */
  readonly callsInFlight?: number;
  /** Makes what libvirt's own decoder lets pass an error; meant for tests. */
  readonly strict?: boolean;
}

/** Options of a call that the session's owner makes, beside those of any caller. */
export interface InternalCallOptions<R> extends CallOptions {
  /** Runs with the result while the reply is handled, before anything that came after it. */
  readonly onReply?: (result: R) => void;
  /** Runs with the result of a call whose caller no longer waits: undoes what it left behind. */
  readonly onLate?: (result: R) => void;
  /** The stream that it opens. */
  readonly stream?: StreamSlot;
}

interface Call {
  readonly procedure: Procedure<unknown, unknown>;
  readonly args: unknown;
  readonly priority: boolean;
  readonly onReply: ((result: unknown) => void) | undefined;
  readonly onLate: ((result: unknown) => void) | undefined;
  readonly stream: StreamSlot | undefined;
  settle: (result: unknown) => void;
  /** Nobody waits for it any more; its place is taken until the reply comes. */
  abandoned: boolean;
  /** The reply has come. */
  done: boolean;
  failure: Failure | undefined;
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
  readonly #window: CallWindow<Call>;
  readonly #sent = new Set<Call>();
  readonly #registrations: Registrations;
  readonly #streams: Streams;
  readonly #strict: boolean;
  readonly #reader: XdrReader;
  readonly #keepalive: KeepaliveTimer;
  #resolveClosed!: (reason: CloseReason) => void;
  #closing: Promise<void> | undefined;
  #end: { reason: CloseReason; error: Error | undefined; label: string } | undefined;

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
    this.#window = new CallWindow(options.callsInFlight ?? CALLS_IN_FLIGHT);
    this.#registrations = new Registrations(this);
    this.#keepalive = new KeepaliveTimer(this.#engine, {
      handle: (events) => this.#handleAll(events),
      flush: () => this.#pump.flush(),
    });
    const waitingCalls = () => this.#sent.size;
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
  async call<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options: InternalCallOptions<R> = {},
  ): Promise<R> {
    const { signal, timeout } = options;
    signal?.throwIfAborted();
    const call: Call = {
      procedure: procedure as Procedure<unknown, unknown>,
      args,
      priority: procedure.highPriority ?? false,
      onReply: options.onReply as Call["onReply"],
      onLate: options.onLate as Call["onLate"],
      stream: options.stream,
      settle: unsettled,
      abandoned: false,
      done: false,
      failure: undefined,
    };
    const settled = new Promise<unknown>((resolve) => call.settle = resolve);
    this.#start(call);
    const release = signal !== undefined || timeout !== undefined
      ? this.#watch(call, signal, timeout)
      : undefined;
    const result = await settled;
    release?.();
    // created here, after the `await`, so that its stack shows the caller
    if (call.failure !== undefined) throw errorOf(call.failure, procedure);
    return result as R;
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
  close(goodbye: () => Promise<void> = nothing): Promise<void> {
    return this.#closing ??= this.#close(goodbye);
  }

  async #close(goodbye: () => Promise<void>): Promise<void> {
    if (this.#end === undefined) {
      this.#failPending({ reason: "client", error: undefined, label: this.duplex.label });
      const farewell = this.#registrations.close().then(goodbye).catch(nothing);
      await settledWithin(farewell, FAREWELL);
    }
    this.#finish("client", undefined);
    await this.closed;
  }

  /** Ends everything at once, as if the connection had failed with this error. */
  abort(error: Error): void {
    this.#finish("error", error);
  }

  #start(call: Call): void {
    if (this.#end !== undefined) {
      call.failure = { kind: "closed", ...this.#end };
      call.settle(undefined);
    } else if (this.#window.enter(call)) {
      this.#send(call);
      this.#pump.schedule();
    }
  }

  #send(call: Call): void {
    try {
      const { stream } = call;
      const { serial } = this.#engine.sendCall(
        call.procedure,
        call.args,
        call,
        stream !== undefined,
      );
      if (stream !== undefined) this.#streams.opening(stream, serial);
      this.#sent.add(call);
      this.#streams.gate.wake();
    } catch (error) {
      this.#window.leave(call);
      call.failure = { kind: "thrown", value: error };
      call.settle(undefined);
    }
  }

  #sendWaiting(): void {
    for (let call = this.#window.next(); call !== undefined; call = this.#window.next()) {
      this.#send(call);
    }
  }

  // The place of an abandoned call is free only when its reply comes: the daemon counts it until then.
  #watch(call: Call, signal: AbortSignal | undefined, timeout: number | undefined): () => void {
    const abandon = (value: unknown) => {
      // between the reply and the caller's going on it is too late: what came is the caller's
      if (call.done) return;
      this.#window.withdraw(call);
      call.abandoned = true;
      call.failure ??= { kind: "thrown", value };
      call.settle(undefined);
    };
    const onAbort = () => abandon(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = timeout === undefined ? undefined : setTimeout(() => {
      const text = `"${call.procedure.name}" got no answer within ${timeout} ms`;
      abandon(new DOMException(text, "TimeoutError"));
    }, timeout);
    return () => {
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    };
  }

  #handleAll(events: RpcEvent[]): void {
    for (const event of events) {
      if (this.#end !== undefined) return;
      this.#handle(event);
    }
    this.#sendWaiting();
  }

  #handle(event: RpcEvent): void {
    switch (event.type) {
      case "reply":
        return this.#reply(event.call.context as Call, event.body, event.descriptors);
      case "error": {
        const call = event.call.context as Call;
        this.#done(call);
        call.failure ??= { kind: "answer", error: event.error };
        call.stream?.failed(call.failure);
        return call.settle(undefined);
      }
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

  #reply(call: Call, body: Uint8Array, descriptors: number): void {
    this.#done(call);
    const { procedure } = call;
    let result: unknown;
    try {
      const reader = this.#reader.reset(body);
      result = procedure.decode(reader);
      reader.finish();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      call.failure ??= { kind: "thrown", value: error };
      call.settle(undefined);
      return this.#finish("error", error);
    }
    if (descriptors > 0) {
      const text =
        `"${procedure.name}" answers with file descriptors, which this transport cannot pass`;
      call.failure ??= { kind: "thrown", value: unsupported(text, procedure.name) };
    }
    if (call.abandoned) call.onLate?.(result);
    else call.onReply?.(result);
    call.settle(result);
  }

  #done(call: Call): void {
    call.done = true;
    this.#sent.delete(call);
    this.#window.leave(call);
  }

  #failPending(end: { reason: CloseReason; error: Error | undefined; label: string }): void {
    for (const call of [...this.#sent, ...this.#window.clear()]) {
      call.abandoned = true;
      call.failure ??= { kind: "closed", ...end };
      call.settle(undefined);
    }
    this.#streams.finish({ kind: "closed", ...end });
  }

  #failed(error: Error): void {
    // a write may be the first to notice that the peer has hung up
    if (error instanceof ConnectionError && error.reason === "eof") this.#ended();
    else this.#finish("error", error);
  }

  #ended(): void {
    for (const event of this.#engine.receiveEnd()) this.#handle(event);
    // the daemon hangs up by itself once it has answered the call that says goodbye
    this.#finish(this.#closing === undefined ? "eof" : "client", undefined);
  }

  #finish(reason: CloseReason, error: Error | undefined): void {
    if (this.#end !== undefined) return;
    const end = { reason, error, label: this.duplex.label };
    this.#end = end;
    this.#keepalive.stop();
    this.#failPending(end);
    this.#sent.clear();
    this.#registrations.finish(
      reason === "client" ? undefined : closedError(end, "No more events"),
    );
    if (reason === "client") {
      this.#pump.close().then(() => this.#resolveClosed(reason));
    } else {
      this.#pump.abort(error ?? new ConnectionError(`Connection ended: ${reason}`, reason));
      this.#resolveClosed(reason);
    }
  }
}

function unsettled(): void {}

async function nothing(): Promise<void> {}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

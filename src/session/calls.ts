/**
 * The calls of a session, from being made to being settled.
 *
 * @module
 */

import { ProtocolError, unsupported } from "../errors.ts";
import type { Procedure } from "../procedure.ts";
import type { RpcEngine } from "../rpc/engine.ts";
import type { RpcEvent } from "../rpc/rpc_event.ts";
import type { XdrReader } from "../xdr/reader.ts";
import type { CallOptions } from "./caller.ts";
import { errorOf, type Failure } from "./failure.ts";
import type { StreamSlot } from "./stream_slot.ts";
import { CallWindow } from "./window.ts";

/** Options of a call that the session's owner makes, beside those of any caller. */
export interface InternalCallOptions<R> extends CallOptions {
  /** Runs with the result while the reply is handled, before anything that came after it. */
  readonly onReply?: (result: R) => void;
  /** Runs with the result of a call whose caller no longer waits: undoes what it left behind. */
  readonly onLate?: (result: R) => void;
  /** The stream that it opens. */
  readonly stream?: StreamSlot;
}

/** A call; its own context in the engine. */
export interface Call {
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

/** What the calls need of their session. */
export interface CallsOwner {
  /** What the packets are given to. */
  readonly engine: RpcEngine;
  /** Reads the results. */
  readonly reader: XdrReader;
  /** How the session has ended; `undefined` while it lives. */
  readonly end: Failure & { readonly kind: "closed" } | undefined;
  /** Sends what the engine has by now, soon. */
  schedule(): void;
  /** A call is on the wire; `serial` is that of the stream that it opens. */
  sent(call: Call, serial: number): void;
  /** A reply cannot be read: the session cannot go on. */
  failed(error: ProtocolError): void;
}

/** Calls that wait for their place on the wire, and those that wait for their reply. */
export class Calls {
  readonly #owner: CallsOwner;
  readonly #window: CallWindow<Call>;
  readonly #sent = new Set<Call>();

  /** Starts without any; so many ordinary ones may be on the wire at once. */
  constructor(owner: CallsOwner, inFlight: number) {
    this.#owner = owner;
    this.#window = new CallWindow(inFlight);
  }

  /** Calls that wait for their reply. */
  get waiting(): number {
    return this.#sent.size;
  }

  /** Makes a call and answers its result. */
  async call<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options: InternalCallOptions<R>,
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

  /** Sends what has waited for a place and now has one. */
  sendWaiting(): void {
    for (let call = this.#window.next(); call !== undefined; call = this.#window.next()) {
      this.#send(call);
    }
  }

  /** The reply to a call has come. */
  replied({ call: { context }, body, descriptors }: RpcEvent & { readonly type: "reply" }): void {
    const call = context as Call;
    this.#done(call);
    const { procedure } = call;
    let result: unknown;
    try {
      const reader = this.#owner.reader.reset(body);
      result = procedure.decode(reader);
      reader.finish();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      call.failure ??= { kind: "thrown", value: error };
      call.settle(undefined);
      return this.#owner.failed(error);
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

  /** The daemon has refused a call. */
  refused({ call: { context }, error }: RpcEvent & { readonly type: "error" }): void {
    const call = context as Call;
    this.#done(call);
    call.failure ??= { kind: "answer", error };
    call.stream?.failed(call.failure);
    call.settle(undefined);
  }

  /** Fails all that is pending. */
  failAll(failure: Failure): void {
    for (const call of [...this.#sent, ...this.#window.clear()]) {
      call.abandoned = true;
      call.failure ??= failure;
      call.settle(undefined);
    }
  }

  #start(call: Call): void {
    const { end } = this.#owner;
    if (end !== undefined) {
      call.failure = end;
      call.settle(undefined);
    } else if (this.#window.enter(call)) {
      this.#send(call);
      this.#owner.schedule();
    }
  }

  #send(call: Call): void {
    try {
      const { procedure, args, stream } = call;
      const { serial } = this.#owner.engine.sendCall(procedure, args, call, stream !== undefined);
      this.#sent.add(call);
      this.#owner.sent(call, serial);
    } catch (error) {
      this.#window.leave(call);
      call.failure = { kind: "thrown", value: error };
      call.settle(undefined);
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

  #done(call: Call): void {
    call.done = true;
    this.#sent.delete(call);
    this.#window.leave(call);
  }
}

function unsettled(): void {}

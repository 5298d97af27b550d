/**
 * A daemon that registers for events and sends those that a test tells it to.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import { qemuDispatch } from "../../gen/qemu/dispatch.ts";
import { qemuProgram } from "../../gen/qemu/program.ts";
import { remoteDispatch } from "../../gen/remote/dispatch.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { LibvirtError } from "../../src/errors.ts";
import type { EventStream, EventStreamOptions } from "../../src/events.ts";
import { type EventKind, openEvents } from "../../src/objects/event_kind.ts";
import type { DispatchEntry, OutgoingMessage } from "../../src/procedure.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import type { IncomingCall } from "../../src/rpc/rpc_event.ts";
import { Feature } from "../../src/session/features.ts";
import { Session } from "../../src/session/session.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import { memoryPair } from "../../transports/memory.ts";

/** A call that the daemon has got: the procedure's name and its arguments. */
export type Got = readonly [name: string, args: unknown];

/** What a daemon may be told to do otherwise. */
export interface EventDaemonOptions {
  /** The features that it has; those that concern events when left out. */
  readonly features?: readonly number[];
  /** Its release, 12.8.0 when left out. */
  readonly libVer?: bigint;
  /** Runs before a call is answered; what it throws is the answer. */
  readonly before?: (name: string, callbackId: number) => void;
}

/** The other end of a session. */
export class EventDaemon {
  /** The calls that it got, in order, without questions for features. */
  readonly got: Got[] = [];
  /** Settles when the client has closed. */
  readonly ended: Promise<void>;
  readonly #engine = new RpcEngine({
    role: "server",
    programs: [remoteProgram, qemuProgram],
    strict: true,
  });
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #options: EventDaemonOptions;
  #callbackId = 0;

  /** Takes its end over and answers. */
  constructor(duplex: ByteDuplex, options: EventDaemonOptions) {
    this.#options = options;
    this.#reader = duplex.readable.getReader();
    this.#writer = duplex.writable.getWriter();
    this.#writer.closed.catch(() => {});
    this.ended = this.#run();
  }

  /** The callback id that the last registration got. */
  get callbackId(): number {
    return this.#callbackId;
  }

  /** The names of the calls that it got. */
  get names(): string[] {
    return this.got.map(([name]) => name);
  }

  /** Sends an event. */
  send<M>(message: OutgoingMessage<M>, value: M): void {
    this.#engine.sendMessage(message, value);
    this.#flush();
  }

  /** Hangs up. */
  async hangUp(): Promise<void> {
    await this.#writer.close().catch(() => {});
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        for (const event of this.#engine.receive(value)) {
          if (event.type === "failure") throw event.error;
          if (event.type === "call") this.#answer(event.call, event.body);
        }
        this.#flush();
      }
    } catch {
      // the client has cut the connection
    }
    await this.hangUp();
  }

  #answer(call: IncomingCall, body: Uint8Array): void {
    const table = call.program === qemuProgram.number ? qemuDispatch : remoteDispatch;
    const entry = table.procedures[call.procedure] as DispatchEntry;
    const { name } = entry;
    const args = entry.decode(new XdrReader(body, { strict: true }));
    if (name === "connectSupportsFeature") {
      const { feature } = args as { feature: number };
      const { REMOTE_EVENT_CALLBACK, REMOTE_CLOSE_CALLBACK } = Feature;
      const { features = [REMOTE_EVENT_CALLBACK, REMOTE_CLOSE_CALLBACK] } = this.#options;
      return this.#reply(call, entry, { supported: features.includes(feature) ? 1 : 0 });
    }
    this.got.push([name, args]);
    try {
      if (/EventRegister|EventCallbackRegister/.test(name)) this.#callbackId++;
      this.#options.before?.(name, this.#callbackId);
    } catch (error) {
      if (!(error instanceof LibvirtError)) throw error;
      const { code, domain, message, level, str1, str2, str3, int1, int2 } = error;
      const fields = { code, domain, message, level, str1, str2, str3, int1, int2 };
      return this.#engine.sendError(call, { ...fields, dom: null, net: null });
    }
    const { libVer = 12_008_000n } = this.#options;
    this.#reply(call, entry, { callbackId: this.#callbackId, libVer });
  }

  #reply(call: IncomingCall, { encode }: DispatchEntry, result: unknown): void {
    this.#engine.sendReply(call, encode, result as never);
  }

  #flush(): void {
    for (const chunk of this.#engine.takeOutput()) this.#writer.write(chunk).catch(() => {});
  }
}

/** A session, its daemon, and how to subscribe as `Connection.events()` does. */
export interface EventEnds {
  readonly session: Session;
  readonly daemon: EventDaemon;
  /** Subscribes. */
  events<T, F extends object>(
    kind: EventKind<T, F>,
    options?: EventStreamOptions & NoInfer<F>,
  ): EventStream<T>;
}

/** Runs `use` with a session and its daemon, and ends both. */
export async function withEventDaemon(
  use: (ends: EventEnds) => Promise<void>,
  options: EventDaemonOptions = {},
): Promise<void> {
  const [ours, theirs] = memoryPair("the test's daemon");
  const daemon = new EventDaemon(theirs, options);
  const session = new Session(ours, { programs: [remoteProgram, qemuProgram], strict: true });
  const origin = { session, features: session.features };
  try {
    await use({
      session,
      daemon,
      events: <T, F extends object>(kind: EventKind<T, F>, options?: EventStreamOptions & F) =>
        openEvents(kind, origin, options ?? {} as EventStreamOptions & F),
    });
  } finally {
    await session.close();
    await daemon.ended;
  }
}

/** The next event; an Error when the stream has ended. */
export async function next<T>(stream: EventStream<T>): Promise<T> {
  const { done, value } = await stream.next();
  if (done) throw new Error("Expected an event, found the end of the stream");
  return value;
}

/** The error that a daemon gives for an event that it does not know. */
export function unknownEvent(): LibvirtError {
  return new LibvirtError("internal error: unsupported event ID 29", {
    code: ErrorNumber.INTERNAL_ERROR,
    domain: ErrorDomain.RPC,
  });
}

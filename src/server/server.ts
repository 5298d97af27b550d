/**
 * One client of a server.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import { RpcEngine } from "../rpc/engine.ts";
import { KEEPALIVE_INTERVAL } from "../rpc/limits.ts";
import type { KeepaliveOptions } from "../rpc/keepalive.ts";
import type { IncomingCall, RpcEvent } from "../rpc/rpc_event.ts";
import { KeepaliveTimer } from "../session/keepalive_timer.ts";
import { Pump } from "../session/pump.ts";
import type { ByteDuplex } from "../transport.ts";
import type { CloseReason } from "../errors.ts";
import type { DispatchEntry } from "../procedure.ts";
import { BEFORE_AUTHENTICATION, BEFORE_OPEN, builtinHandlers, type Builtins } from "./builtin.ts";
import {
  decodeArguments,
  driverHandler,
  type Handler,
  lookUp,
  SERVED_PROGRAMS,
} from "./dispatcher.ts";
import type { CallContext, Driver, DriverConnection } from "./driver.ts";
import { ClientEvents } from "./events.ts";
import { failure, rpcFailure, wireError } from "./failure.ts";
import type { Interceptor } from "./interceptor.ts";
import { SaslServer, type SaslServerMechanisms } from "./sasl.ts";
import { ClientStream, type StreamOwner } from "./streams.ts";
import { remoteProgram } from "../../gen/remote/program.ts";

/** What a server session is told at its start. */
export interface ServerOptions {
  /** What is behind it. */
  readonly driver: Driver;
  /** Whether the client may only read, as on libvirtd's read-only socket. */
  readonly readOnly?: boolean;
  /** Unanswered messages of a client before nothing more is read from it; 5 when left out, as libvirtd's. */
  readonly maxClientRequests?: number;
  /** How to ping a client that asked for it: 5 s × 5 when left out, as libvirtd does; `null` not at all. */
  readonly keepalive?: KeepaliveOptions | null;
  /**
   * How a client has to say who it is before anything else is answered; without it all come in.
   * Whatever is not secured by the transport is left open: no mechanism here protects what follows.
   */
  readonly sasl?: SaslServerMechanisms;
  /** Changes the fate of calls; meant for tests. */
  readonly intercept?: Interceptor;
}

/** `max_client_requests` of libvirtd.conf. */
const MAX_CLIENT_REQUESTS = 5;

/** libvirtd's `keepalive_count`. */
const KEEPALIVE_COUNT = 5;

// Events are sent unasked, and libvirtd keeps any number of them; here a client that reads nothing
// is let go of instead.
const BACKLOG_MAX = 32 * 1024 * 1024;

// A stream's source is asked to wait beyond this.
const STREAM_BACKLOG = 1024 * 1024;

// A client that sends pings and reads no pongs is not read either. It is more than streams make, which
// go beyond their mark by a packet: else calls beside a stream that fills the line again and again
// would wait until it ends.
const UNREAD_BACKLOG = STREAM_BACKLOG + 288 * 1024;

// Events are handed to the transport at least so often, so that their backlog is known in a burst.
const EVENTS_PER_FLUSH = 256;

/** Serves one client over one connection. */
export class ServerSession {
  /** Resolves with the reason when the client is gone; never rejects. */
  readonly closed: Promise<CloseReason>;
  readonly #engine: RpcEngine;
  readonly #pump: Pump;
  readonly #driver: Driver;
  readonly #events: ClientEvents;
  readonly #builtins: Builtins;
  readonly #keepalive: KeepaliveTimer;
  readonly #keepaliveOptions: KeepaliveOptions | null;
  readonly #maxRequests: number;
  readonly #intercept: Interceptor | undefined;
  readonly #sasl: SaslServer | undefined;
  readonly #gone = new AbortController();
  readonly #streams = new Set<ClientStream>();
  readonly #streamOwner: StreamOwner;
  readonly #waiting: RpcEvent[] = [];
  readonly #marks: { at: number; answers: number }[] = [];
  #readOnly: boolean;
  #connection: DriverConnection | undefined;
  #requests = 0;
  #answered = 0;
  #queuedBytes = 0;
  #unflushedEvents = 0;
  #unflushedData = 0;
  #writtenBytes = 0;
  #held: PromiseWithResolvers<void> | undefined;
  #closing = false;
  #ended = false;
  #resolveClosed!: (reason: CloseReason) => void;

  /** Takes the duplex over and starts to serve. */
  constructor(duplex: ByteDuplex, options: ServerOptions) {
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    this.#driver = options.driver;
    this.#readOnly = options.readOnly ?? false;
    this.#maxRequests = options.maxClientRequests ?? MAX_CLIENT_REQUESTS;
    this.#intercept = options.intercept;
    if (options.sasl !== undefined) this.#sasl = new SaslServer(options.sasl, duplex.secure);
    this.#keepaliveOptions = options.keepalive === undefined
      ? { interval: KEEPALIVE_INTERVAL, count: KEEPALIVE_COUNT }
      : options.keepalive;
    this.#engine = new RpcEngine({
      role: "server",
      programs: SERVED_PROGRAMS.map((table) => table.program),
    });
    this.#events = new ClientEvents((message, value) => {
      if (this.#ended || this.#closing) return;
      try {
        this.#engine.sendMessage(message, value);
      } catch {
        return; // it holds what cannot be sent, such as a NUL that some client put there
      }
      if (++this.#unflushedEvents < EVENTS_PER_FLUSH) this.#pump.schedule();
      else this.#pump.flush();
      if (this.#pump.backlog > BACKLOG_MAX) this.#finish("error");
    });
    this.#pump = new Pump(duplex, {
      received: (chunk) => this.#receive(this.#engine.receive(chunk, performance.now())),
      ended: () => this.#finish("eof"),
      failed: () => this.#finish("error"),
      takeOutput: () => this.#takeOutput(),
      taken: (bytes) => this.#written(bytes),
      hold: () => this.#hold(),
    });
    this.#keepalive = new KeepaliveTimer(this.#engine, {
      handle: (events) => this.#receive(events),
      flush: () => this.#pump.flush(),
    });
    this.#streamOwner = {
      engine: this.#engine,
      writable: () => this.#pump.backlog + this.#unflushedData < STREAM_BACKLOG,
      schedule: (bytes) => {
        this.#unflushedData += bytes;
        this.#pump.schedule();
      },
    };
    this.#builtins = builtinHandlers({
      connection: () => this.#connection,
      events: this.#events,
      sasl: this.#sasl,
      open: (name, flags) => this.#open(name, flags),
      closeSoon: () => this.#closing = true,
      startKeepalive: () => this.#startKeepalive(),
    });
    this.#pump.start();
  }

  /** Who the client is, once it has proved it; `undefined` where it was not asked. */
  get user(): string | undefined {
    return this.#sasl?.user;
  }

  /** Bytes for the client that the transport has not taken yet. */
  get backlog(): number {
    return this.#pump.backlog;
  }

  /** Sends what is left and closes the connection; idempotent. */
  async close(): Promise<void> {
    if (!this.#ended) {
      this.#release("client");
      await this.#pump.close();
    }
    await this.closed;
  }

  /** Ends with `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(name: string | null, flags: number): void | Promise<void> {
    const opened = this.#driver.open(name, flags);
    const adopt = (connection: DriverConnection): void => {
      if (this.#ended) {
        connection.close();
        return;
      }
      this.#connection = connection;
      this.#readOnly = (flags & 1) !== 0;
      if (connection.events !== undefined) this.#events.attach(connection.events);
    };
    return opened instanceof Promise ? opened.then(adopt) : adopt(opened);
  }

  #startKeepalive(): boolean {
    if (this.#keepaliveOptions === null) return false;
    this.#keepalive.start(this.#keepaliveOptions);
    return true;
  }

  #receive(events: RpcEvent[]): void {
    for (const event of events) {
      switch (event.type) {
        case "call":
        case "data":
        case "hole":
        case "finish":
        case "abort":
          this.#waiting.push(event);
          break;
        case "dead":
          return this.#finish("keepalive");
        case "failure":
          return this.#finish("error");
      }
    }
    this.#work();
  }

  // At most so many requests are under way as libvirtd lets a client have; the rest stays unread.
  #work(): void {
    let done = 0;
    while (done < this.#waiting.length && this.#requests < this.#maxRequests) {
      if (this.#ended || this.#closing) break;
      this.#handle(this.#waiting[done++]!);
    }
    this.#waiting.splice(0, done);
    if (!this.#full) this.#readOn();
  }

  // A client that does not read its replies must not make the server collect more of them.
  get #full(): boolean {
    return this.#closing || this.#waiting.length > 0 || this.#requests >= this.#maxRequests ||
      this.#pump.backlog >= UNREAD_BACKLOG;
  }

  #hold(): Promise<void> | undefined {
    if (this.#ended || !this.#full) return undefined;
    return (this.#held ??= Promise.withResolvers<void>()).promise;
  }

  #readOn(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  #handle(event: RpcEvent): void {
    if (event.type === "call") {
      this.#requests++;
      this.#call(event);
      return;
    }
    if (event.type === "abort") {
      const stream = event.stream.context as ClientStream;
      this.#streams.delete(stream);
      stream.abort();
      // the client waits for this answer (remote_daemon_stream.c, daemonStreamHandleAbort())
      const detail = "stream aborted at client request";
      const error = failure(ErrorDomain.STREAMS, ErrorNumber.RPC, detail);
      this.#engine.sendError(event.stream, wireError(error));
      this.#pump.schedule();
      return;
    }
    if (event.type !== "data" && event.type !== "hole" && event.type !== "finish") return;
    this.#requests++;
    const stream = event.stream.context as ClientStream;
    const done = (): void => {
      this.#requests--;
      if (!stream.open) this.#streams.delete(stream);
      if (!this.#ended) this.#work();
    };
    if (event.type === "data") stream.received(event.data, done);
    else if (event.type === "hole") stream.receivedHole(event.length, done);
    else stream.finish(done);
  }

  #call(event: RpcEvent & { type: "call" }): void {
    const { call, body, known, status, descriptors } = event;
    let entry: DispatchEntry | undefined;
    let stream: ClientStream | undefined;
    try {
      entry = lookUp(call, known, status);
      if (this.#sasl !== undefined && this.#sasl.user === undefined) {
        // before the arguments are read, as in virNetServerProgramDispatchCall()
        if (!mayComeFirst(entry, call.program)) throw rpcFailure("authentication required");
      }
      if (descriptors > 0) throw rpcFailure("File descriptors cannot be received here");
      const found = entry;
      const args = decodeArguments(found, body);
      const handler = this.#handler(found, call.program);
      const context: CallContext = {
        procedure: found.name,
        readOnly: this.#readOnly,
        user: this.user,
        signal: this.#gone.signal,
        openStream: (handlers) => {
          stream = new ClientStream(
            this.#streamOwner,
            (context) => this.#engine.openStream(call, context),
            handlers,
          );
          this.#streams.add(stream);
          return stream;
        },
      };
      const fate = this.#intercept?.(found.name);
      if (fate === "drop") return this.#finish("error");
      if (fate === "stall") return;
      const result = fate === undefined ? handler(args, context) : fate.then(() => {
        // what it would register or start, nobody would end
        if (this.#ended) throw rpcFailure("the client has gone");
        return handler(args, context);
      });
      if (result instanceof Promise) {
        result.then(
          (value) => this.#reply(call, found, value, stream),
          (error) => this.#refuse(call, error, stream),
        );
      } else this.#reply(call, found, result, stream);
    } catch (error) {
      this.#refuse(call, error, stream);
    }
  }

  #handler(entry: DispatchEntry, program: number): Handler {
    const { name } = entry;
    if (program === remoteProgram.number) {
      const builtin = (this.#builtins as Record<string, unknown>)[name] as Handler | undefined;
      const early = BEFORE_OPEN.has(name) || BEFORE_AUTHENTICATION.has(name);
      if (builtin !== undefined && (early || this.#connection !== undefined)) {
        if (!isMissingEvents(name, this.#connection)) return builtin;
      }
    }
    return driverHandler(entry, program, this.#connection, this.#readOnly);
  }

  #reply(
    call: IncomingCall,
    entry: DispatchEntry,
    result: unknown,
    stream: ClientStream | undefined,
  ): void {
    if (this.#ended) {
      stream?.abort();
      return;
    }
    try {
      this.#engine.sendReply(call, entry.encode, result as never);
    } catch {
      return this.#refuse(call, rpcFailure("Unable to encode message payload"), stream);
    }
    stream?.release();
    this.#answer();
  }

  #refuse(call: IncomingCall, error: unknown, stream: ClientStream | undefined): void {
    if (stream !== undefined) {
      this.#streams.delete(stream);
      stream.abort();
    }
    if (this.#ended) return;
    try {
      this.#engine.sendError(call, wireError(error));
    } catch {
      // a driver may throw what cannot be sent, and its client shall have an answer all the same
      this.#engine.sendError(call, wireError(rpcFailure("Unable to encode message payload")));
    }
    this.#answer();
  }

  #answer(): void {
    this.#answered++;
    if (this.#closing) {
      this.#release("client");
      this.#pump.close();
    } else this.#pump.schedule();
  }

  #takeOutput(): Uint8Array[] {
    this.#unflushedEvents = 0;
    this.#unflushedData = 0;
    const output = this.#engine.takeOutput();
    for (const chunk of output) this.#queuedBytes += chunk.length;
    if (this.#answered > 0) {
      this.#marks.push({ at: this.#queuedBytes, answers: this.#answered });
      this.#answered = 0;
    }
    return output;
  }

  // A request counts until its answer has left, so that a client that reads nothing cannot make
  // more of them.
  #written(bytes: number): void {
    this.#writtenBytes += bytes;
    let done = 0;
    while (done < this.#marks.length && this.#marks[done]!.at <= this.#writtenBytes) {
      this.#requests -= this.#marks[done++]!.answers;
    }
    this.#marks.splice(0, done);
    for (const stream of this.#streams) stream.drain();
    if (!this.#ended) this.#work();
  }

  #finish(reason: CloseReason): void {
    if (this.#ended) return;
    this.#release(reason);
    if (reason === "eof") this.#pump.close();
    else this.#pump.abort(new Error("The server has closed the connection"));
  }

  #release(reason: CloseReason): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#keepalive.stop();
    this.#gone.abort();
    this.#events.close();
    for (const stream of this.#streams) stream.abort();
    this.#streams.clear();
    this.#waiting.length = 0;
    this.#connection?.close();
    this.#connection = undefined;
    this.#readOn();
    this.#resolveClosed(reason);
  }
}

function mayComeFirst({ name }: DispatchEntry, program: number): boolean {
  return program === remoteProgram.number && BEFORE_AUTHENTICATION.has(name);
}

// A driver without secrets has no events of them either: the public function refuses.
function isMissingEvents(name: string, connection: DriverConnection | undefined): boolean {
  return /EventRegisterAny$|EventRegister$|CallbackRegisterAny$/.test(name) &&
    (connection?.events === undefined || connection.refusedEvents?.has(name) === true);
}

/**
 * One client, joined to one target.
 *
 * @module
 */

import type { AcceptedWebSocket } from "../../transports/accepted_websocket.ts";
import { settledWithin } from "../settled_within.ts";
import { ProtocolError } from "../xdr/errors.ts";
import type { HandedOver } from "./handover.ts";
import type { ProxyLimits } from "./limits.ts";
import type { LogFields } from "./log.ts";
import type { TargetMetrics } from "./metrics.ts";
import { Relay } from "./relay.ts";
import type { Target } from "./targets.ts";

/** Packets that together are no larger leave in one message. */
const JOINED = 64 * 1024;

/** Bytes of a client's message that are looked at in one go: it may have 32 MiB, and others wait. */
const SLICE = 256 * 1024;

/** Milliseconds that a client has to take what was sent before its connection is closed. */
const FAREWELL = 1000;

/** What a link is made with. */
export interface LinkOptions {
  readonly socket: AcceptedWebSocket;
  readonly target: Target;
  readonly limits: ProxyLimits;
  readonly metrics: TargetMetrics;
  /** Logs a line about this connection. */
  log(fields: LogFields): void;
}

/** Passes bytes both ways, never faster than they are taken. */
export class Link {
  readonly #options: LinkOptions;
  readonly #relay: Relay;
  readonly #client: WritableStreamDefaultWriter<Uint8Array>;
  readonly #fromClient: ReadableStreamDefaultReader<Uint8Array>;
  readonly #opening = new AbortController();
  readonly #denied = new Set<string>();
  readonly #start = performance.now();
  #target: HandedOver | undefined;
  #lastWrite: Promise<void> = Promise.resolve();
  #ending: Promise<void> | undefined;
  // why we have ended it, where it was us
  #said: { readonly code: number; readonly reason: string } | undefined;
  #draining = false;
  #received = 0;
  #sent = 0;
  // what the metrics have been told
  #counted = { received: 0, sent: 0, calls: 0, denied: 0 };
  // resolves when the daemon's packets have gone on, and ours may have with them
  #moved: PromiseWithResolvers<void> | undefined;
  // of the last look
  #packets = 0;
  #active: number;
  #signs = 0;
  #pinged: number;

  /** Takes the client over; `run()` does the rest. */
  constructor(options: LinkOptions) {
    this.#options = options;
    const { readable, writable } = options.socket.duplex;
    this.#fromClient = readable.getReader();
    this.#client = writable.getWriter();
    this.#client.closed.catch(() => {}); // shows in the write that it concerns
    this.#fromClient.closed.catch(() => {});
    this.#active = this.#pinged = this.#start;
    const { filter, readOnly, opensAs } = options.target;
    this.#relay = new Relay({
      filter,
      readOnly,
      name: opensAs,
      refused: (procedure) => this.#logDenied(procedure),
    });
  }

  /** Connects to the target and passes bytes until either side ends; never rejects. */
  async run(): Promise<void> {
    const { target, limits, metrics, socket, log } = this.#options;
    // a client that leaves while the target is being reached ends that too
    socket.closed.then(() => this.#opening.abort(new Error("The client has gone")));
    metrics.open++;
    metrics.connections++;
    try {
      const opened = await target.open(this.#opening.signal, limits.targetTimeout);
      if (this.#ending !== undefined) opened.close(new Error("The client has gone"));
      else {
        this.#target = opened;
        log({ event: "opened", readOnly: target.readOnly, filter: target.filter.rules.preset });
        await Promise.all([this.#upward(opened), this.#downward(opened)]);
      }
    } catch (error) {
      if (!this.#opening.signal.aborted) {
        metrics.failures++;
        log({ event: "failed", reason: messageOf(error) });
        this.#end(1011, `the target "${target.name}" cannot be reached; the proxy's log says why`);
      }
    }
    const end = this.#said ?? await socket.closed;
    await this.#ending;
    this.#target?.close(new Error("The client has gone"));
    metrics.open--;
    this.count();
    log({
      event: "closed",
      code: end.code,
      ...(end.reason === "" ? {} : { reason: end.reason }),
      ...this.#summary(),
    });
  }

  /** Looks after the time: idle, half-open and dead connections. */
  tick(now: number): void {
    const { limits, socket } = this.#options;
    if (this.#ending !== undefined) return;
    if (this.#draining && this.#relay.idle) return this.#stop();
    if (this.#relay.packets !== this.#packets) {
      this.#packets = this.#relay.packets;
      this.#active = now;
    }
    const patience = this.#relay.opened
      ? limits.idleTimeout
      : limits.handshakeTimeout + limits.targetTimeout;
    if (now - this.#active > patience) {
      return this.#end(1008, `nothing was sent for ${Math.round(patience / 1000)} seconds`);
    }
    if (now - this.#pinged < limits.pingInterval) return;
    if (socket.signs === this.#signs && this.#pinged > this.#start && !socket.stalled) {
      return this.#end(1001, "the client gives no sign");
    }
    this.#signs = socket.signs;
    this.#pinged = now;
    socket.ping();
  }

  /** Lets what is under way come to its end, then closes; `tick()` sees to it. */
  drain(): void {
    this.#draining = true;
    if (this.#relay.idle) this.#stop();
  }

  /** Closes now. */
  stop(): void {
    this.#stop();
  }

  /** Adds to the metrics what has happened since the last time. */
  count(): void {
    const { metrics } = this.#options;
    const { calls, refusals: denied } = this.#relay;
    const now = { received: this.#received, sent: this.#sent, calls, denied };
    for (const key of ["received", "sent", "calls", "denied"] as const) {
      metrics[key] += now[key] - this.#counted[key];
    }
    this.#counted = now;
  }

  #stop(): void {
    this.#end(1001, "the proxy is stopping; connect again");
  }

  #summary(): Partial<LogFields> {
    return {
      seconds: Math.round(performance.now() - this.#start) / 1000,
      calls: this.#relay.calls,
      denied: this.#relay.refusals,
      received: this.#received,
      sent: this.#sent,
    };
  }

  // One line a procedure: a client that tries again shall not fill the log.
  #logDenied(procedure: string): void {
    if (this.#denied.has(procedure) || this.#denied.size >= 100) return;
    this.#denied.add(procedure);
    this.#options.log({ event: "denied", procedure });
  }

  async #upward(target: HandedOver): Promise<void> {
    const { writer } = target;
    try {
      for (;;) {
        if (this.#draining && this.#relay.idle) return this.#stop();
        const { done, value } = await this.#fromClient.read();
        if (done || this.#ending !== undefined) return this.#left();
        this.#received += value.length;
        for (let at = 0; at < value.length;) {
          const taken = this.#relay.receive(value.subarray(at, at + SLICE));
          at += taken;
          for (const chunk of this.#relay.takeForDaemon()) this.#write(writer, chunk);
          if (this.#flush() && this.#client.desiredSize! <= 0) await this.#client.ready;
          if (taken === 0) await (this.#moved ??= Promise.withResolvers()).promise;
          if (writer.desiredSize! <= 0) await writer.ready;
          if (this.#ending !== undefined) return;
        }
      }
    } catch (error) {
      if (error instanceof ProtocolError) this.#end(1008, messageOf(error));
      else this.#failed(error);
    }
  }

  async #downward(target: HandedOver): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await target.read();
        if (this.#ending !== undefined) return;
        if (done) break;
        this.#relay.receiveFromDaemon(value);
        this.#flush();
        this.#moved?.resolve();
        this.#moved = undefined;
        if (this.#client.desiredSize! <= 0) await this.#client.ready;
        if (this.#draining && this.#relay.idle) return this.#stop();
      }
      if (this.#relay.closing) this.#end(1000, "");
      else this.#end(1011, "the target has closed the connection");
    } catch (error) {
      this.#failed(error);
    }
  }

  // What has failed may name files and hosts, which are the proxy's own business.
  #failed(error: unknown): void {
    if (this.#ending !== undefined) return;
    if (!this.#options.socket.isOpen) return this.#left();
    this.#options.log({ event: "failed", reason: messageOf(error) });
    this.#end(1011, "the connection to the target has failed; the proxy's log says why");
  }

  // Says whether there was anything.
  #flush(): boolean {
    const chunks = this.#relay.takeForClient();
    if (chunks.length === 0) return false;
    let joined: Uint8Array[] = [];
    let size = 0;
    for (const chunk of chunks) {
      this.#sent += chunk.length;
      if (size + chunk.length > JOINED) {
        this.#send(joined, size);
        joined = [];
        size = 0;
      }
      joined.push(chunk);
      size += chunk.length;
    }
    this.#send(joined, size);
    return true;
  }

  #send(chunks: readonly Uint8Array[], size: number): void {
    if (chunks.length === 0) return;
    if (chunks.length === 1) return this.#write(this.#client, chunks[0]!);
    const message = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      message.set(chunk, at);
      at += chunk.length;
    }
    this.#write(this.#client, message);
  }

  #write(writer: WritableStreamDefaultWriter<Uint8Array>, chunk: Uint8Array): void {
    const written = writer.write(chunk).catch((error) => {
      if (writer === this.#client) this.#left();
      else this.#failed(error);
    });
    if (writer === this.#client) this.#lastWrite = written;
  }

  // The first reason counts.
  #end(code: number, reason: string): void {
    if (this.#ending !== undefined) return;
    this.#said = { code, reason };
    this.#ending = this.#close(code, reason);
  }

  /** The client has gone. */
  #left(): void {
    this.#ending ??= this.#close(1000, "");
  }

  async #close(code: number, reason: string): Promise<void> {
    this.#opening.abort(new Error(reason));
    this.#moved?.resolve();
    this.#target?.close(new Error(reason));
    await settledWithin(this.#lastWrite, FAREWELL);
    await this.#options.socket.close(code, reason);
    await this.#fromClient.cancel().catch(() => {});
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

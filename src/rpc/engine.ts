/**
 * The protocol without any IO: bytes in, events out; orders in, bytes out.
 *
 * @module
 */

import {
  decodeNetMessageError,
  decodeNetStreamHole,
  encodeNetMessageError,
  encodeNetStreamHole,
  type NetMessageError,
} from "../../gen/rpc/error.ts";
import { KEEPALIVE_PING, KEEPALIVE_PONG, keepaliveProgram } from "../../gen/rpc/keepalive.ts";
import type { Encode, OutgoingMessage, Procedure, Program } from "../procedure.ts";
import { ProtocolError } from "../xdr/errors.ts";
import { XdrReader } from "../xdr/reader.ts";
import { type Frame, FrameDecoder, MessageStatus, MessageType } from "./frame.ts";
import type { KeepaliveOptions } from "./keepalive.ts";
import { PacketWriter } from "./packet_writer.ts";
import { Pulse } from "./pulse.ts";
import type { IncomingCall, PendingCall, RpcEvent } from "./rpc_event.ts";
import { nextSerial } from "./serials.ts";
import { StreamState } from "./stream_state.ts";

/** What an engine is told at its start. */
export interface EngineOptions {
  /** Which end it is. */
  readonly role: "client" | "server";
  /** The programs that the peer may use; keepalive is always among them. */
  readonly programs: readonly Program[];
  /** Makes what libvirt's own decoder lets pass an error. */
  readonly strict?: boolean;
}

/**
 * One end of a connection.
 *
 * `receive()` takes bytes and answers what they mean; the `send…()` methods add packets to the
 * output, which `takeOutput()` hands over. Nothing here waits, calls back or knows the time.
 *
 * @example A client on its own transport
 * ```ts
 * import { connectGetHostname, remoteProgram, RpcEngine, XdrReader } from "@virtwire/libvirt/protocol";
 *
 * const engine = new RpcEngine({ role: "client", programs: [remoteProgram] });
 * engine.sendCall(connectGetHostname, undefined, "my request");
 * const toSend: Uint8Array[] = engine.takeOutput();
 *
 * function onBytes(chunk: Uint8Array): void {
 *   for (const event of engine.receive(chunk)) {
 *     if (event.type === "reply") {
 *       console.log(event.call.context, event.call.procedure.decode(new XdrReader(event.body)));
 *     }
 *   }
 * }
 * ```
 */
export class RpcEngine {
  readonly #role: "client" | "server";
  readonly #strict: boolean;
  readonly #programs = new Map<number, Program>();
  readonly #decoder: FrameDecoder;
  readonly #calls = new Map<number, PendingCall>();
  readonly #streams = new Map<number, StreamState>();
  readonly #out = new PacketWriter();
  #lastSerial = 0;
  readonly #inUse = (serial: number): boolean =>
    this.#calls.has(serial) || this.#streams.has(serial);
  #failure: ProtocolError | undefined;
  #ended = false;
  readonly #pulse = new Pulse();
  /** Whether the peer takes so little that its pings get no answer: what waits for it says enough. */
  congested = false;

  /** Whether this side does not read at the moment: the peer's silence then means nothing. */
  set standing(standing: boolean) {
    this.#pulse.standing = standing;
  }

  /** Starts before the first byte. */
  constructor(options: EngineOptions) {
    this.#role = options.role;
    this.#strict = options.strict ?? false;
    // a server counts packets, which a client pays for by the packet
    this.#decoder = new FrameDecoder({ splitStreams: options.role === "client" });
    for (const program of [keepaliveProgram, ...options.programs]) {
      this.#programs.set(program.number, program);
    }
  }

  /** Calls that wait for their reply. */
  get pendingCalls(): number {
    return this.#calls.size;
  }

  /** Whether `takeOutput()` has anything to hand over. */
  get hasOutput(): boolean {
    return !this.#out.empty;
  }

  /**
   * Takes bytes from the peer and says what they mean. After a failure it answers nothing.
   *
   * `now`, on the clock of `tick()`, is when they came; the next tick stands in for it.
   */
  receive(chunk: Uint8Array, now?: number): RpcEvent[] {
    const events: RpcEvent[] = [];
    if (this.#failure !== undefined || chunk.length === 0) return events;
    const before = this.#decoder.pending;
    try {
      this.#decoder.push(chunk);
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
        const event = this.#interpret(frame);
        if (event !== undefined) events.push(event);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      events.push(this.#fail(error));
    }
    const { pending } = this.#decoder;
    this.#pulse.received(pending < before + chunk.length, pending, now);
    return events;
  }

  /** The peer will send no more; an end inside a packet is a failure. */
  receiveEnd(): RpcEvent[] {
    if (this.#failure !== undefined || this.#ended) return [];
    this.#ended = true;
    if (this.#decoder.pending === 0) return [];
    const error = new ProtocolError(
      `Expected the rest of a packet, found the end of the connection after ${this.#decoder.pending} bytes of it`,
    );
    return [this.#fail(error)];
  }

  /** The packets to send, in order; the arrays are the receiver's to keep. */
  takeOutput(): Uint8Array[] {
    return this.#out.take();
  }

  /**
   * Adds a call and returns what its reply will be matched with.
   *
   * `context` comes back with the reply. With `stream` the call opens a stream too, which is there
   * at once: its first packets may come right behind the reply, or before it.
   */
  sendCall<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    context: unknown,
    stream = false,
  ): PendingCall {
    this.#usable("client");
    const serial = this.#lastSerial = nextSerial(this.#lastSerial, this.#inUse);
    const to = addressOf(procedure, serial);
    this.#out.packet(to, MessageType.CALL, MessageStatus.OK, procedure.encode, args);
    const call: PendingCall = {
      serial,
      procedure: procedure as unknown as Procedure<never, unknown>,
      context,
    };
    this.#calls.set(serial, call);
    if (stream) this.#streams.set(serial, new StreamState(to, context));
    return call;
  }

  /** Answers a call with a result. */
  sendReply<R>(call: IncomingCall, encode: Encode<R>, result: R): void {
    this.#usable("server");
    this.#out.packet(call, MessageType.REPLY, MessageStatus.OK, encode, result);
  }

  /** Answers a call with an error; whatever stream it had opened is gone. */
  sendError(call: IncomingCall, error: NetMessageError): void {
    this.#usable("server");
    this.#closeOf(call);
    this.#out.packet(call, MessageType.REPLY, MessageStatus.ERROR, encodeNetMessageError, error);
  }

  /** Sends something that nobody asked for: an event. */
  sendMessage<M>(message: OutgoingMessage<M>, value: M): void {
    this.#usable("server");
    const to = addressOf(message, 0);
    this.#out.packet(to, MessageType.MESSAGE, MessageStatus.OK, message.encode, value);
  }

  /** The server's end of a stream that a call opens. */
  openStream(call: IncomingCall, context: unknown): StreamState {
    this.#usable("server");
    const stream = new StreamState(call, context);
    this.#streams.set(call.serial, stream);
    return stream;
  }

  /** The stream that a call opened, while it lives. */
  stream(serial: number): StreamState | undefined {
    return this.#streams.get(serial);
  }

  /** Sends data; an empty chunk says that no more comes. */
  sendData(stream: StreamState, data: Uint8Array): void {
    if (stream.phase !== "open") return;
    this.#pulse.sent();
    this.#out.stream(stream, MessageStatus.CONTINUE, data);
  }

  /** Sends a stretch without data. */
  sendHole(stream: StreamState, length: bigint, flags: number = 0): void {
    if (stream.phase !== "open") return;
    this.#pulse.sent();
    const hole = { length, flags };
    const { STREAM_HOLE } = MessageType;
    this.#out.packet(stream, STREAM_HOLE, MessageStatus.CONTINUE, encodeNetStreamHole, hole);
  }

  /** Asks the peer to confirm the end (client), or confirms it (server). */
  sendFinish(stream: StreamState): void {
    if (stream.phase !== "open") return;
    this.#out.stream(stream, MessageStatus.OK);
    this.#leave(stream);
  }

  /** Gives a stream up; the server says why. */
  sendAbort(stream: StreamState, error?: NetMessageError): void {
    if (stream.phase !== "open") return;
    const { STREAM } = MessageType;
    if (error === undefined) this.#out.stream(stream, MessageStatus.ERROR);
    else this.#out.packet(stream, STREAM, MessageStatus.ERROR, encodeNetMessageError, error);
    this.#leave(stream);
  }

  /** Starts to ping a silent peer. */
  startKeepalive(options: KeepaliveOptions, now: number): void {
    this.#pulse.start(options, now);
  }

  /** Stops to do so; pings of the peer are answered all the same. */
  stopKeepalive(): void {
    this.#pulse.stop();
  }

  /** Shows a peer that pings that this side lives, though it does not read the pings. */
  sendPong(): void {
    if (this.#failure === undefined) this.#out.keepalive(KEEPALIVE_PONG);
  }

  /** When `tick()` wants to be called; `undefined` when it need not. */
  deadline(): number | undefined {
    return this.#failure === undefined ? this.#pulse.deadline : undefined;
  }

  /** Tells the engine the time; it may add a ping to the output. */
  tick(now: number): RpcEvent[] {
    if (this.#failure !== undefined) return [];
    const verdict = this.#pulse.tick(now, this.#calls.size);
    if (verdict === "ping") this.#out.keepalive(KEEPALIVE_PING);
    if (verdict !== "dead") return [];
    return [{ type: "dead" }];
  }

  #interpret(frame: Frame): RpcEvent | undefined {
    const program = this.#programs.get(frame.program);
    if (program === undefined || program.version !== frame.version) {
      if (this.#role === "server" && frame.type === MessageType.CALL) {
        return this.#call(frame, false);
      }
      throw new ProtocolError(
        `Expected a packet of a known program, found program 0x${frame.program.toString(16)} ` +
          `version ${frame.version} with ${describe(frame)}`,
      );
    }
    if (program === keepaliveProgram) return this.#keepalivePacket(frame);
    switch (frame.type) {
      case MessageType.REPLY:
      case MessageType.REPLY_WITH_FDS:
        if (this.#role === "client") return this.#reply(frame);
        break;
      case MessageType.CALL:
      case MessageType.CALL_WITH_FDS:
        if (this.#role === "server") return this.#call(frame, true);
        break;
      case MessageType.MESSAGE:
        if (this.#role === "client") {
          return {
            type: "message",
            program: frame.program,
            procedure: frame.procedure,
            body: frame.body,
          };
        }
        break;
      case MessageType.STREAM:
      case MessageType.STREAM_HOLE:
        return this.#streamEvent(frame);
    }
    throw new ProtocolError(
      `Expected a packet that a ${this.#role === "client" ? "server" : "client"} sends, found ${
        describe(frame)
      }`,
    );
  }

  #reply(frame: Frame): RpcEvent {
    const { serial } = frame;
    const call = this.#calls.get(serial);
    const failed = frame.status === MessageStatus.ERROR;
    if (call === undefined) {
      const stream = this.#streams.get(serial);
      // libvirt's server answers a stream packet that it cannot take with an error reply
      if (failed && stream !== undefined) return this.#streamError(stream, frame.body);
      throw new ProtocolError(
        `Expected a reply to a call, found ${describe(frame)}, which nobody made`,
      );
    }
    const { program, number, name } = call.procedure;
    if (frame.procedure !== number || frame.program !== program.number) {
      throw new ProtocolError(
        `Expected a reply to "${name}" (procedure ${number}), found ${describe(frame)}`,
      );
    }
    if (!failed && frame.status !== MessageStatus.OK) {
      throw new ProtocolError(`Expected status 0 or 1 in a reply, found ${describe(frame)}`);
    }
    this.#calls.delete(serial);
    if (!failed) return { type: "reply", call, body: frame.body, descriptors: frame.descriptors };
    this.#closeOf(call);
    return { type: "error", call, error: this.#decodeError(frame.body) };
  }

  #call(frame: Frame, known: boolean): RpcEvent {
    const { program, version, procedure, serial, status, body, descriptors } = frame;
    return {
      type: "call",
      call: { program, version, procedure, serial },
      status,
      body,
      descriptors,
      known,
    };
  }

  #streamEvent(frame: Frame): RpcEvent | undefined {
    const stream = this.#streams.get(frame.serial);
    // libvirt's client drops packets of a stream that it has given up; the server's may cross
    if (stream === undefined) return undefined;
    if (frame.type === MessageType.STREAM_HOLE) {
      const reader = this.#read(frame.body);
      const { length, flags } = decodeNetStreamHole(reader);
      reader.finish();
      return { type: "hole", stream, length, flags };
    }
    switch (frame.status) {
      case MessageStatus.CONTINUE:
        if (frame.body.length > 0) return { type: "data", stream, data: frame.body };
        stream.ended = true;
        return { type: "end", stream };
      case MessageStatus.OK:
        if (this.#role === "client") this.#close(stream);
        return { type: "finish", stream };
      case MessageStatus.ERROR:
        if (this.#role === "client") return this.#streamError(stream, frame.body);
        this.#close(stream);
        return { type: "abort", stream, error: null };
    }
    throw new ProtocolError(`Expected status 0 to 2 in a stream packet, found ${describe(frame)}`);
  }

  #streamError(stream: StreamState, body: Uint8Array): RpcEvent {
    this.#close(stream);
    return { type: "abort", stream, error: this.#decodeError(body) };
  }

  #decodeError(body: Uint8Array): NetMessageError {
    const reader = this.#read(body);
    const error = decodeNetMessageError(reader);
    reader.finish();
    return error;
  }

  #read(body: Uint8Array): XdrReader {
    return new XdrReader(body, { strict: this.#strict });
  }

  #close(stream: StreamState): void {
    stream.phase = "closed";
    this.#streams.delete(stream.serial);
  }

  // A refused call has no stream.
  #closeOf({ serial }: { serial: number }): void {
    const stream = this.#streams.get(serial);
    if (stream !== undefined) this.#close(stream);
  }

  #fail(error: ProtocolError): RpcEvent {
    this.#failure = error;
    for (const stream of [...this.#streams.values()]) this.#close(stream);
    return { type: "failure", error };
  }

  // The client waits for the server's answer; the server has said the last word.
  #leave(stream: StreamState): void {
    if (this.#role === "server") this.#close(stream);
    else stream.phase = "ending";
  }

  #keepalivePacket(frame: Frame): RpcEvent {
    if (frame.type === MessageType.MESSAGE) {
      if (frame.procedure === KEEPALIVE_PING) {
        this.#pulse.pinged();
        if (!this.congested) this.#out.keepalive(KEEPALIVE_PONG);
        return { type: "keepalive", kind: "ping" };
      }
      if (frame.procedure === KEEPALIVE_PONG) return { type: "keepalive", kind: "pong" };
    }
    throw new ProtocolError(`Expected a ping or a pong, found ${describe(frame)}`);
  }

  #usable(role: "client" | "server"): void {
    if (this.#role !== role) {
      throw new ProtocolError(`Cannot send this as a ${this.#role}: only a ${role} does`, "local");
    }
    if (this.#failure !== undefined) {
      throw new ProtocolError(
        `Cannot send after the protocol was broken: ${this.#failure.message}`,
        "local",
        { cause: this.#failure },
      );
    }
  }
}

function addressOf({ program, number }: { program: Program; number: number }, serial: number) {
  return { program: program.number, version: program.version, procedure: number, serial };
}

function describe(frame: Frame): string {
  return `a packet of type ${frame.type}, status ${frame.status}, procedure ${frame.procedure}, serial ${frame.serial}`;
}

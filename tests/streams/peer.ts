/**
 * A session and, at the other end, an engine that a test speaks through.
 *
 * @module
 */

import type { NetMessageError } from "../../gen/rpc/error.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import type { NonnullStorageVol } from "../../gen/remote/common.ts";
import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import { StorageVol } from "../../src/objects/storage_vol.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import type { IncomingCall, RpcEvent } from "../../src/rpc/rpc_event.ts";
import type { StreamState } from "../../src/rpc/stream_state.ts";
import { Session } from "../../src/session/session.ts";
import { memoryPair } from "../../transports/memory.ts";

/** What identifies the volume of these tests. */
export const VOLUME: NonnullStorageVol = { pool: "pool", name: "volume", key: "/pool/volume" };

/** The server's end. */
export class Peer implements AsyncDisposable {
  readonly engine: RpcEngine = new RpcEngine({ role: "server", programs: [remoteProgram] });
  readonly session: Session;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #events: RpcEvent[] = [];
  readonly #calls = new Map<number, IncomingCall>();

  /** Connects a session to a new peer. */
  constructor() {
    const [client, server] = memoryPair();
    this.session = new Session(client, { strict: true });
    this.#reader = server.readable.getReader();
    this.#writer = server.writable.getWriter();
    this.#reader.closed.catch(() => {});
    this.#writer.closed.catch(() => {});
  }

  /** The volume, as the session's user has it. */
  get volume(): StorageVol {
    return new StorageVol(this.session, VOLUME);
  }

  /** The next packet; reads only when there is none. */
  async next(): Promise<RpcEvent> {
    while (this.#events.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error("The session hung up");
      this.#events.push(...this.engine.receive(value));
      await this.flush();
    }
    return this.#events.shift()!;
  }

  /** The next packet of this type; another one is a failure. */
  async expect<T extends RpcEvent["type"]>(type: T): Promise<Extract<RpcEvent, { type: T }>> {
    const event = await this.next();
    if (event.type !== type) throw new Error(`Expected ${type}, found ${event.type}`);
    return event as Extract<RpcEvent, { type: T }>;
  }

  /** Waits for a call. */
  async call(): Promise<IncomingCall> {
    const { call } = await this.expect("call");
    this.#calls.set(call.serial, call);
    return call;
  }

  /** The call that opened a stream. */
  callOf(stream: StreamState): IncomingCall {
    return this.#calls.get(stream.serial)!;
  }

  /** Waits for a call and opens the stream that belongs to it, with the reply. */
  async accept(): Promise<StreamState> {
    const call = await this.call();
    const stream = this.engine.openStream(call, undefined);
    this.engine.sendReply(call, () => {}, undefined);
    await this.flush();
    return stream;
  }

  /** Answers a call that has no result. */
  async reply(call: IncomingCall): Promise<void> {
    this.engine.sendReply(call, () => {}, undefined);
    await this.flush();
  }

  /** Sends data, a hole, or with nothing the end of the data. */
  async send(stream: StreamState, ...items: (Uint8Array | bigint)[]): Promise<void> {
    for (const item of items) {
      if (typeof item === "bigint") this.engine.sendHole(stream, item);
      else this.engine.sendData(stream, item);
    }
    if (items.length === 0) this.engine.sendData(stream, new Uint8Array(0));
    await this.flush();
  }

  /** Confirms the end. */
  async finish(stream: StreamState): Promise<void> {
    this.engine.sendFinish(stream);
    await this.flush();
  }

  /** Gives a stream up as libvirtd does: by a stream packet, or by a reply to the last one. */
  async fail(stream: StreamState, how: "stream" | "reply", message: string): Promise<void> {
    if (how === "stream") this.engine.sendAbort(stream, wireError(message));
    else this.engine.sendError(this.callOf(stream), wireError(message));
    await this.flush();
  }

  /** Says that it knows of the client's abort, as libvirtd does: by a reply with an error. */
  async confirmAbort(stream: StreamState): Promise<void> {
    this.engine.sendError(this.callOf(stream), wireError("stream aborted at client request"));
    await this.flush();
  }

  /** Sends what the engine has. */
  async flush(): Promise<void> {
    // all at once, so that two of these at a time do not mix their packets up
    await Promise.all(this.engine.takeOutput().map((chunk) => this.#writer.write(chunk)));
  }

  /** Drops the connection. */
  async hangUp(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
    await this.#writer.abort().catch(() => {});
  }

  /** Ends both sides. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangUp();
    await this.session.close();
  }
}

/** An error as it goes over the wire. */
export function wireError(message: string): NetMessageError {
  return {
    code: ErrorNumber.SYSTEM_ERROR,
    domain: ErrorDomain.STREAMS,
    message,
    level: 2,
    dom: null,
    str1: "first",
    str2: null,
    str3: null,
    int1: 28,
    int2: -1,
    net: null,
  };
}

/** So many bytes that differ. */
export function bytes(length: number, seed: number = 1): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(length);
  for (let i = 0; i < length; i++) result[i] = (i * 31 + seed * 7 + (i >> 8)) & 255;
  return result;
}

/** The call that a client's engine has just made, as the server's sees it. */
export function receivedCall(client: RpcEngine, server: RpcEngine): IncomingCall {
  const events = client.takeOutput().flatMap((chunk) => server.receive(chunk));
  const event = events.at(-1);
  if (event?.type !== "call") throw new Error(`Expected call, found ${event?.type}`);
  return event.call;
}

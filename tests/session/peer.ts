/**
 * The other end of a session, which does what a test tells it.
 *
 * @module
 */

import { remoteProgram } from "../../gen/remote/program.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import type { IncomingCall } from "../../src/rpc/rpc_event.ts";
import { Session, type SessionOptions } from "../../src/session/session.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { memoryPair } from "../../transports/memory.ts";
import { concat, errorBody, type ErrorFields, errorReply, reply } from "../rpc/frames.ts";

/** A call that has reached the peer. */
export interface PeerCall extends IncomingCall {
  readonly body: Uint8Array;
}

/** Whatever a call is answered with, as the bytes of its packet. */
export type Answer = (call: PeerCall) => Uint8Array;

/** A daemon by hand: the server's engine tells what came, the test's own bytes go back. */
export class Peer {
  /** Settles when the client has closed. */
  readonly ended: Promise<void>;
  /** What the client has sent so far, and how it was cut. */
  readonly chunks: Uint8Array[] = [];
  /** Pings and pongs that have come. */
  readonly keepalive: string[] = [];
  readonly #engine = new RpcEngine({ role: "server", programs: [remoteProgram], strict: true });
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #calls: PeerCall[] = [];
  #answers: Answer | undefined;
  #wake: (() => void)[] = [];
  #over = false;

  /** Takes the end over and reads whatever comes. */
  constructor(duplex: ByteDuplex) {
    this.#reader = duplex.readable.getReader();
    this.#writer = duplex.writable.getWriter();
    this.#writer.closed.catch(() => {});
    this.ended = this.#read();
  }

  /** The next call that nobody has looked at. */
  async next(): Promise<PeerCall> {
    await this.until(() => this.#calls.length > 0);
    return this.#calls.shift()!;
  }

  /** The next `n` calls. */
  async take(n: number): Promise<PeerCall[]> {
    await this.until(() => this.#calls.length >= n);
    return this.#calls.splice(0, n);
  }

  /** Calls that have come and nobody has looked at. */
  get waiting(): number {
    return this.#calls.length;
  }

  /** Answers from now on every call as it comes. */
  answerAll(answer: Answer): void {
    this.#answers = answer;
    for (const call of this.#calls.splice(0)) this.send(answer(call));
  }

  /** Sends packets, or bytes that are none, in one chunk. */
  send(...packets: readonly Uint8Array[]): void {
    this.#writer.write(concat(...packets)).catch(() => {});
  }

  /** Answers a call with a result. */
  reply(call: IncomingCall, body?: Uint8Array): void {
    this.send(reply(call.procedure, call.serial, body));
  }

  /** Answers a call with an error. */
  refuse(call: IncomingCall, error: ErrorFields): void {
    this.send(errorReply(call.procedure, call.serial, errorBody(error)));
  }

  /** Hangs up. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.ended;
  }

  /** Waits until something is so; looked at after each chunk. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#over) throw new Error("The client has closed, and what was waited for never came");
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.chunks.push(value);
        this.#handle(value);
        this.#wakeAll();
      }
    } catch {
      // the connection was aborted, which is an end too
    }
    this.#over = true;
    this.#wakeAll();
    await this.#writer.close().catch(() => {});
  }

  #handle(chunk: Uint8Array): void {
    for (const event of this.#engine.receive(chunk)) {
      if (event.type === "failure") throw event.error;
      if (event.type === "keepalive") this.keepalive.push(event.kind);
      if (event.type !== "call") continue;
      const call = { ...event.call, body: event.body.slice() };
      if (this.#answers !== undefined) this.send(this.#answers(call));
      else this.#calls.push(call);
    }
  }

  #wakeAll(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}

/** A session and its peer. */
export interface Ends {
  readonly session: Session;
  readonly peer: Peer;
}

/** Runs `use` with a session and its peer, and ends both. */
export async function withPeer(
  use: (ends: Ends) => Promise<void>,
  options: SessionOptions = {},
): Promise<void> {
  const [ours, theirs] = memoryPair("the test's peer");
  const peer = new Peer(theirs);
  const session = new Session(ours, options);
  try {
    await use({ session, peer });
  } finally {
    session.abort(new Error("The test is over"));
    await session.closed;
    await peer.close();
  }
}

/** Waits until the promises' reactions that are due have run. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
}

/** Whether a promise has settled by now. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  await settle();
  return settled;
}

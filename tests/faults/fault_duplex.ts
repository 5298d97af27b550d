/**
 * A connection with faults, by a seed.
 *
 * @module
 */

import { ConnectionError } from "../../src/errors.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import type { Random } from "../codec/random.ts";
import type { TurnClock } from "./turn_clock.ts";

/** How often a chunk meets something that must make no difference, once in so many times; 0 never. */
export interface Shape {
  /** It goes over in pieces. */
  readonly split: number;
  /** It goes over with the next one. */
  readonly coalesce: number;
  /** It goes over some turns later. */
  readonly delay: number;
}

/** What happens to one direction after so many bytes. */
export interface Fault {
  /**
   * `eof`: nothing more comes, as after a peer's close; `reset`: reading or writing fails; `stall`:
   * nothing goes on and nobody is told; `corrupt`: some bytes are others, and it goes on.
   */
  readonly kind: "eof" | "reset" | "stall" | "corrupt";
  /** The byte at which it happens. */
  readonly at: number;
}

/** What a connection does to its bytes. */
export interface FaultPlan {
  readonly shape: Shape;
  /** What happens to the bytes that come. */
  readonly incoming?: Fault | undefined;
  /** What happens to the bytes that go. */
  readonly outgoing?: Fault | undefined;
}

/** What was done to a connection so far. */
export interface FaultCounts {
  split: number;
  coalesced: number;
  delayed: number;
  cut: number;
  stalled: number;
  corrupted: number;
}

/** Nothing done yet. */
export function noFaults(): FaultCounts {
  return { split: 0, coalesced: 0, delayed: 0, cut: 0, stalled: 0, corrupted: 0 };
}

/** What both directions of one connection share. */
interface Line {
  readonly inner: ByteDuplex;
  readonly random: Random;
  readonly clock: TurnClock;
  readonly shape: Shape;
  readonly counts: FaultCounts;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Resolves when this end was let go of. */
  readonly released: Promise<void>;
  release(reason: unknown): Promise<void>;
}

/** What is left of one direction once its fault has taken its part. */
interface Passed {
  readonly pieces: Uint8Array[];
  readonly end: "eof" | "reset" | "stall" | undefined;
}

/** Wraps a connection in faults. */
export function faultyDuplex(
  inner: ByteDuplex,
  plan: FaultPlan,
  random: Random,
  clock: TurnClock,
  counts: FaultCounts,
): ByteDuplex {
  const { promise: released, resolve } = Promise.withResolvers<void>();
  const reader = inner.readable.getReader();
  const writer = inner.writable.getWriter();
  writer.closed.catch(ignore);
  reader.closed.catch(ignore);
  const line: Line = {
    inner,
    random,
    clock,
    shape: plan.shape,
    counts,
    reader,
    writer,
    released,
    async release(reason) {
      resolve();
      await Promise.allSettled([writer.abort(reason), reader.cancel(reason)]);
    },
  };
  const { secure, encrypted, label } = inner;
  return {
    readable: incoming(line, plan.incoming),
    writable: outgoing(line, plan.outgoing),
    secure,
    encrypted,
    label: `${label} with faults`,
  };
}

function incoming(line: Line, fault: Fault | undefined): ReadableStream<Uint8Array> {
  const direction = new Direction(line, fault);
  const waiting: Uint8Array[] = [];
  let end: Passed["end"];
  let ahead: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;
  let over = false;

  async function read(): Promise<Uint8Array | undefined> {
    const { done, value } = await (ahead ?? line.reader.read());
    ahead = undefined;
    if (done) return undefined;
    if (!chance(line, line.shape.coalesce)) return value;
    // what comes within some turns goes over with it
    let came = false;
    ahead = line.reader.read();
    ahead.then(() => came = true, ignore);
    await line.clock.sleep(1 + line.random.below(4));
    if (!came) return value;
    const next = await ahead;
    if (next.done) return value;
    ahead = undefined;
    line.counts.coalesced++;
    return joined(value, next.value);
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (waiting.length === 0 && end === undefined) {
          const chunk = await read();
          if (over) return;
          if (chunk === undefined) {
            over = true;
            return controller.close();
          }
          const passed = direction.pass(chunk);
          waiting.push(...passed.pieces);
          end = passed.end;
        }
        if (waiting.length > 0) {
          await direction.delay();
          if (!over) controller.enqueue(waiting.shift()!);
          return;
        }
        if (end === "stall") return await line.released;
        over = true;
        await line.release(new Error("cut"));
        if (end === "eof") controller.close();
        else controller.error(lost(line, "was reset"));
      } catch (error) {
        if (!over) controller.error(error);
        over = true;
      }
    },
    async cancel(reason) {
      over = true;
      await line.release(reason);
    },
  }, { highWaterMark: 0 });
}

function outgoing(line: Line, fault: Fault | undefined): WritableStream<Uint8Array> {
  const direction = new Direction(line, fault);
  return new WritableStream<Uint8Array>({
    start(controller) {
      controller.signal.addEventListener("abort", () => {
        line.release(controller.signal.reason);
      }, { once: true });
    },
    async write(chunk) {
      const { pieces, end } = direction.pass(chunk.slice());
      for (const piece of pieces) {
        await direction.delay();
        await line.writer.write(piece);
      }
      if (end === undefined) return;
      if (end === "stall") {
        await line.released;
        throw lost(line, "is closed");
      }
      await line.release(new Error("cut"));
      throw lost(line, "was closed by the peer");
    },
    async close() {
      await line.writer.close();
    },
    async abort(reason) {
      await line.release(reason);
    },
  });
}

/** What happens to the bytes of one direction. */
class Direction {
  readonly #line: Line;
  readonly #fault: Fault | undefined;
  #passed = 0;
  #done = false;

  constructor(line: Line, fault: Fault | undefined) {
    this.#line = line;
    this.#fault = fault;
  }

  /** Waits, sometimes. */
  async delay(): Promise<void> {
    const { clock, counts, random, shape } = this.#line;
    if (!chance(this.#line, shape.delay)) return;
    counts.delayed++;
    await clock.sleep(1 + random.below(random.oneIn(8) ? 40 : 5));
  }

  /** What goes over of a chunk, in which pieces, and what happens then. */
  pass(chunk: Uint8Array): Passed {
    const fault = this.#fault;
    const start = this.#passed;
    this.#passed += chunk.length;
    if (fault === undefined || this.#done || fault.at >= this.#passed) {
      return { pieces: this.#split(chunk), end: undefined };
    }
    this.#done = true;
    const { counts } = this.#line;
    const at = Math.max(0, fault.at - start);
    if (fault.kind === "corrupt") {
      counts.corrupted++;
      return { pieces: this.#split(this.#corrupted(chunk, at)), end: undefined };
    }
    if (fault.kind === "stall") counts.stalled++;
    else counts.cut++;
    return { pieces: at === 0 ? [] : this.#split(chunk.slice(0, at)), end: fault.kind };
  }

  #corrupted(chunk: Uint8Array, at: number): Uint8Array {
    const { random } = this.#line;
    const bytes = chunk.slice();
    switch (random.below(4)) {
      case 0:
        bytes[at]! ^= 1 << random.below(8);
        return bytes;
      case 1: // a word
        bytes.set(random.bytes(Math.min(4, bytes.length - at)), at);
        return bytes;
      case 2: // some are missing
        return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8)));
      default: // some too many
        return joined(
          joined(bytes.subarray(0, at), random.bytes(1 + random.below(8))),
          bytes.subarray(at),
        );
    }
  }

  #split(chunk: Uint8Array): Uint8Array[] {
    const { counts, random, shape } = this.#line;
    if (chunk.length < 2 || !chance(this.#line, shape.split)) return [chunk];
    const pieces: Uint8Array[] = [];
    let rest = chunk;
    for (let n = 1 + random.below(6); n > 0 && rest.length > 1; n--) {
      // many cuts within a header, where they matter most
      const at = 1 + random.below(Math.min(rest.length - 1, random.oneIn(2) ? 32 : rest.length));
      pieces.push(rest.slice(0, at)); // a reader may transfer its buffer
      rest = rest.subarray(at);
    }
    pieces.push(rest.slice());
    counts.split++;
    return pieces;
  }
}

function chance({ random }: Line, once: number): boolean {
  return once > 0 && random.oneIn(once);
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

function lost({ inner }: Line, how: string): ConnectionError {
  return new ConnectionError(`The connection to ${inner.label} ${how}`, "error");
}

function ignore(): void {}

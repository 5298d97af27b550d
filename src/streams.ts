/**
 * Web streams over the protocol's streams.
 *
 * @module
 */

import { ProtocolError } from "./errors.ts";
import { HEADER_SIZE, LENGTH_SIZE } from "./rpc/limits.ts";
import type { Hole, StreamSlot } from "./session/stream_slot.ts";
import type { ProgressMeter } from "./stream_progress.ts";

export { type Hole, StreamOverflowError } from "./session/stream_slot.ts";
export type { OnProgress, StreamProgress } from "./stream_progress.ts";

/** A piece of a sparse stream: data, or a stretch without. */
export type SparseChunk = Uint8Array | Hole;

// What a writer may have given away and the transport not taken yet: some packets.
const WRITE_AHEAD = 1024 * 1024;

type Measured = Pick<ProgressMeter, "data" | "hole" | "done"> | undefined;

/** Bytes from the daemon, also for readers that bring their own buffer. */
export function readBytes(
  slot: StreamSlot,
  meter?: Measured,
  cancel: (reason: unknown) => Promise<void> = (reason) => slot.abort(reason),
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: "bytes",
    start: (controller) => failWith(slot, controller),
    pull: async (controller) => {
      const chunk = await next(slot);
      if (chunk === undefined) {
        meter?.done();
        controller.close();
        controller.byobRequest?.respond(0);
      } else if (chunk instanceof Uint8Array) {
        report(slot, () => meter?.data(chunk.length));
        controller.enqueue(transferable(chunk));
      } else {
        throw await unexpectedHole(slot);
      }
    },
    cancel,
  }, { highWaterMark: 0 });
}

/** Data and holes from the daemon. */
export function readSparse(slot: StreamSlot, meter?: Measured): ReadableStream<SparseChunk> {
  return new ReadableStream<SparseChunk>({
    start: (controller) => failWith(slot, controller),
    pull: async (controller) => {
      const chunk = await next(slot);
      if (chunk === undefined) {
        meter?.done();
        return controller.close();
      }
      report(slot, () => {
        if (chunk instanceof Uint8Array) meter?.data(chunk.length);
        else meter?.hole(chunk.hole);
      });
      controller.enqueue(chunk);
    },
    cancel: (reason) => slot.abort(reason),
  }, { highWaterMark: 0 });
}

/** Bytes to the daemon; `close()` resolves when the daemon has all of them. */
export function writeBytes(slot: StreamSlot, meter?: Measured): WritableStream<Uint8Array> {
  return writable(slot, (chunk) => writeData(slot, chunk, meter), meter);
}

/** Data and holes to the daemon; `close()` resolves when the daemon has all of them. */
export function writeSparse(slot: StreamSlot, meter?: Measured): WritableStream<SparseChunk> {
  return writable<SparseChunk>(slot, async (chunk) => {
    if (!isHole(chunk)) return await writeData(slot, chunk, meter);
    if (chunk.hole < 0n) {
      throw new RangeError(`Cannot send a hole: expected 0 bytes or more, found ${chunk.hole}`);
    }
    await slot.writeHole(chunk.hole);
    meter?.hole(chunk.hole);
  }, meter);
}

/**
 * Bytes both ways, as of a console.
 *
 * The protocol has no half-close. Closing `writable` says that this side types no more, and reading
 * goes on; cancelling `readable` drops what comes, and writing goes on; when both are done the
 * stream is ended. Aborting `writable` gives the stream up at once. When the daemon ends it,
 * `readable` ends and `writable` takes no more.
 *
 * @example
 * ```ts
 * import type { Domain } from "@virtwire/libvirt";
 *
 * async function type(domain: Domain, text: string): Promise<void> {
 *   await using console = await domain.openConsole();
 *   const writer = console.writable.getWriter();
 *   await writer.write(new TextEncoder().encode(text));
 * }
 * ```
 */
export class DuplexStream implements AsyncDisposable {
  /** Bytes from the daemon. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes to the daemon. */
  readonly writable: WritableStream<Uint8Array>;
  readonly #slot: StreamSlot;
  #reading = true;
  #writing = true;

  /** Takes the stream over. */
  constructor(slot: StreamSlot) {
    this.#slot = slot;
    this.readable = readBytes(slot, undefined, async () => {
      this.#reading = false;
      slot.dropInput();
      if (!this.#writing) await slot.finish();
    });
    this.writable = writable<Uint8Array>(slot, (chunk) => slot.write(bytesOf(chunk)), undefined, {
      close: async () => {
        this.#writing = false;
        if (!this.#reading) await slot.finish();
      },
    });
  }

  /** Resolves when the stream is over, whatever ended it. */
  get closed(): Promise<void> {
    return this.#slot.over;
  }

  /**
   * Ends the stream in order. What has come can still be read; safe to call again.
   *
   * Throws what the stream has failed with.
   */
  async close(): Promise<void> {
    await this.#slot.finish();
  }

  /** Ends the stream as `close()` does, and throws nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => {});
  }
}

/** Whether a piece of a sparse stream is a hole. */
export function isHole(chunk: SparseChunk): chunk is Hole {
  return typeof (chunk as Partial<Hole> | null)?.hole === "bigint";
}

// What is neither data nor hole gets as far as the write, which gives the stream up for it.
function sizeOf(chunk: SparseChunk): number {
  return (chunk as Partial<Uint8Array> | null)?.byteLength ?? 1;
}

function writable<T extends SparseChunk>(
  slot: StreamSlot,
  write: (chunk: T) => Promise<void>,
  meter: Measured,
  { close = () => slot.finish() }: { close?: () => Promise<void> } = {},
): WritableStream<T> {
  let closing = false;
  return new WritableStream<T>({
    start: (controller) => {
      slot.onFailure((error) => {
        // an error here would end abort() before the daemon knows
        if (!controller.signal.aborted) controller.error(error);
      });
      // who waits for room, or only for the end, has to hear that the daemon has ended the stream
      void slot.over.then(() => {
        if (!closing) {
          controller.error(new TypeError("Cannot write: the daemon has ended the stream"));
        }
      });
      // abort() waits for the write in flight, which may wait for the daemon for ever
      controller.signal.addEventListener(
        "abort",
        () => void slot.abort(controller.signal.reason),
        { once: true },
      );
    },
    write: async (chunk) => {
      try {
        await write(chunk);
      } catch (error) {
        void slot.abort(error);
        throw error;
      }
    },
    close: async () => {
      closing = true;
      await close();
      meter?.done();
    },
    abort: (reason) => slot.abort(reason),
  }, { highWaterMark: WRITE_AHEAD, size: sizeOf });
}

async function writeData(slot: StreamSlot, chunk: Uint8Array, meter: Measured): Promise<void> {
  const bytes = bytesOf(chunk);
  await slot.write(bytes);
  meter?.data(bytes.length);
}

/** What comes next; `undefined` at the end, which the daemon has then confirmed. */
async function next(slot: StreamSlot): Promise<SparseChunk | undefined> {
  for (;;) {
    const item = slot.take();
    if (item !== undefined) return item;
    if (slot.hasFailed) throw slot.error;
    if (slot.isOver) return undefined;
    await slot.arrival();
  }
}

// What had come before a failure can still be read: only when there is nothing is the stream's
// error known at once.
function failWith(slot: StreamSlot, controller: { error(error: unknown): void }): void {
  slot.onFailure((error) => {
    if (slot.isEmpty) controller.error(error);
  });
}

// A progress report that throws ends the transfer.
function report(slot: StreamSlot, count: () => void): void {
  try {
    count();
  } catch (error) {
    void slot.abort(error);
    throw error;
  }
}

async function unexpectedHole(slot: StreamSlot): Promise<unknown> {
  await slot.abort(
    new ProtocolError("Expected data in a stream that was not opened as sparse, found a hole"),
  );
  return slot.error;
}

// A byte stream takes the buffer of what it is given away from everybody else. That is no loss when
// the packet, or the part of it, is all that is in it.
function transferable(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { byteOffset, length, buffer } = chunk;
  const alone = (byteOffset === 0 || byteOffset === LENGTH_SIZE + HEADER_SIZE) &&
    byteOffset + length === buffer.byteLength;
  return (alone ? chunk : chunk.slice()) as Uint8Array<ArrayBuffer>;
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  const found = chunk === null ? "null" : typeof chunk;
  throw new TypeError(`Cannot write to the stream: expected bytes, found ${found}`);
}

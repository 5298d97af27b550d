/**
 * Bytes that can be told by where they stand, in chunks of any size.
 *
 * @module
 */

import { assertEquals, fail } from "@std/assert";

const PERIOD = 65_521; // prime, so that a piece lost or sent twice never fits
const PATTERN = makePattern();

function makePattern(): Uint8Array<ArrayBuffer> {
  const pattern = new Uint8Array(PERIOD * 2);
  let state = 1;
  for (let i = 0; i < PERIOD; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    pattern[i] = pattern[i + PERIOD] = state >>> 16;
  }
  return pattern;
}

/** At most `length` of the bytes that stand at `offset`. */
export function bytesAt(offset: number, length: number): Uint8Array<ArrayBuffer> {
  const start = offset % PERIOD;
  return PATTERN.slice(start, start + Math.min(length, PERIOD));
}

/** Fails unless `chunk` is what stands at `offset`. */
export function assertBytesAt(offset: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.byteLength; at++) {
    if (chunk[at] !== PATTERN[(offset + at) % PERIOD]) fail(`wrong byte at ${offset + at}`);
  }
}

/** Chunk sizes from 1 to 100,000 bytes, small ones as often as large ones; the same every time. */
export function* chunkSizes(total: number): Generator<number, void> {
  let state = 7;
  for (let left = total; left > 0;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const size = Math.min(left, Math.max(1, Math.floor(100_000 ** (state / 2 ** 32))));
    left -= size;
    yield size;
  }
}

/** Writes `total` bytes of the pattern. */
export async function writeBytes(
  writable: WritableStream<Uint8Array>,
  total: number,
): Promise<void> {
  const writer = writable.getWriter();
  try {
    let offset = 0;
    for (const size of chunkSizes(total)) {
      const end = offset + size;
      while (offset < end) {
        const chunk = bytesAt(offset, end - offset);
        offset += chunk.byteLength;
        await writer.write(chunk);
      }
    }
  } finally {
    writer.releaseLock();
  }
}

/** Reads `total` bytes of the pattern. */
export async function readBytes(
  readable: ReadableStream<Uint8Array>,
  total: number,
): Promise<void> {
  const reader = readable.getReader();
  try {
    let offset = 0;
    while (offset < total) {
      const { done, value } = await reader.read();
      if (done) fail(`ended after ${offset} of ${total} bytes`);
      assertBytesAt(offset, value);
      offset += value.byteLength;
    }
    assertEquals(offset, total);
  } finally {
    reader.releaseLock();
  }
}

/** Reads one chunk; `undefined` at the end. */
export async function readOnce(
  readable: ReadableStream<Uint8Array>,
): Promise<Uint8Array | undefined> {
  const reader = readable.getReader();
  try {
    return (await reader.read()).value;
  } finally {
    reader.releaseLock();
  }
}

/** Reads to the end, and returns how many bytes there were. */
export async function readToEnd(readable: ReadableStream<Uint8Array>): Promise<number> {
  const reader = readable.getReader();
  try {
    let total = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return total;
      total += value.byteLength;
    }
  } finally {
    reader.releaseLock();
  }
}

/** Writes one chunk. */
export async function writeOnce(
  writable: WritableStream<Uint8Array>,
  chunk: Uint8Array,
): Promise<void> {
  const writer = writable.getWriter();
  try {
    await writer.write(chunk);
  } finally {
    writer.releaseLock();
  }
}

/**
 * Volumes from and to files of this host.
 *
 * @module
 */

import { StorageVol } from "./storage_vol.ts";
import type { StorageVolTransferOptions } from "./storage_vol_streams.ts";
import type { OnProgress, StreamProgress } from "../stream_progress.ts";
import { isHole, type SparseChunk } from "../streams.ts";
import type { LocalFile } from "../transport.ts";

/** Options of `uploadFile()` and `downloadFile()`. */
export interface FileTransferOptions extends Omit<StorageVolTransferOptions, "sparse"> {
  /** Whether holes go over as holes; on when left out. */
  readonly sparse?: boolean | undefined;
  /**
   * Whether to open a connection for the transfer alone, which is the default where one can be
   * opened. It does without keepalive, because a daemon that waits for a slow disk reads nothing,
   * and would take its own silence for ours.
   */
  readonly ownConnection?: boolean | undefined;
}

// As large as a packet may be.
const BLOCK = 1024 * 1024;

// Reading is a hop to another thread and back, which costs more than a hole's zeros do.
const ZERO_BLOCK = 8 * BLOCK;

// What a file system keeps holes of, or a multiple: shorter runs of zeros go over as data.
const HOLE_UNIT = 64 * 1024;

/** Uploads a file, which is then closed. */
export async function uploadLocalFile(
  volume: StorageVol,
  file: LocalFile,
  options: FileTransferOptions = {},
): Promise<StreamProgress> {
  try {
    return await onOwnConnection(volume, options, async (volume) => {
      const { length, ...rest } = options;
      const end = length ? Math.min(file.size, Number(length)) : file.size;
      const [onProgress, result] = keepLast(options);
      const upload = await volume.upload({
        ...rest,
        onProgress,
        length: length || BigInt(file.size),
        sparse: options.sparse ?? true,
      });
      const writer = (upload as WritableStream<SparseChunk>).getWriter();
      try {
        await (options.sparse === false ? sendAll : sendSparsely)(file, end, writer);
        await writer.close();
      } catch (error) {
        await writer.abort(error).catch(() => {});
        throw error;
      }
      return result();
    });
  } finally {
    await file.close();
  }
}

/** Downloads to a new file, which is then closed. */
export async function downloadLocalFile(
  volume: StorageVol,
  file: LocalFile,
  options: FileTransferOptions = {},
): Promise<StreamProgress> {
  try {
    return await onOwnConnection(volume, options, async (volume) => {
      const [onProgress, result] = keepLast(options);
      const sparse = options.sparse ?? true;
      const source: ReadableStream<SparseChunk> = await volume.download({
        ...options,
        onProgress,
        sparse,
      });
      let position = 0;
      let hole = false;
      for await (const chunk of source) {
        hole = isHole(chunk);
        if (isHole(chunk)) {
          position += Number(chunk.hole);
        } else {
          await file.write(chunk, position);
          position += chunk.length;
        }
      }
      if (hole) await file.truncate(position);
      return result();
    });
  } finally {
    await file.close();
  }
}

type Writer = WritableStreamDefaultWriter<SparseChunk>;

async function sendAll(file: LocalFile, end: number, writer: Writer): Promise<void> {
  await sendData(file, 0, end, async (block) => {
    await writer.write(block);
    return false;
  });
}

// Zeros that are on the disk go over as holes too. Where nothing tells where a file's own holes are,
// on Node and on a Deno without --allow-ffi, they are found by reading the zeros that they read as.
async function sendSparsely(file: LocalFile, end: number, writer: Writer): Promise<void> {
  function isZero(block: Uint8Array, at: number): boolean {
    const length = Math.min(HOLE_UNIT, block.length - at);
    if (block[at] !== 0 || block[at + length - 1] !== 0) return false; // as nearly all data
    return file.isZero(block.subarray(at, at + length));
  }
  let hole = 0;
  const flush = async () => {
    if (hole > 0) await writer.write({ hole: BigInt(hole) });
    hole = 0;
  };
  for (let position = 0; position < end;) {
    const extent = file.dataFrom === undefined
      ? { start: position, end }
      : file.dataFrom(position) ?? { start: end, end };
    const start = Math.min(extent.start, end);
    hole += start - position;
    position = Math.min(extent.end, end);
    await sendData(file, start, position, async (block) => {
      if (isZero(block, 0) && file.isZero(block)) {
        hole += block.length;
        return true;
      }
      for (let at = 0; at < block.length;) {
        const zeros = isZero(block, at);
        let to = at;
        while (to < block.length && isZero(block, to) === zeros) to += HOLE_UNIT;
        to = Math.min(to, block.length);
        if (zeros) {
          hole += to - at;
        } else {
          await flush();
          await writer.write(block.subarray(at, to));
        }
        at = to;
      }
      return false;
    });
  }
  await flush();
}

/**
 * Reads ahead one block while the one before is sent; larger ones for as long as `send` says that all
 * was zero.
 */
async function sendData(
  file: LocalFile,
  start: number,
  end: number,
  send: (block: Uint8Array) => Promise<boolean>,
): Promise<void> {
  let buffer = new Uint8Array(Math.min(BLOCK, end - start));
  let other = new Uint8Array(buffer.length);
  let zero = false;
  let position = start;
  let reading = fill(file, buffer, position, end, zero);
  while (position < end) {
    const block = await reading;
    position += block.length;
    [buffer, other] = [other, buffer];
    if (position < end) {
      if (zero && buffer.length < ZERO_BLOCK) buffer = new Uint8Array(ZERO_BLOCK);
      reading = fill(file, zero ? buffer : buffer.subarray(0, BLOCK), position, end, zero);
      reading.catch(() => {}); // is thrown where it is awaited, if it ever is
    }
    zero = await send(block);
  }
}

async function fill(
  file: LocalFile,
  buffer: Uint8Array,
  position: number,
  end: number,
  inHole: boolean,
): Promise<Uint8Array> {
  const wanted = buffer.subarray(0, Math.min(buffer.length, end - position));
  for (let have = 0; have < wanted.length;) {
    const got = await file.read(wanted.subarray(have), position + have, inHole);
    if (got === 0) {
      throw new RangeError(
        `Cannot read the file to its end: expected ${end} bytes, found ${position + have}; ` +
          `it became shorter meanwhile`,
      );
    }
    have += got;
  }
  return wanted;
}

async function onOwnConnection<T>(
  volume: StorageVol,
  { ownConnection = true, signal }: FileTransferOptions,
  transfer: (volume: StorageVol) => Promise<T>,
): Promise<T> {
  const own = ownConnection ? await volume.caller.openAnother?.({ signal }) : undefined;
  if (own === undefined) return await transfer(volume);
  try {
    return await transfer(new StorageVol(own.caller, volume.handle));
  } finally {
    await own.close();
  }
}

function keepLast(options: FileTransferOptions): [OnProgress, () => StreamProgress] {
  let last!: StreamProgress;
  const onProgress: OnProgress = (progress) => {
    last = progress;
    options.onProgress?.(progress);
  };
  return [onProgress, () => last];
}

/**
 * The half of a volume that concerns its contents.
 *
 * @module
 */

import { StorageVolDownloadFlags, StorageVolInfoFlags } from "../../gen/enums/storage.ts";
import { storageVolDownload, storageVolUpload } from "../../gen/remote/storage_vol.ts";
import { StorageVolBase } from "../../gen/remote/storage_vol_base.ts";
import { LibvirtError } from "../errors.ts";
import type { FlagOptions } from "../session/caller.ts";
import { type OnProgress, ProgressMeter, type StreamProgress } from "../stream_progress.ts";
import { readBytes, readSparse, type SparseChunk, writeBytes, writeSparse } from "../streams.ts";
import { openStream } from "./open_stream.ts";

/** Options of what moves the contents of a volume. */
export interface StorageVolTransferOptions extends FlagOptions {
  /** Bytes to leave out at the volume's start; none when left out. */
  readonly offset?: bigint | undefined;
  /** Bytes to move; up to the volume's end when left out or 0. */
  readonly length?: bigint | undefined;
  /** Whether holes go over as such, as `{ hole: length }` among the data. Since libvirt 3.4.0. */
  readonly sparse?: boolean | undefined;
  /** Gives the transfer up, also after it has begun; the stream fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the daemon to begin, not for the transfer. */
  readonly timeout?: number | undefined;
  /** Told how far it is, about ten times a second and at the end. */
  readonly onProgress?: OnProgress | undefined;
}

/** What `StorageVol.uploadFrom()` takes the bytes from. */
export type UploadSource =
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Uint8Array;

/** What a volume has of streams; part of `StorageVol`. */
export abstract class StorageVolStreams extends StorageVolBase {
  /**
   * Opens a stream that writes the volume's contents.
   *
   * Its `close()` resolves when the daemon has written everything, and throws otherwise; `abort()`
   * gives up and leaves what was written. The daemon takes as much as it has room for: a write waits
   * while the disk is slow, and so do other calls on the connection then. Since libvirt 0.9.0.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-storage.html#virStorageVolUpload
   *
   * @example
   * ```ts
   * import type { StorageVol } from "@virtwire/libvirt";
   *
   * async function install(volume: StorageVol, url: string): Promise<void> {
   *   const { body } = await fetch(url);
   *   await body!.pipeTo(await volume.upload());
   * }
   * ```
   */
  upload(
    options: StorageVolTransferOptions & { readonly sparse: true },
  ): Promise<WritableStream<SparseChunk>>;
  /** As bytes alone; holes are zeros. */
  upload(
    options?: StorageVolTransferOptions & { readonly sparse?: false | undefined },
  ): Promise<WritableStream<Uint8Array>>;
  /** As the options say, where that is known at run time only. */
  upload(
    options?: StorageVolTransferOptions,
  ): Promise<WritableStream<Uint8Array> | WritableStream<SparseChunk>>;
  async upload(
    options: StorageVolTransferOptions = {},
  ): Promise<WritableStream<Uint8Array> | WritableStream<SparseChunk>> {
    const { stream } = await openStream(
      storageVolUpload,
      this.caller,
      transferArgs(this, options),
      options,
    );
    const meter = new ProgressMeter(options.onProgress, options.length || undefined);
    return options.sparse ? writeSparse(stream, meter) : writeBytes(stream, meter);
  }

  /**
   * Opens a stream that reads the volume's contents.
   *
   * It ends when the daemon has confirmed that all was sent, and throws otherwise; cancelling it
   * gives the transfer up. A reader may take its time: then the daemon waits, and calls on the same
   * connection are answered all the same. Since libvirt 0.9.0.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-storage.html#virStorageVolDownload
   *
   * @example
   * ```ts
   * import type { StorageVol } from "@virtwire/libvirt";
   *
   * async function serve(volume: StorageVol): Promise<Response> {
   *   return new Response(await volume.download());
   * }
   * ```
   *
   * @example Data and holes
   * ```ts
   * import { isHole, type StorageVol } from "@virtwire/libvirt";
   *
   * async function dataIn(volume: StorageVol): Promise<number> {
   *   let bytes = 0;
   *   for await (const chunk of await volume.download({ sparse: true })) {
   *     if (!isHole(chunk)) bytes += chunk.length;
   *   }
   *   return bytes;
   * }
   * ```
   */
  download(
    options: StorageVolTransferOptions & { readonly sparse: true },
  ): Promise<ReadableStream<SparseChunk>>;
  /** As bytes alone; holes are zeros. */
  download(
    options?: StorageVolTransferOptions & { readonly sparse?: false | undefined },
  ): Promise<ReadableStream<Uint8Array>>;
  /** As the options say, where that is known at run time only. */
  download(
    options?: StorageVolTransferOptions,
  ): Promise<ReadableStream<Uint8Array> | ReadableStream<SparseChunk>>;
  async download(
    options: StorageVolTransferOptions = {},
  ): Promise<ReadableStream<Uint8Array> | ReadableStream<SparseChunk>> {
    const total = options.length ||
      (options.onProgress === undefined ? undefined : await this.#total(options));
    const { stream } = await openStream(
      storageVolDownload,
      this.caller,
      transferArgs(this, options),
      options,
    );
    const meter = new ProgressMeter(options.onProgress, total);
    return options.sparse ? readSparse(stream, meter) : readBytes(stream, meter);
  }

  /**
   * Writes the volume's contents from a `Blob`, a `Response`, a stream, an iterable or an array, and
   * resolves when the daemon has written everything.
   *
   * Answers what went over. Throws a TypeError for a `Response` that was not a success.
   */
  async uploadFrom(
    source: UploadSource,
    options: Omit<StorageVolTransferOptions, "sparse"> = {},
  ): Promise<StreamProgress> {
    const { body, size } = bodyOf(source);
    const length = options.length ?? (size === undefined ? undefined : BigInt(size));
    let last!: StreamProgress;
    const onProgress: OnProgress = (progress) => {
      last = progress;
      options.onProgress?.(progress);
    };
    let target: WritableStream<Uint8Array>;
    try {
      target = await this.upload({ ...options, length, onProgress, sparse: false });
    } catch (error) {
      await body.cancel(error);
      throw error;
    }
    await body.pipeTo(target);
    return last;
  }

  /**
   * Reads the volume's contents into a stream, which is then closed, and resolves when all is there.
   *
   * Answers what went over.
   */
  async downloadTo(
    target: WritableStream<Uint8Array>,
    options: Omit<StorageVolTransferOptions, "sparse"> = {},
  ): Promise<StreamProgress> {
    let last!: StreamProgress;
    const onProgress: OnProgress = (progress) => {
      last = progress;
      options.onProgress?.(progress);
    };
    let source: ReadableStream<Uint8Array>;
    try {
      source = await this.download({ ...options, onProgress, sparse: false });
    } catch (error) {
      await target.abort(error);
      throw error;
    }
    await source.pipeTo(target);
    return last;
  }

  // The size of the file is what comes over, not the capacity that a guest sees.
  async #total(options: StorageVolTransferOptions): Promise<bigint | undefined> {
    try {
      const { allocation } = await this.getInfo({
        flags: StorageVolInfoFlags.GET_PHYSICAL,
        signal: options.signal,
        timeout: options.timeout,
      });
      return allocation - (options.offset ?? 0n);
    } catch (error) {
      if (error instanceof LibvirtError) return undefined;
      throw error;
    }
  }
}

function transferArgs(volume: StorageVolBase, options: StorageVolTransferOptions) {
  // the same bit for both directions
  const sparse = StorageVolDownloadFlags.SPARSE_STREAM;
  const { flags = 0 } = options;
  if ((flags & sparse) !== 0 && options.sparse !== true) {
    throw new TypeError(`Cannot open a sparse stream by flags: say "sparse: true" instead`);
  }
  return {
    vol: volume.handle,
    offset: options.offset ?? 0n,
    length: options.length ?? 0n,
    flags: options.sparse ? flags | sparse : flags,
  };
}

function bodyOf(source: UploadSource): { body: ReadableStream<Uint8Array>; size?: number } {
  if (source instanceof Blob) return { body: source.stream(), size: source.size };
  if (source instanceof Uint8Array) return { body: streamOf([source]), size: source.length };
  if (source instanceof ReadableStream) return { body: source };
  if (!(source instanceof Response)) return { body: streamOf(source) };
  if (!source.ok) {
    // of a URL that was signed for one download the query is a secret
    const server = source.url.replace(/\?.*/, "") || "a server";
    throw new TypeError(`Cannot upload a response of status ${source.status} from ${server}`);
  }
  return { body: source.body ?? streamOf([]) };
}

function streamOf(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): ReadableStream<Uint8Array> {
  const iterator = Symbol.asyncIterator in source
    ? source[Symbol.asyncIterator]()
    : source[Symbol.iterator]();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async (reason) => {
      await iterator.return?.(reason);
    },
  }, { highWaterMark: 0 });
}

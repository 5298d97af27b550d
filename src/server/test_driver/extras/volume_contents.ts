/**
 * The bytes of volumes, in memory.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../../gen/enums/errors.ts";
import { StorageVolResizeFlags } from "../../../../gen/enums/storage.ts";
import type { NonnullStorageVol } from "../../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../../gen/remote/dispatch.ts";
import type { LibvirtError } from "../../../errors.ts";
import type { XmlElement } from "../../../xml/element.ts";
import type { CallContext } from "../../driver.ts";
import { failure } from "../../failure.ts";
import { checkFlags, invalidArgument, refusal } from "../refusals.ts";
import type { TestState } from "../state.ts";
import type { Volume } from "../storage_pool.ts";
import { storageVolHandlers } from "../storage_vol.ts";
import { SparseBytes } from "./sparse_bytes.ts";

/** The bytes of each volume that has any. */
export class VolumeContents {
  readonly #byVolume = new WeakMap<Volume, SparseBytes>();

  /** The bytes of one. */
  of(volume: Volume): SparseBytes {
    let bytes = this.#byVolume.get(volume);
    if (bytes === undefined) this.#byVolume.set(volume, bytes = new SparseBytes());
    return bytes;
  }
}

// VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM, and the same bit of downloads
const SPARSE = 1;
const { ALLOCATE, DELTA, SHRINK } = StorageVolResizeFlags;
const PIECE = 256 * 1024;
const ALGORITHMS = 10;

/** Handlers of what moves or wipes a volume's bytes. */
export function volumeContentsHandlers(
  state: TestState,
  contents: VolumeContents,
): RemoteHandlers<CallContext> {
  const base = storageVolHandlers(state);

  function volumeOf(
    { pool, name }: NonnullStorageVol,
  ): { bytes: SparseBytes; capacity: number; definition: XmlElement } {
    const volume = state.pools.byNameOrFail(pool).checkActive().volumes.get(name);
    if (volume === undefined) {
      throw refusal(
        ErrorNumber.NO_STORAGE_VOL,
        `no storage vol with matching name '${name}'`,
      );
    }
    const capacity = Number(volume.definition.textOf("capacity")!);
    return { bytes: contents.of(volume), capacity, definition: volume.definition };
  }

  return {
    async storageVolCreateXmlFrom(args, context) {
      const made = await base.storageVolCreateXmlFrom!(args, context);
      const { pool } = made.vol;
      const source = volumeOf({ ...args.clonevol, pool });
      const target = volumeOf(made.vol);
      target.bytes.copyFrom(source.bytes, target.capacity);
      return made;
    },
    storageVolUpload({ vol, offset, length, flags }, context) {
      checkFlags(context, flags, SPARSE);
      const { bytes, capacity } = volumeOf(vol);
      const { start, end } = range(offset, length, capacity);
      let at = start;
      const advance = (count: number): number => {
        if (count > end - at) throw storageFailure("Unable to write beyond the end of the volume");
        at += count;
        return at - count;
      };
      context.openStream({
        data: (chunk) => bytes.write(advance(chunk.length), chunk),
        hole(count) {
          const size = Number(count);
          bytes.clear(advance(size), size);
        },
      });
    },
    storageVolDownload({ vol, offset, length, flags }, context) {
      checkFlags(context, flags, SPARSE);
      const { bytes, capacity } = volumeOf(vol);
      const { start, end } = range(offset, length, capacity);
      const sparse = (flags & SPARSE) !== 0;
      let at = start;
      const stream = context.openStream({
        drain() {
          let room = true;
          while (room && at < end) {
            const { length: run, hole } = bytes.run(at, end);
            if (hole && sparse) {
              room = stream.writeHole(BigInt(run));
              at += run;
              continue;
            }
            const piece = bytes.read(at, Math.min(run, PIECE));
            room = stream.write(piece);
            at += piece.length;
          }
          if (at === end) stream.end();
        },
      });
    },
    storageVolResize({ vol, capacity, flags }, context) {
      checkFlags(context, flags, ALLOCATE | DELTA | SHRINK);
      const { bytes, capacity: old, definition } = volumeOf(vol);
      const change = Number(capacity);
      const size = (flags & DELTA) === 0
        ? change
        : (flags & SHRINK) === 0
        ? old + change
        : old - change;
      if (size < 0) {
        throw invalidArgument("can't shrink a volume below zero");
      }
      if (size < old && (flags & SHRINK) === 0) {
        throw invalidArgument(
          "Can't shrink capacity below current capacity unless shrink flag explicitly specified",
        );
      }
      if (size < old) bytes.clear(size, old - size);
      definition.child("capacity")!.setText(String(size));
      if ((flags & ALLOCATE) !== 0) definition.child("allocation")!.setText(String(size));
    },
    storageVolWipe({ vol, flags }, context) {
      checkFlags(context, flags);
      wipe(vol);
    },
    storageVolWipePattern({ vol, algorithm, flags }, context) {
      checkFlags(context, flags);
      if (algorithm >= ALGORITHMS) {
        throw storageFailure(`wiping algorithm ${algorithm} not supported`);
      }
      wipe(vol);
    },
  };

  function wipe(vol: NonnullStorageVol): void {
    const { bytes, capacity } = volumeOf(vol);
    bytes.clear(0, capacity);
  }
}

function range(offset: bigint, length: bigint, capacity: number): { start: number; end: number } {
  const start = Number(offset);
  if (start > capacity) throw storageFailure(`Offset ${offset} is beyond the end of the volume`);
  const end = length === 0n ? capacity : Math.min(start + Number(length), capacity);
  return { start, end };
}

function storageFailure(detail: string): LibvirtError {
  return failure(ErrorDomain.STORAGE, ErrorNumber.OPERATION_FAILED, detail);
}

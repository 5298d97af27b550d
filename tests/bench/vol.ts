/**
 * The contents of a volume, whole: up, then down.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { connect, type Connection, type StorageVol } from "../../mod.ts";
import type { BenchOptions } from "./main.ts";
import { Mark } from "./mark.ts";

const MIB = 1048576;

/** A volume of the pool that the programs for the peers use. */
export async function volume(conn: Connection, name: string): Promise<StorageVol> {
  return await (await conn.lookupStoragePoolByName("peers")).lookupVolumeByName(name);
}

/** Uploads and downloads volume `bulk`, each with its end handshake; `block=` is the writes' size. */
export async function vol({ uri, reps, number }: BenchOptions): Promise<void> {
  const size = number("size", 1024 * MIB);
  const block = new Uint8Array(randomBytes(number("block", 256 * 1024)));
  await using conn = await connect(uri);
  const bulk = await volume(conn, "bulk");
  for (let rep = 1; rep <= reps; rep++) {
    const mark = new Mark();
    const writer = (await bulk.upload({ length: BigInt(size) })).getWriter();
    for (let left = size; left > 0; left -= block.length) {
      await writer.write(left < block.length ? block.subarray(0, left) : block);
    }
    await writer.close();
    report(mark, "vol-upload", rep, size);
  }
  for (let rep = 1; rep <= reps; rep++) {
    const mark = new Mark();
    let bytes = 0;
    const reader = (await bulk.download({ length: BigInt(size) })).getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      bytes += read.value.length;
    }
    report(mark, "vol-download", rep, bytes);
  }
}

/** Prints a transfer's line, with the CPU time that a GiB took here and in the daemon. */
export function report(mark: Mark, workload: string, rep: number, bytes: number, holes = 0): void {
  const { seconds } = mark;
  const mibPerSecond = Math.round((bytes + holes) / MIB / seconds * 10) / 10;
  const extra = { bytes, hole_bytes: holes, mib_per_s: mibPerSecond };
  mark.report(workload, rep, 1, extra, seconds);
}

/**
 * Holes of a file that are found by reading, as on Node, which cannot ask where they are.
 */

import { assert, assertEquals } from "@std/assert";
import { uploadLocalFile } from "../../src/objects/file_transfer.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import type { LocalFile } from "../../src/transport.ts";
import { openLocalFile } from "../../transports/files.ts";
import { test } from "../harness.ts";
import { withTempDir } from "../transports/host.ts";
import { crypto, fs, MIB } from "./volumes.ts";

const CAPACITY = 40 * MIB;

/** A file without its knowledge of holes; `seen` counts the reads that were told of one. */
async function forgetful(path: string, seen: { inHole: number }): Promise<LocalFile> {
  const { dataFrom: _, ...file } = await openLocalFile(path, "read");
  return {
    ...file,
    read(buffer, position, inHole = false) {
      if (inHole) seen.inHole++;
      return file.read(buffer, position, inHole);
    },
  };
}

test("in memory: holes that nobody tells of are found by reading", () =>
  withTempDir(async (directory) => {
    await using hypervisor = createTestHypervisor({ extras: true });
    await using conn = await hypervisor.connect({ strict: true });
    const pool = await conn.lookupStoragePoolByName("default-pool");
    const path = `${directory}/file`;
    // pieces of data as [position, length], and the whole length
    const layouts: [[number, number][], number][] = [
      [[], 0],
      [[], 5],
      [[], 30 * MIB + 3],
      [[[0, 1]], 20 * MIB],
      [[[20 * MIB - 1, 1]], 20 * MIB],
      [[[3 * MIB + 5, 70_000], [12 * MIB - 7, 14], [30 * MIB, 65_536]], 33 * MIB + 4097],
      [[[0, 2 * MIB]], 2 * MIB],
      Array.from({ length: 20 }, () => Math.floor(Math.random() * 39 * MIB))
        .map((at): [number, number] => [at, 1 + Math.floor(Math.random() * 300_000)])
        .reduce<[[number, number][], number]>(
          ([pieces], piece) => [[...pieces, piece], CAPACITY - 1],
          [[], 0],
        ),
    ];
    for (const [i, [pieces, length]] of layouts.entries()) {
      const file = fs.openSync(path, "w");
      for (const [at, size] of pieces) fs.writeSync(file, crypto.randomBytes(size), 0, size, at);
      fs.ftruncateSync(file, length);
      fs.closeSync(file);
      const volume = await pool.createVolumeXml(
        `<volume><name>v${i}</name><capacity>${CAPACITY}</capacity></volume>`,
      );
      const seen = { inHole: 0 };
      const { bytes, holeBytes } = await uploadLocalFile(volume, await forgetful(path, seen));
      assertEquals(bytes + holeBytes, BigInt(length), JSON.stringify(pieces));
      // what is not data costs no more than the units that data touches
      const most = pieces.reduce((sum, [, size]) => sum + size + 2 * 65_536, 0);
      assert(bytes <= BigInt(most), `${bytes} bytes of data for ${JSON.stringify(pieces)}`);
      if (length > 4 * MIB && pieces.length < 2) assert(seen.inHole > 0);
      if (length === 0) continue; // as the length of a download it would mean all
      const back = await volume.download({ length: BigInt(length) });
      const whole = new Uint8Array(await new Response(back).arrayBuffer());
      assert(fs.readFileSync(path).equals(whole), JSON.stringify(pieces));
    }
  }));

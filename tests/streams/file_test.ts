import { assert, assertEquals, assertRejects } from "@std/assert";
import { downloadFile, type StreamProgress, uploadFile } from "../../mod.ts";
import { skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { crypto, descriptorsTo, fs, MIB, newPool, newVolume, open, path } from "./volumes.ts";

for (const version of ["9", "12"] as const) {
  test(`libvirtd ${version}: files go up and down, their holes as holes`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await open(daemon);
    const pool = await newPool(daemon, conn);
    const data = crypto.randomBytes(3 * MIB + 12345);
    const source = path.join(daemon.directory, "source");
    const copy = path.join(daemon.directory, "copy");
    const file = fs.openSync(source, "w");
    fs.writeSync(file, data, 0, MIB, 0);
    fs.writeSync(file, data, MIB, data.length - MIB, 60 * MIB + 777);
    fs.writeSync(file, new Uint8Array(MIB), 0, MIB, 30 * MIB); // zeros on disk
    fs.ftruncateSync(file, 70 * MIB + 5);
    fs.closeSync(file);
    for (const sparse of [true, false]) {
      for (const ownConnection of [true, false]) {
        const [volume, target] = await newVolume(daemon, pool, `${sparse}-${ownConnection}`);
        const reports: StreamProgress[] = [];
        const onProgress = (progress: StreamProgress) => reports.push(progress);
        const up = await uploadFile(volume, source, { sparse, ownConnection, onProgress });
        assertEquals(up.bytes + up.holeBytes, BigInt(70 * MIB + 5));
        assertEquals([up.done, up.total, reports.at(-1)], [true, BigInt(70 * MIB + 5), up]);
        assert(sparse ? up.bytes < 4n << 20n : up.holeBytes === 0n, `${up.bytes} bytes of data`);
        assert(fs.readFileSync(target).equals(fs.readFileSync(source)), "the volume differs");
        if (sparse) assert(fs.statSync(target).blocks * 512 < 5 * MIB, "the volume has no holes");
        const down = await downloadFile(volume, copy, { sparse, ownConnection });
        assertEquals(down.bytes + down.holeBytes, BigInt(70 * MIB + 5));
        assert(fs.readFileSync(copy).equals(fs.readFileSync(source)), "the copy differs");
        if (sparse) assert(fs.statSync(copy).blocks * 512 < 6 * MIB, "the copy has no holes");
        assertEquals(descriptorsTo(daemon, target), 0);
      }
    }
    const [volume] = await newVolume(daemon, pool, "part");
    await uploadFile(volume, source, { length: 1000n });
    await downloadFile(volume, copy, { offset: 10n, length: 500n });
    assert(fs.readFileSync(copy).equals(data.subarray(10, 510)), "the part differs");
    await assertRejects(() => uploadFile(volume, `${source}.absent`), Error, "absent");
    await assertRejects(
      () => uploadFile(volume, source, { signal: AbortSignal.abort(new Error("no")) }),
      Error,
      "no",
    );
  }, { skip: skipWithoutDaemon(version) });
}

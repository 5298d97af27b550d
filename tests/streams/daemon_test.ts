import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ConnectionError, isHole, LibvirtError, type SparseChunk } from "../../mod.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import {
  crypto,
  descriptorsTo,
  digest,
  fs,
  MIB,
  newPool,
  newVolume,
  open,
  process,
  until,
} from "./volumes.ts";

function sha256(data: Uint8Array): string {
  return crypto.createHash("sha256").update(data).digest("hex");
}

for (const version of ["9", "12"] as const satisfies readonly DaemonVersion[]) {
  const skip = skipWithoutDaemon(version);

  test(`libvirtd ${version}: what goes up comes down, in writes of any size`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await open(daemon);
    const [volume, file] = await newVolume(daemon, await newPool(daemon, conn), "whole");
    const data = crypto.randomBytes(64 * MIB);
    for (const size of [data.length, 262144, 65536]) {
      const writer = (await volume.upload({ length: BigInt(data.length) })).getWriter();
      for (let at = 0; at < data.length; at += size) {
        await writer.write(data.subarray(at, at + size));
      }
      await writer.close();
      assertEquals(sha256(fs.readFileSync(file)), sha256(data), `writes of ${size}`);
    }
    assertEquals(await digest(await volume.download()), [sha256(data), data.length]);
    const part = await digest(await volume.download({ offset: 12345n, length: 6789n }));
    assertEquals(part, [sha256(data.subarray(12345, 12345 + 6789)), 6789]);
    assertEquals(descriptorsTo(daemon, file), 0);
  }, { skip });

  test(`libvirtd ${version}: holes stay holes both ways`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await open(daemon);
    const pool = await newPool(daemon, conn);
    const [volume, file] = await newVolume(daemon, pool, "holes");
    const data = crypto.randomBytes(MIB);
    const GIB = 1n << 30n;
    const writer = (await volume.upload({ sparse: true })).getWriter();
    for (const chunk of [{ hole: GIB }, data, { hole: GIB }, data, { hole: 8n * GIB }]) {
      await writer.write(chunk);
    }
    await writer.close();
    const { size, blocks } = fs.statSync(file);
    assertEquals(size, 10 * 1024 * MIB + 2 * MIB);
    assert(blocks * 512 < 3 * MIB, `the holes take ${blocks * 512} bytes of disk`);
    const found: (bigint | number)[] = [];
    const hash = crypto.createHash("sha256");
    const chunks: ReadableStream<SparseChunk> = await volume.download({ sparse: true });
    for await (const chunk of chunks) {
      if (isHole(chunk)) found.push(chunk.hole);
      else {
        hash.update(chunk);
        if (typeof found.at(-1) === "number") found.push(found.pop() as number + chunk.length);
        else found.push(chunk.length);
      }
    }
    assertEquals(found, [GIB, MIB, GIB, MIB, 8n * GIB]);
    const twice = new Uint8Array(2 * MIB);
    twice.set(data);
    twice.set(data, MIB);
    assertEquals(hash.digest("hex"), sha256(twice));
  }, { skip });

  test(`libvirtd ${version}: an upload beyond its length fails the writer`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await open(daemon);
    const [volume, file] = await newVolume(daemon, await newPool(daemon, conn), "short");
    const writer = (await volume.upload({ length: 1000n })).getWriter();
    const error = await assertRejects(async () => {
      await writer.write(new Uint8Array(5000));
      await writer.close();
    }, LibvirtError);
    assertEquals(error.codeName, "SYSTEM_ERROR");
    assert(error.stack?.includes("daemon_test.ts"), error.stack);
    assertEquals(conn.isAlive, true);
    await until("the daemon has let go of the file", () => descriptorsTo(daemon, file) === 0);
  }, { skip });

  test(
    `libvirtd ${version}: an abort at any point leaves the connection and the daemon in order`,
    async () => {
      await using daemon = await startDaemon(version);
      await using conn = await open(daemon);
      const [volume, file] = await newVolume(daemon, await newPool(daemon, conn), "aborted");
      const data = crypto.randomBytes(16 * MIB);
      await volume.uploadFrom(data);
      for (let i = 0; i < 40; i++) {
        const abort = new AbortController();
        const { signal } = abort;
        const reason = new Error(`abort ${i}`);
        const after = Math.random() * data.length * 1.1;
        const abortAt = (position: number) => {
          if (position >= after) abort.abort(reason);
        };
        if (i % 10 === 0) setTimeout(() => abort.abort(reason), Math.random() * 3);
        const transfer = async () => {
          let position = 0;
          if (i % 2 === 0) {
            for await (const { length } of await volume.download({ signal })) {
              abortAt(position += length);
            }
          } else {
            const writer = (await volume.upload({ signal })).getWriter();
            for (; position < data.length; abortAt(position += 65536)) {
              await writer.write(data.subarray(position, position + 65536));
            }
            // close() of a stream that has failed says only that it has
            signal.throwIfAborted();
            const closing = writer.close();
            if (i % 4 === 1) abort.abort(reason);
            await closing;
          }
        };
        const outcome = await transfer().catch((error) => error);
        if (signal.aborted && outcome !== undefined) assertEquals(outcome, reason);
        abort.abort(reason);
      }
      await until("the daemon has let go of the file", () => descriptorsTo(daemon, file) === 0);
      await volume.uploadFrom(data);
      assertEquals(await digest(await volume.download()), [sha256(data), data.length]);
    },
    { skip },
  );
}

test("libvirtd: a reader that stands still is not hung up on, and costs little", async () => {
  // with these the daemon gives a client up after six seconds of silence
  const config = ["keepalive_interval = 2", "keepalive_count = 2"];
  await using daemon = await startDaemon("9", { config });
  await using conn = await open(daemon);
  const [volume] = await newVolume(daemon, await newPool(daemon, conn), "slow");
  const data = crypto.randomBytes(128 * MIB);
  await volume.uploadFrom(data);
  const reader = (await volume.download()).getReader();
  const hash = crypto.createHash("sha256");
  hash.update((await reader.read()).value!);
  const before = process.memoryUsage().rss;
  for (let second = 0; second < 15; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const start = performance.now();
    if (second % 7 === 6) {
      await conn.getHostname();
      const took = performance.now() - start;
      assert(took < 2000, `a call took ${took} ms beside a stream that stands still`);
    }
  }
  const grown = process.memoryUsage().rss - before;
  assert(grown < 32 * MIB, `standing still took ${grown} bytes`);
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    hash.update(read.value);
  }
  assertEquals(hash.digest("hex"), sha256(data));
}, { skip: skipWithoutDaemon("9") });

test("libvirtd: a daemon that is killed at any point fails the transfer", async () => {
  for (let i = 0; i < 6; i++) {
    await using daemon = await startDaemon("9");
    await using conn = await open(daemon);
    const [volume] = await newVolume(daemon, await newPool(daemon, conn), "killed");
    if (i % 2 === 0) {
      await volume.uploadFrom(crypto.randomBytes(32 * MIB));
    }
    const killing = Math.random() * 30 * MIB;
    let position = 0;
    let killed = false;
    const moved = (bytes: number) => {
      position += bytes;
      if (position < killing || killed) return;
      killed = true;
      process.kill(daemon.pid, "SIGKILL");
    };
    const error = await assertRejects(async () => {
      if (i % 2 === 0) {
        for await (const { length } of await volume.download()) moved(length);
      } else {
        const writer = (await volume.upload()).getWriter();
        const block = new Uint8Array(65536);
        for (;;) {
          await writer.write(block);
          moved(block.length);
          if (position > 40 * MIB) break;
        }
        await writer.close();
      }
    });
    assertInstanceOf(error, ConnectionError);
    assert(/^(eof|error)$/.test(error.reason), error.reason);
  }
}, { skip: skipWithoutDaemon("9"), timeout: 120_000 });

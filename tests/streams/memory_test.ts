/**
 * Streams of the hypervisor in memory with its extras: the same code on both sides of the protocol.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Connection, isHole, type SparseChunk, type StorageVol } from "../../mod.ts";
import { connectWith } from "../../src/connect.ts";
import { NO_FACTS } from "../../src/endpoint.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { memoryPair } from "../../transports/memory.ts";
import { test } from "../harness.ts";
import { crypto, digest, MIB } from "./volumes.ts";

const SIZE = 16 * MIB;
const URI = "test:///default";
async function withConnection(use: (conn: Connection) => Promise<void>): Promise<void> {
  await using hypervisor = createTestHypervisor({ extras: true });
  await using conn = await hypervisor.connect({ strict: true });
  await use(conn);
}

async function newVolume(conn: Connection): Promise<StorageVol> {
  const pool = await conn.lookupStoragePoolByName("default-pool");
  return await pool.createVolumeXml(
    `<volume><name>v</name><capacity>${SIZE}</capacity><allocation>0</allocation></volume>`,
  );
}

function sha256(data: Uint8Array): string {
  return crypto.createHash("sha256").update(data).digest("hex");
}

test("in memory: what goes up comes down, in writes of any size", () =>
  withConnection(async (conn) => {
    const volume = await newVolume(conn);
    const data = crypto.randomBytes(SIZE);
    for (const size of [SIZE, 300_000, 65_536]) {
      const writer = (await volume.upload()).getWriter();
      for (let at = 0; at < SIZE; at += size) await writer.write(data.subarray(at, at + size));
      await writer.close();
      assertEquals(await digest(await volume.download()), [sha256(data), SIZE]);
    }
    const reader = (await volume.download({ offset: 5n, length: 1000n })).getReader({
      mode: "byob",
    });
    let view = new Uint8Array(400);
    const got: number[] = [];
    for (;;) {
      const { value, done } = await reader.read(view);
      if (done) break;
      got.push(...value);
      view = new Uint8Array(value.buffer);
    }
    assertEquals(new Uint8Array(got), new Uint8Array(data.subarray(5, 1005)));
  }));

test("in memory: holes go over as holes, both ways", () =>
  withConnection(async (conn) => {
    const volume = await newVolume(conn);
    const data = new Uint8Array(crypto.randomBytes(MIB));
    const parts: SparseChunk[] = [
      { hole: BigInt(4 * MIB) },
      data,
      { hole: BigInt(8 * MIB) },
      data,
      { hole: BigInt(2 * MIB) },
    ];
    const writer = (await volume.upload({ sparse: true })).getWriter();
    for (const part of parts) await writer.write(part);
    await writer.close();
    const seen: number[] = []; // of data as positive, of holes as negative lengths
    for await (const part of await volume.download({ sparse: true })) {
      const length = isHole(part) ? -Number(part.hole) : part.length;
      const last = seen.at(-1) ?? 0;
      if (last * length > 0) seen[seen.length - 1] = last + length;
      else seen.push(length);
    }
    assertEquals(seen, [-4 * MIB, MIB, -8 * MIB, MIB, -2 * MIB]);
  }));

test("in memory: given up at any point, the connection and the volume stay usable", () =>
  withConnection(async (conn) => {
    const volume = await newVolume(conn);
    const data = crypto.randomBytes(SIZE);
    await volume.uploadFrom(data);
    for (let i = 0; i < 40; i++) {
      const controller = new AbortController();
      const { signal } = controller;
      const reason = new Error(`abort ${i}`);
      const after = Math.random() * (SIZE - MIB); // before the last of it is taken
      let position = 0;
      const moved = (bytes: number) => {
        if ((position += bytes) >= after) controller.abort(reason);
      };
      const error = await assertRejects(async () => {
        if (i % 2 === 0) {
          for await (const { length } of await volume.download({ signal })) moved(length);
        } else {
          const writer = (await volume.upload({ signal })).getWriter();
          for (let at = 0; at < SIZE; at += 65536) {
            await writer.write(data.subarray(at, at + 65536));
            moved(65536);
          }
          signal.throwIfAborted();
          await writer.close();
        }
      });
      assertEquals(error, reason);
      assertEquals(typeof await conn.getHostname(), "string");
    }
    await volume.uploadFrom(data);
    assertEquals(await digest(await volume.download()), [sha256(data), SIZE]);
  }));

test("in memory: a reader that stands still is waited for, and calls are answered meanwhile", async () => {
  await using hypervisor = createTestHypervisor({ extras: true });
  const [near, far] = memoryPair();
  const server = hypervisor.serve(far);
  await using conn = await connectWith({ dial: () => Promise.resolve(near), facts: NO_FACTS }, URI);
  const volume = await newVolume(conn);
  const data = crypto.randomBytes(SIZE);
  await volume.uploadFrom(data);
  const reader = (await volume.download()).getReader();
  const hash = crypto.createHash("sha256").update((await reader.read()).value!);
  for (let i = 0; i < 6; i++) {
    assertEquals((await conn.listAllDomains()).length, 1);
    assert(server.backlog < 1.5 * MIB, `the server keeps ${server.backlog} bytes`);
  }
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    hash.update(read.value);
  }
  assertEquals(hash.digest("hex"), sha256(data));
});

test("in memory: a console and a channel send back what they are sent, 1 MiB without loss", () =>
  withConnection(async (conn) => {
    const domain = await conn.defineDomainXml(
      "<domain type='test'><name>talker</name><memory>65536</memory><os><type>hvm</type></os>" +
        "<devices><console type='pty'/><channel type='unix'>" +
        "<target type='virtio' name='org.example.echo'/></channel></devices></domain>",
    );
    await domain.create();
    for (const open of [() => domain.openConsole(), () => domain.openChannel("org.example.echo")]) {
      const talk = await open();
      const data = crypto.randomBytes(MIB);
      const writer = talk.writable.getWriter();
      const writing = (async () => {
        for (let at = 0; at < MIB; at += 10_000) await writer.write(data.subarray(at, at + 10_000));
      })();
      const hash = crypto.createHash("sha256");
      const reader = talk.readable.getReader();
      for (let left = MIB; left > 0;) {
        const { value, done } = await reader.read();
        assert(!done, `it ended ${left} bytes too early`);
        hash.update(value);
        left -= value.length;
      }
      await writing;
      assertEquals(hash.digest("hex"), sha256(data));
      await talk.close();
    }
  }));

test("in memory: a server that goes takes every transfer with it", async () => {
  const hypervisor = createTestHypervisor({ extras: true });
  await using conn = await hypervisor.connect();
  const volume = await newVolume(conn);
  await volume.uploadFrom(crypto.randomBytes(SIZE));
  const reader = (await volume.download()).getReader();
  await reader.read();
  const writer = (await volume.upload()).getWriter();
  await writer.write(new Uint8Array(1000));
  await hypervisor.close();
  await assertRejects(
    async () => {
      while (!(await reader.read()).done);
    },
    Error,
    "closed",
  );
  await assertRejects(() => writer.close(), Error);
  assertEquals(conn.isAlive, false);
});

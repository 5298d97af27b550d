import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectionError, LibvirtError } from "../../src/errors.ts";
import { STREAM_PACKET } from "../../src/rpc/limits.ts";
import type { SparseChunk } from "../../src/streams.ts";
import { test } from "../harness.ts";
import { bytes, Peer } from "./peer.ts";

test("an upload is over when the daemon has confirmed it", async () => {
  await using peer = new Peer();
  const opening = peer.volume.upload();
  const stream = await peer.accept();
  const writer = (await opening).getWriter();
  const data = bytes(1000);
  await writer.write(data);
  assertEquals((await peer.expect("data")).data, data);
  let closed = false;
  const closing = writer.close().then(() => closed = true);
  await peer.expect("finish");
  assert(!closed, "close() resolved before the daemon had confirmed the end");
  await peer.finish(stream);
  await closing;
});

test("an empty write sends nothing, because on the wire it would be the end", async () => {
  await using peer = new Peer();
  const opening = peer.volume.upload();
  const stream = await peer.accept();
  const writer = (await opening).getWriter();
  await writer.write(new Uint8Array(0));
  const closing = writer.close();
  await peer.expect("finish");
  await peer.finish(stream);
  await closing;
});

test("large writes are cut, and what a write took may be overwritten", async () => {
  await using peer = new Peer();
  const opening = peer.volume.upload();
  const stream = await peer.accept();
  const writer = (await opening).getWriter();
  const data = bytes(STREAM_PACKET * 2 + 5);
  const copy = data.slice();
  const writing = writer.write(data).then(() => data.fill(0));
  let at = 0;
  for (const length of [STREAM_PACKET, STREAM_PACKET, 5]) {
    const { data: piece } = await peer.expect("data");
    assertEquals(piece, copy.subarray(at, at + length));
    at += length;
  }
  await writing;
  const closing = writer.close();
  await peer.expect("finish");
  await peer.finish(stream);
  await closing;
});

test("calls get through between the packets of a large write", async () => {
  await using peer = new Peer();
  const opening = peer.volume.upload();
  const stream = await peer.accept();
  const writer = (await opening).getWriter();
  const writing = writer.write(bytes(STREAM_PACKET * 8));
  const info = peer.volume.getInfo();
  const kinds: string[] = [];
  for (let i = 0; i < 9; i++) {
    const event = await peer.next();
    kinds.push(event.type);
    if (event.type === "call") {
      peer.engine.sendReply(event.call, (w) => {
        w.int32(0, "type");
        w.uint64(1n, "capacity");
        w.uint64(2n, "allocation");
      }, undefined);
      await peer.flush();
    }
  }
  assert(kinds.indexOf("call") < 4, `the call waited for the write: ${kinds}`);
  assertEquals((await info).allocation, 2n);
  await writing;
  const aborted = writer.abort();
  await peer.expect("abort");
  await peer.confirmAbort(stream);
  await aborted;
});

for (const how of ["stream", "reply"] as const) {
  test(`an error in mid-stream, sent as ${how}, reaches the writer`, async () => {
    await using peer = new Peer();
    const opening = peer.volume.upload();
    const stream = await peer.accept();
    const writer = (await opening).getWriter();
    await writer.write(bytes(10));
    await peer.expect("data");
    await peer.fail(stream, how, "No space left on device");
    const error = await assertRejects(() => writer.closed, LibvirtError, "No space left");
    assertEquals([error.codeName, error.int1], ["SYSTEM_ERROR", 28]);
    assertEquals(error.procedure, "storageVolUpload");
    assert(error.stack?.includes("write_test.ts"), error.stack);
    assertEquals(await writer.write(bytes(10)).catch((error) => error), error);
  });

  test(`an error instead of the confirmation, sent as ${how}, fails close()`, async () => {
    await using peer = new Peer();
    const opening = peer.volume.upload();
    const stream = await peer.accept();
    const writer = (await opening).getWriter();
    const closing = writer.close();
    await peer.expect("finish");
    await peer.fail(stream, how, "cannot close");
    await assertRejects(() => closing, LibvirtError, "cannot close");
  });
}

test("an error for a hole reaches the writer", async () => {
  await using peer = new Peer();
  const opening = peer.volume.upload({ sparse: true });
  const stream = await peer.accept();
  const writer = (await opening).getWriter();
  await writer.write({ hole: 1n << 62n });
  assertEquals((await peer.expect("hole")).length, 1n << 62n);
  await peer.fail(stream, "reply", "unable to seek");
  await assertRejects(() => writer.closed, LibvirtError, "unable to seek");
});

test("data and holes go over in order", async () => {
  await using peer = new Peer();
  const opening = peer.volume.upload({ sparse: true });
  const stream = await peer.accept();
  const writer = (await opening).getWriter();
  for (const chunk of [{ hole: 5n }, bytes(3), { hole: 1n << 40n }] as SparseChunk[]) {
    writer.write(chunk).catch(() => {});
  }
  const closing = writer.close();
  assertEquals((await peer.expect("hole")).length, 5n);
  assertEquals((await peer.expect("data")).data, bytes(3));
  assertEquals((await peer.expect("hole")).length, 1n << 40n);
  await peer.expect("finish");
  await peer.finish(stream);
  await closing;
});

test("what cannot be written gives the stream up", async () => {
  await using peer = new Peer();
  for (const wrong of ["text", { hole: -1n }, null, 5]) {
    const opening = peer.volume.upload({ sparse: true });
    const stream = await peer.accept();
    const writer = (await opening).getWriter();
    const writing = writer.write(wrong as never).catch((error) => error);
    const error = await writing;
    await peer.expect("abort");
    await peer.confirmAbort(stream);
    assert(error instanceof TypeError || error instanceof RangeError, String(error));
    await writer.closed.catch(() => {});
  }
});

test("abort() tells the daemon and waits until it knows", async () => {
  await using peer = new Peer();
  const opening = peer.volume.upload();
  const stream = await peer.accept();
  const writer = (await opening).getWriter();
  await writer.write(bytes(10));
  await peer.expect("data");
  let known = false;
  const aborting = writer.abort(new Error("enough")).then(() => known = true);
  await peer.expect("abort");
  assert(!known, "abort() resolved before the daemon had confirmed it");
  await peer.confirmAbort(stream);
  await aborting;
  await writer.closed.catch(() => {});
});

test("a signal ends a write that waits for the daemon", async () => {
  await using peer = new Peer();
  const abort = new AbortController();
  const opening = peer.volume.upload({ signal: abort.signal });
  const stream = await peer.accept();
  const writer = (await opening).getWriter();
  const writing = writer.write(bytes(STREAM_PACKET * 3)); // nobody reads it
  const reason = new Error("stop");
  abort.abort(reason);
  assertEquals(await writing.catch((error) => error), reason);
  for (let event = await peer.next(); event.type !== "abort"; event = await peer.next()) {
    assertEquals(event.type, "data");
  }
  await peer.confirmAbort(stream);
  await writer.closed.catch(() => {});
  assertEquals(peer.session.isOpen, true);
});

test("a signal while the end is confirmed fails close() and sends nothing more", async () => {
  await using peer = new Peer();
  const abort = new AbortController();
  const opening = peer.volume.upload({ signal: abort.signal });
  const stream = await peer.accept();
  const writer = (await opening).getWriter();
  const closing = writer.close();
  await peer.expect("finish");
  abort.abort(new Error("stop"));
  await peer.finish(stream);
  await assertRejects(() => closing, Error, "stop");
  const call = peer.volume.delete();
  assertEquals((await peer.call()).procedure, 94);
  await peer.hangUp();
  await assertRejects(() => call, ConnectionError);
});

test("a signal during the opening ends an upload that opens late", async () => {
  await using peer = new Peer();
  const abort = new AbortController();
  const opening = peer.volume.upload({ signal: abort.signal });
  const call = await peer.call();
  abort.abort(new Error("stop"));
  await assertRejects(() => opening, Error, "stop");
  const stream = peer.engine.openStream(call, undefined);
  await peer.reply(call);
  await peer.expect("abort");
  await peer.confirmAbort(stream);
});

test("a lost connection fails the writer at once", async () => {
  await using peer = new Peer();
  const opening = peer.volume.upload();
  await peer.accept();
  const writer = (await opening).getWriter();
  const writing = writer.write(bytes(STREAM_PACKET * 3));
  await peer.hangUp();
  await assertRejects(() => writing, ConnectionError);
  await assertRejects(() => writer.close());
});

test("a lost connection while the end is confirmed fails close()", async () => {
  await using peer = new Peer();
  const opening = peer.volume.upload();
  await peer.accept();
  const writer = (await opening).getWriter();
  const closing = writer.close();
  await peer.expect("finish");
  await peer.hangUp();
  await assertRejects(() => closing, ConnectionError, "storageVolUpload");
});

test("uploadFrom() takes blobs, responses, streams, iterables and arrays", async () => {
  await using peer = new Peer();
  const data = bytes(5000);
  async function* iterable(): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield data.subarray(0, 10);
    yield data.subarray(10);
  }
  const sources = [
    new Blob([data]),
    new Response(data),
    new Blob([data]).stream(),
    iterable(),
    data.slice(),
  ];
  for (const source of sources) {
    const uploading = peer.volume.uploadFrom(source);
    const stream = await peer.accept();
    const got: number[] = [];
    for (let event = await peer.next(); event.type !== "finish"; event = await peer.next()) {
      if (event.type === "data") got.push(...event.data);
    }
    await peer.finish(stream);
    assertEquals((await uploading).bytes, 5000n);
    assertEquals(new Uint8Array(got), data);
  }
  await assertRejects(
    () => peer.volume.uploadFrom(new Response("gone", { status: 404 })),
    TypeError,
    "404",
  );
});

test("a source that fails gives the upload up", async () => {
  await using peer = new Peer();
  async function* source(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes(10));
    throw new Error("the source is broken");
  }
  const uploading = peer.volume.uploadFrom(source());
  const stream = await peer.accept();
  const failed = assertRejects(() => uploading, Error, "the source is broken");
  assertEquals((await peer.expect("data")).data, bytes(10));
  await peer.expect("abort");
  await peer.confirmAbort(stream);
  await failed;
});

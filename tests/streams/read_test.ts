import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ConnectionError, LibvirtError, ProtocolError } from "../../src/errors.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import type { Hole, SparseChunk } from "../../src/streams.ts";
import { test } from "../harness.ts";
import { bytes, Peer, receivedCall } from "./peer.ts";

test("a download ends when the daemon has confirmed the end", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  const stream = await peer.accept();
  const reader = (await opening).getReader();
  const data = bytes(1000);
  await peer.send(stream, data);
  assertEquals((await reader.read()).value, data);
  await peer.send(stream);
  await peer.expect("finish");
  let ended = false;
  const last = reader.read().then((read) => {
    ended = true;
    return read;
  });
  // a round trip of its own: the reader would have heard of the end by its answer
  const call = peer.session.call(NOTHING, undefined);
  await peer.reply(await peer.call());
  await call;
  assert(!ended, "the reader saw the end before the daemon had confirmed it");
  await peer.finish(stream);
  assertEquals((await last).done, true);
});

test("the end is asked for though nobody reads", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  const stream = await peer.accept();
  await peer.send(stream, bytes(10));
  await peer.send(stream);
  await peer.expect("finish");
  await peer.finish(stream);
  const chunks = await Array.fromAsync(await opening);
  assertEquals(chunks, [bytes(10)]);
});

test("data that comes before the reply is not lost", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  const call = await peer.call();
  const stream = peer.engine.openStream(call, undefined);
  await peer.send(stream, bytes(10));
  await peer.send(stream);
  await peer.expect("finish");
  await peer.reply(call);
  await peer.finish(stream);
  assertEquals(await Array.fromAsync(await opening), [bytes(10)]);
});

for (const how of ["stream", "reply"] as const) {
  test(`an error in mid-stream, sent as ${how}, comes after the data before it`, async () => {
    await using peer = new Peer();
    const opening = peer.volume.download();
    const stream = await peer.accept();
    const reader = (await opening).getReader();
    await peer.send(stream, bytes(10));
    await peer.fail(stream, how, "the disk is gone");
    assertEquals((await reader.read()).value, bytes(10));
    const error = await assertRejects(() => reader.read(), LibvirtError, "the disk is gone");
    assertEquals([error.codeName, error.domainName], ["SYSTEM_ERROR", "STREAMS"]);
    assertEquals([error.str1, error.int1, error.procedure], ["first", 28, "storageVolDownload"]);
    assert(
      error.stack?.includes("read_test.ts"),
      `the stack leaves the caller out: ${error.stack}`,
    );
  });

  test(`an error instead of the confirmation, sent as ${how}, fails the reader`, async () => {
    await using peer = new Peer();
    const opening = peer.volume.download();
    const stream = await peer.accept();
    const reader = (await opening).getReader();
    await peer.send(stream);
    await peer.expect("finish");
    await peer.fail(stream, how, "cannot close");
    await assertRejects(() => reader.read(), LibvirtError, "cannot close");
  });
}

test("cancelling sends an abort and waits until the daemon knows", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  const stream = await peer.accept();
  const download = await opening;
  await peer.send(stream, bytes(10));
  const cancelled = download.cancel(new Error("enough"));
  await peer.expect("abort");
  await peer.send(stream, bytes(10)); // was on its way
  await peer.confirmAbort(stream);
  await cancelled;
  assertEquals(peer.session.isOpen, true);
});

test("an OK ends the wait for an abort as well", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  const stream = await peer.accept();
  const cancelled = (await opening).cancel();
  await peer.expect("abort");
  // this engine counts the stream as closed by now; one that had sent OK before would not
  await peer.finish(peer.engine.openStream(peer.callOf(stream), undefined));
  await cancelled;
});

test("a signal fails the reader with its reason, whatever waits, and aborts the stream", async () => {
  await using peer = new Peer();
  const abort = new AbortController();
  const opening = peer.volume.download({ signal: abort.signal });
  const stream = await peer.accept();
  const reader = (await opening).getReader();
  await peer.send(stream, bytes(10));
  assertEquals((await reader.read()).value, bytes(10));
  const pending = reader.read();
  const reason = new Error("stop");
  abort.abort(reason);
  assertEquals(await pending.catch((error) => error), reason);
  await peer.expect("abort");
  await peer.confirmAbort(stream);
  assertEquals(peer.session.isOpen, true);
});

test("a signal gives up what has all come and is not read yet, and is let go of after that", async () => {
  for (const given of ["up", "on"]) {
    await using peer = new Peer();
    const abort = new AbortController();
    let listeners = 0;
    const { signal } = abort;
    const [add, remove] = [signal.addEventListener, signal.removeEventListener];
    signal.addEventListener = (...args: unknown[]) => {
      listeners++;
      add.apply(signal, args as never);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      listeners--;
      remove.apply(signal, args as never);
    };
    const opening = peer.volume.download({ signal });
    const stream = await peer.accept();
    const reader = (await opening).getReader();
    await peer.send(stream, bytes(10));
    await peer.send(stream, bytes(20));
    await peer.send(stream);
    await peer.expect("finish");
    await peer.finish(stream);
    // its answer comes after all of the stream
    const call = peer.session.call(NOTHING, undefined);
    await peer.reply(await peer.call());
    await call;
    assertEquals((await reader.read()).value, bytes(10));
    const reason = new Error("stop");
    if (given === "up") {
      abort.abort(reason);
      assertEquals(await reader.read().catch((error) => error), reason);
    } else {
      assertEquals((await reader.read()).value, bytes(20));
      assertEquals((await reader.read()).done, true);
    }
    assertEquals(listeners, 0);
    assertEquals(peer.session.isOpen, true);
  }
});

test("a signal during the opening ends a stream that opens late", async () => {
  await using peer = new Peer();
  const abort = new AbortController();
  const opening = peer.volume.download({ signal: abort.signal });
  const call = await peer.call();
  abort.abort(new Error("stop"));
  await assertRejects(() => opening, Error, "stop");
  const stream = peer.engine.openStream(call, undefined);
  await peer.send(stream, bytes(10));
  await peer.reply(call);
  await peer.expect("abort");
  await peer.confirmAbort(stream);
  const pending = peer.session.call(NOTHING, undefined);
  await peer.reply(await peer.call());
  await pending;
});

test("a refused opening leaves nothing", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  const call = await peer.call();
  await peer.fail(peer.engine.openStream(call, undefined), "reply", "no such volume");
  await assertRejects(() => opening, LibvirtError, "no such volume");
});

test("a lost connection fails the reader, after what had come", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  const stream = await peer.accept();
  const reader = (await opening).getReader();
  await peer.send(stream, bytes(10));
  const first = await reader.read();
  assertEquals(first.value, bytes(10));
  const pending = reader.read();
  await peer.hangUp();
  const error = await assertRejects(() => pending, ConnectionError, "storageVolDownload");
  assertEquals(error.reason, "eof");
});

test("a lost connection ends the wait for the confirmations", async () => {
  await using peer = new Peer();
  const [first, second] = [peer.volume.download(), peer.volume.download()];
  const streams = [await peer.accept(), await peer.accept()];
  const reader = (await first).getReader();
  const cancelled = (await second).cancel();
  await peer.expect("abort");
  await peer.send(streams[0]!);
  await peer.expect("finish");
  await peer.hangUp();
  await cancelled;
  await assertRejects(() => reader.read(), ConnectionError);
});

test("closing the session fails its streams", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  await peer.accept();
  const reader = (await opening).getReader();
  const pending = reader.read();
  const closing = peer.session.close();
  const error = await assertRejects(() => pending, ConnectionError, "this side closed");
  assertEquals(error.reason, "client");
  await closing;
});

test("a reader may bring its own buffer", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  const stream = await peer.accept();
  const reader = (await opening).getReader({ mode: "byob" });
  const data = bytes(700_000);
  const sending = (async () => {
    for (let at = 0; at < data.length; at += 262120) {
      await peer.send(stream, data.subarray(at, at + 262120));
    }
    await peer.send(stream);
    await peer.expect("finish");
    await peer.finish(stream);
  })();
  const result = new Uint8Array(data.length);
  let at = 0;
  let buffer = new Uint8Array(5000);
  for (;;) {
    const { done, value } = await reader.read(buffer);
    if (done) break;
    result.set(value, at);
    at += value.length;
    buffer = new Uint8Array(value.buffer as ArrayBuffer);
  }
  await sending;
  assertEquals(at, data.length);
  assertEquals(result, data);
});

test("packets that share a chunk reach the reader whole", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download();
  const stream = await peer.accept();
  const pieces = Array.from({ length: 100 }, (_, i) => bytes(i * 13 + 1, i));
  for (const piece of pieces) peer.engine.sendData(stream, piece);
  await peer.send(stream);
  await peer.expect("finish");
  await peer.finish(stream);
  assertEquals(await Array.fromAsync(await opening), pieces);
});

test("a sparse download gives data and holes", async () => {
  await using peer = new Peer();
  const opening = peer.volume.download({ sparse: true });
  const stream = await peer.accept();
  await peer.send(stream, 1n << 40n, bytes(10), 0n, bytes(5), 4096n);
  await peer.send(stream);
  await peer.expect("finish");
  await peer.finish(stream);
  const chunks: SparseChunk[] = await Array.fromAsync(await opening);
  const hole = (length: bigint): Hole => ({ hole: length });
  assertEquals(chunks, [hole(1n << 40n), bytes(10), hole(0n), bytes(5), hole(4096n)]);
});

test("a hole that was not asked for, or has no length, fails the reader", async () => {
  await using peer = new Peer();
  for (const sparse of [false, true]) {
    const opening = peer.volume.download({ sparse });
    const stream = await peer.accept();
    const reader = (await opening as ReadableStream<unknown>).getReader();
    const pending = reader.read();
    await peer.send(stream, sparse ? -1n : 1n);
    await peer.expect("abort");
    await peer.confirmAbort(stream);
    const error = await pending.catch((error) => error);
    assertInstanceOf(error, ProtocolError);
  }
  assertEquals(peer.session.isOpen, true);
});

test("progress is told and ends with the whole", async () => {
  await using peer = new Peer();
  const seen: unknown[] = [];
  const opening = peer.volume.download({
    length: 100n,
    sparse: true,
    onProgress: ({ bytes, holeBytes, total, done }) => seen.push({ bytes, holeBytes, total, done }),
  });
  const stream = await peer.accept();
  await peer.send(stream, bytes(60), 40n);
  await peer.send(stream);
  await peer.expect("finish");
  await peer.finish(stream);
  await Array.fromAsync(await opening);
  assertEquals(seen.at(-1), { bytes: 60n, holeBytes: 40n, total: 100n, done: true });
});

/** A call without arguments and result. */
const NOTHING = {
  program: { name: "remote", number: 0x20008086, version: 1 },
  number: 2,
  name: "connectClose",
  encode: () => {},
  decode: () => {},
};

test("a large packet reaches the reader in the parts in which it comes, and whole", () => {
  const data = bytes(300_000);
  for (const size of [1000, 65536, 65564, 100_000]) {
    const client = new RpcEngine({ role: "client", programs: [remoteProgram], strict: true });
    const server = new RpcEngine({ role: "server", programs: [remoteProgram], strict: true });
    client.sendCall(NOTHING, undefined, undefined, true);
    const call = receivedCall(client, server);
    const stream = server.openStream(call, undefined);
    server.sendReply(call, () => {}, undefined);
    server.sendData(stream, data);
    server.sendData(stream, bytes(5));
    const sent = server.takeOutput().flatMap((chunk) => [...chunk]);
    const got: number[] = [];
    let pieces = 0;
    for (let at = 0; at < sent.length; at += size) {
      for (const event of client.receive(new Uint8Array(sent.slice(at, at + size)))) {
        if (event.type !== "data") continue;
        pieces++;
        got.push(...event.data);
      }
    }
    assertEquals(new Uint8Array(got), new Uint8Array([...data, ...bytes(5)]));
    assert(pieces > 3, `${pieces} pieces`);
    server.sendData(stream, data);
    const [header, body] = server.takeOutput();
    client.receive(header!.slice());
    client.receive(body!.slice(0, 70_000));
    assertEquals(client.receiveEnd()[0]?.type, "failure");
  }
});

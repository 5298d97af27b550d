import { assertEquals, assertRejects } from "@std/assert";
import { isUnsupported, LibvirtError } from "../../src/errors.ts";
import { Domain } from "../../src/objects/domain.ts";
import type { StreamState } from "../../src/rpc/stream_state.ts";
import type { DuplexStream } from "../../src/streams.ts";
import { Uuid } from "../../src/xdr/uuid.ts";
import { test } from "../harness.ts";
import { bytes, Peer } from "./peer.ts";

function domainOf(peer: Peer): Domain {
  const uuid = Uuid.parse("6695eb01-f6a4-8304-79aa-97f2502e193f");
  return new Domain(peer.session, { name: "test", uuid, id: 1 });
}

async function openConsole(peer: Peer): Promise<[DuplexStream, StreamState]> {
  const opening = domainOf(peer).openConsole();
  const stream = await peer.accept();
  return [await opening, stream];
}

test("a console reads and writes at once", async () => {
  await using peer = new Peer();
  const [console, stream] = await openConsole(peer);
  const reader = console.readable.getReader();
  const writer = console.writable.getWriter();
  for (let i = 1; i < 5; i++) {
    await writer.write(bytes(i, i));
    assertEquals((await peer.expect("data")).data, bytes(i, i));
    await peer.send(stream, bytes(i + 10, i));
    assertEquals((await reader.read()).value, bytes(i + 10, i));
  }
  const closing = console.close();
  await peer.send(stream, bytes(3)); // crosses our end
  await peer.expect("finish");
  await peer.finish(stream);
  await closing;
  assertEquals((await reader.read()).value, bytes(3));
  assertEquals((await reader.read()).done, true);
  await assertRejects(() => writer.write(bytes(1)), TypeError, "ended");
});

test("closing the writable half leaves reading alone, and the last half ends the stream", async () => {
  await using peer = new Peer();
  const [console, stream] = await openConsole(peer);
  await console.writable.close();
  await peer.send(stream, bytes(3));
  const reader = console.readable.getReader();
  assertEquals((await reader.read()).value, bytes(3));
  const cancelled = reader.cancel();
  await peer.expect("finish");
  await peer.finish(stream);
  await cancelled;
  await console.closed;
});

test("cancelling the readable half leaves writing alone, and the last half ends the stream", async () => {
  await using peer = new Peer();
  const [console, stream] = await openConsole(peer);
  await console.readable.cancel();
  await peer.send(stream, bytes(3));
  const writer = console.writable.getWriter();
  await writer.write(bytes(4));
  assertEquals((await peer.expect("data")).data, bytes(4));
  const closing = writer.close();
  await peer.expect("finish");
  await peer.finish(stream);
  await closing;
});

test("aborting the writable half gives the whole up", async () => {
  await using peer = new Peer();
  const [console, stream] = await openConsole(peer);
  const reading = console.readable.getReader().read();
  const reason = new Error("enough");
  const aborting = console.writable.abort(reason);
  await peer.expect("abort");
  await peer.confirmAbort(stream);
  await aborting;
  assertEquals(await reading.catch((error) => error), reason);
});

test("when the guest is gone, reading ends and writing fails", async () => {
  await using peer = new Peer();
  const [console, stream] = await openConsole(peer);
  await peer.send(stream, bytes(3));
  await peer.send(stream);
  await peer.expect("finish");
  await peer.finish(stream);
  assertEquals(await Array.fromAsync(console.readable), [bytes(3)]);
  const writer = console.writable.getWriter();
  await assertRejects(() => writer.write(bytes(1)), TypeError, "the daemon has ended");
  await console.close();
});

test("an error reaches both halves", async () => {
  await using peer = new Peer();
  const [console, stream] = await openConsole(peer);
  const reading = console.readable.getReader().read();
  const writer = console.writable.getWriter();
  await peer.fail(stream, "stream", "stream had I/O failure");
  const error = await assertRejects(() => reading, LibvirtError, "I/O failure");
  assertEquals(await writer.closed.catch((error) => error), error);
  assertEquals(await console.close().catch((error) => error), error);
});

test("the options of a console and a channel are flags", async () => {
  await using peer = new Peer();
  const domain = domainOf(peer);
  const openings = [
    domain.openConsole({ device: "serial1", force: true, safe: true }),
    domain.openChannel("org.example.0", { force: true }),
    domain.openChannel(null),
  ];
  const found: string[] = [];
  for (let i = 0; i < 3; i++) {
    const event = await peer.expect("call");
    const tail = event.body.subarray(4 + 4 + 16 + 4);
    found.push(`${event.call.procedure}:${tail.at(3)}:${event.body.at(-1)}`);
    peer.engine.openStream(event.call, undefined);
    await peer.reply(event.call);
  }
  for (const opening of openings) await opening;
  assertEquals(found, ["201:1:3", "296:1:1", "296:0:0"]);
});

test("a screenshot is a type and bytes", async () => {
  await using peer = new Peer();
  const shooting = domainOf(peer).screenshot(1);
  const call = await peer.call();
  const stream = peer.engine.openStream(call, undefined);
  peer.engine.sendReply(call, (w) => {
    w.present(true);
    w.string("image/png", 100, "mime");
  }, undefined);
  await peer.send(stream, bytes(100));
  await peer.send(stream);
  const { mimeType, body } = await shooting;
  await peer.expect("finish");
  await peer.finish(stream);
  assertEquals(mimeType, "image/png");
  assertEquals(await Array.fromAsync(body), [bytes(100)]);
});

test("graphics are refused before anything is sent", async () => {
  await using peer = new Peer();
  const domain = domainOf(peer);
  for (const open of [() => domain.openGraphics(0), () => domain.openGraphicsFd(0)]) {
    const error = await assertRejects(open, LibvirtError, "file descriptor");
    assertEquals([isUnsupported(error), error.origin], [true, "local"]);
  }
});

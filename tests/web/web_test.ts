import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { connect } from "../../mod.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import {
  ConnectionError,
  connectWeb,
  DomainEvent,
  LibvirtError,
  Resync,
  type StorageVol,
  superviseWeb,
  UnsupportedError,
} from "../../src/web.ts";
import { test } from "../harness.ts";
import { startBridge } from "./bridge.ts";
import { noise, sha256 } from "./bytes.ts";

const MIB = 1024 * 1024;

test("web: domains behind a WebSocket", async () => {
  await using bridge = await startBridge();
  await using conn = await connectWeb(bridge.url);
  const [domain] = await conn.listAllDomains();
  assertEquals(domain!.name, "test");
  assertEquals((await domain!.getInfo()).nrVirtCpu, 2);
  assertEquals(await conn.getUri(), "test:///default");
  assertEquals(await conn.isSecure(), false);
  await conn.close();
  assertEquals(await conn.closed, "client");
});

test("web: the main entry point takes the same URIs", async () => {
  await using bridge = await startBridge();
  const { host } = new URL(bridge.url);
  for (const uri of [bridge.url, `test+ws://${host}/default?target=some/target&token=x`]) {
    await using conn = await connect(uri);
    assertEquals(await conn.getUri(), "test:///default");
  }
  assertEquals(bridge.accepted.map(({ path }) => path), ["/target", "/some/target"]);
});

test("web: lifecycle events", async () => {
  await using bridge = await startBridge();
  await using conn = await connectWeb(bridge.url);
  const domain = await conn.lookupDomainByName("test");
  await using events = conn.events(DomainEvent.LIFECYCLE, { domain });
  const iterator = events[Symbol.asyncIterator]();
  await events.ready;
  await domain.suspend();
  await domain.resume();
  const names = [];
  for (let i = 0; i < 2; i++) names.push((await iterator.next()).value!.eventName);
  assertEquals(names, ["SUSPENDED", "RESUMED"]);
});

test("web: 64 calls at once", async () => {
  await using bridge = await startBridge();
  await using conn = await connectWeb(bridge.url);
  const names = await Promise.all(Array.from({ length: 64 }, () => conn.getHostname()));
  assertEquals(new Set(names).size, 1);
});

test("web: a message of 28 MiB, and one that is too large", async () => {
  await using bridge = await startBridge();
  await using conn = await connectWeb(bridge.url);
  const cpu = `<cpu>${" ".repeat(4 * MIB - 20)}</cpu>`;
  // the hypervisor in memory does not know how, and says so when it has read it all
  await assertRejects(() => conn.baselineCpu(Array(7).fill(cpu)), LibvirtError);
  await assertRejects(() => conn.baselineCpu(Array(9).fill(cpu)));
  assertEquals(await conn.getType(), "TEST");
});

const VOLUME = `<volume><name>disk</name><capacity>67108864</capacity></volume>`;

async function makeVolume(url: string): Promise<StorageVol & AsyncDisposable> {
  const conn = await connectWeb(url);
  const pool = await conn.lookupStoragePoolByName("default-pool");
  const volume = await pool.createVolumeXml(VOLUME);
  return Object.assign(volume, { [Symbol.asyncDispose]: () => conn.close() });
}

for (const [what, between] of [["", undefined], [", slowly", slowly]] as const) {
  const size = between === undefined ? 48 * MIB : MIB;
  test(`web: a volume up and down again${what}`, async () => {
    await using bridge = await startBridge(between === undefined ? {} : { between });
    await using volume = await makeVolume(bridge.url);
    const bytes = noise(size);
    await volume.uploadFrom(bytes);
    const length = BigInt(size);
    const body = await new Response(await volume.download({ length })).arrayBuffer();
    assertEquals(await sha256(new Uint8Array(body)), await sha256(bytes));
  });
}

/** A server that hands on small pieces with a pause after each. */
function slowly(duplex: ByteDuplex): ByteDuplex {
  function pieces(): TransformStream<Uint8Array, Uint8Array> {
    return new TransformStream(
      {
        async transform(chunk, controller) {
          for (let at = 0; at < chunk.byteLength; at += 16_384) {
            controller.enqueue(chunk.subarray(at, at + 16_384));
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        },
      },
      { highWaterMark: 1 },
      { highWaterMark: 0 },
    );
  }
  const out = pieces();
  out.readable.pipeTo(duplex.writable).catch(() => {});
  return { ...duplex, readable: duplex.readable.pipeThrough(pieces()), writable: out.writable };
}

test("web: a slow reader of a download gets it all", async () => {
  await using bridge = await startBridge();
  await using volume = await makeVolume(bridge.url);
  const bytes = noise(48 * MIB);
  await volume.uploadFrom(bytes);
  const reader = (await volume.download({ length: BigInt(bytes.length) })).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let total = 0; total < bytes.length;) {
    const { value } = await reader.read();
    parts.push(value!.slice());
    total += value!.length;
    // long enough for all that is kept on the way to be full
    if (parts.length === 6) await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assertEquals((await reader.read()).done, true);
  assertEquals(
    await sha256(new Uint8Array(await new Blob(parts).arrayBuffer())),
    await sha256(bytes),
  );
});

test("web: a console", async () => {
  await using bridge = await startBridge();
  await using conn = await connectWeb(bridge.url);
  const domain = await conn.lookupDomainByName("test");
  const console = await domain.openConsole();
  const writer = console.writable.getWriter();
  const reader = console.readable.getReader();
  await writer.write(new TextEncoder().encode("hello"));
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), "hello");
  reader.releaseLock();
  writer.releaseLock();
  await console.close();
});

test("web: a server that goes away in the middle", async () => {
  await using bridge = await startBridge();
  const conn = await connectWeb(bridge.url);
  const events = conn.events(DomainEvent.LIFECYCLE);
  const next = events[Symbol.asyncIterator]().next();
  await events.ready;
  bridge.accepted[0]!.socket.close(1011, "out of order");
  const error = await assertRejects(() => next, ConnectionError);
  assertStringIncludes(error.message, "the server met an error (1011): out of order");
  assertEquals(await conn.closed, "error");
  await assertRejects(() => conn.getHostname(), ConnectionError);
  await conn.close();
});

test("web: each connection shows a ticket of its own", async () => {
  await using bridge = await startBridge();
  let issued = 0;
  const ticket = () => Promise.resolve(`ticket ${++issued}`);
  await using conn = await connectWeb(bridge.url, { ticket });
  const another = await conn.session.openAnother!();
  await another.close();
  assertEquals(bridge.tickets(), ["ticket 1", "ticket 2"]);
  await using _ = await connectWeb(`${bridge.url}?ticket=of%20the%20URI`);
  assertEquals(bridge.tickets().at(-1), "of the URI");
  assertEquals(bridge.accepted.at(-1)!.path, "/target");
});

test("web: a supervised connection is made again, with another ticket", async () => {
  await using bridge = await startBridge();
  let issued = 0;
  await using conn = await superviseWeb(bridge.url, {
    ticket: () => `ticket ${++issued}`,
    reconnect: { delay: 1 },
  });
  await using events = conn.watch(DomainEvent.LIFECYCLE);
  const iterator = events[Symbol.asyncIterator]();
  const next = iterator.next();
  bridge.accepted[0]!.socket.close(1001);
  assert((await next).value instanceof Resync);
  assertEquals((await conn.listAllDomains()).length, 1);
  assertEquals(bridge.tickets(), ["ticket 1", "ticket 2"]);
});

test("web: an attempt that takes too long", async () => {
  await using bridge = await startBridge({
    between: (duplex) => ({ ...duplex, readable: new ReadableStream() }),
  });
  const { name } = await assertRejects(() => connectWeb(bridge.url, { timeout: 50 })) as Error;
  assertEquals(name, "TimeoutError");
});

test("web: what no WebSocket leads to", async () => {
  for (const uri of ["qemu:///system", "test:///default", "qemu+tcp://host/system"]) {
    const error = await assertRejects(() => connectWeb(uri), UnsupportedError);
    assert(error.message.startsWith(`Cannot connect to "${uri}" over a WebSocket`), error.message);
  }
  await assertRejects(() => connectWeb("qemu+wss://host/system"), TypeError, "no target=");
});

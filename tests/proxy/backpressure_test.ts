import { assert, assertEquals } from "@std/assert";
import { createProxyWith } from "../../src/proxy/start.ts";
import { localContext } from "../../src/local_context.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { memoryPair } from "../../transports/memory.ts";
import { test } from "../harness.ts";
import { call, reply, streamData } from "../rpc/frames.ts";
import { base64Url, frame, openRaw, TOKEN } from "./proxies.ts";

const MIB = 1024 * 1024;
const DOWNLOAD = 209;
const UPLOAD = 208;

/** Bytes that a stopped peer may have taken from the other: the kernel's buffers, and ours. */
const BOUND = 32 * MIB;
const MUCH = 128;

/** Runs `use` with a proxy to a daemon that the test plays; it has answered the first call. */
async function withDaemon(
  use: (port: number, daemon: Promise<ByteDuplex>) => Promise<void>,
): Promise<void> {
  const arrived = Promise.withResolvers<ByteDuplex>();
  const dial = (): Promise<ByteDuplex> => {
    const [client, server] = memoryPair();
    arrived.resolve(server);
    return Promise.resolve(client);
  };
  await using proxy = await createProxyWith({ ...localContext(), dial }, {
    targets: { demo: "qemu:///system" },
    tokens: [{ name: "tester", token: TOKEN }],
    filter: "all",
    port: 0,
  });
  await use(proxy.port, arrived.promise);
  await proxy.close({ timeout: 0 });
}

/** Answers the proxy's own call, for the ways to authenticate. */
async function authenticate(daemon: ByteDuplex) {
  const reader = daemon.readable.getReader();
  const writer = daemon.writable.getWriter();
  await reader.read();
  await writer.write(reply(66, 1, new Uint8Array([0, 0, 0, 1, 0, 0, 0, 0])));
  return { reader, writer };
}

/** Waits until a number has not changed for so long. */
async function settled(read: () => number, milliseconds = 400): Promise<number> {
  for (;;) {
    const before = read();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    if (read() === before) return before;
  }
}

test("proxy: a client that stops reading stops the daemon", () =>
  withDaemon(async (port, arrived) => {
    const client = await openRaw(port);
    client.send(frame(call(DOWNLOAD, 1)));
    const { reader, writer } = await authenticate(await arrived);
    await reader.read();
    await writer.write(reply(DOWNLOAD, 1));
    await client.until(({ count }) => count > 150);
    client.socket.pause();
    const data = streamData(DOWNLOAD, 1, new Uint8Array(MIB - 28));
    let written = 0;
    const writing = (async () => {
      for (let i = 0; i < MUCH; i++) {
        await writer.write(data);
        written++;
      }
    })();
    const stopped = await settled(() => written);
    assert(stopped * MIB < BOUND, `${stopped} MiB were taken from the daemon`);
    const before = client.count;
    client.socket.resume();
    await writing;
    await client.until(({ count }) => count - before >= (MUCH - stopped) * MIB);
    assertEquals(written, MUCH);
    await client.close();
    await reader.cancel();
  }));

test("proxy: a daemon that stops reading stops the client", () =>
  withDaemon(async (port, arrived) => {
    const client = await openRaw(port);
    client.send(frame(call(UPLOAD, 1)));
    const { reader, writer } = await authenticate(await arrived);
    await reader.read();
    await writer.write(reply(UPLOAD, 1));
    const data = frame(streamData(UPLOAD, 1, new Uint8Array(MIB)));
    let sent = 0;
    const sending = (async () => {
      for (let i = 0; i < MUCH; i++) {
        const going = client.send(data);
        if (!going) {
          await new Promise((resolve) => client.socket.once("drain", () => resolve(undefined)));
        }
        sent++;
      }
    })();
    const stopped = await settled(() => sent);
    assert(stopped * MIB < BOUND, `${stopped} MiB were taken from the client`);
    let received = 0;
    while (received < MUCH * (MIB + 28)) {
      const { value } = await reader.read();
      received += value!.length;
    }
    await sending;
    assertEquals(received, MUCH * (MIB + 28));
    await client.close();
    await reader.cancel();
  }));

test("proxy: a client that asks for a pause gets nothing until it asks for more", () =>
  withDaemon(async (port, arrived) => {
    const protocols = [
      "virtwire.v1",
      "virtwire.v1.pause",
      `virtwire.token.${base64Url(TOKEN)}`,
    ];
    const client = await openRaw(port, "/demo", { protocols });
    assert(client.text.includes("virtwire.v1.pause"));
    const text = (word: string) => frame(new TextEncoder().encode(word), { opcode: 1 });
    client.send(text("pause"));
    client.send(frame(call(DOWNLOAD, 1)));
    const { reader, writer } = await authenticate(await arrived);
    // the call was sent after the word: whoever reads it has heard that
    await reader.read();
    const before = client.count;
    const data = streamData(DOWNLOAD, 1, new Uint8Array(MIB - 28));
    let written = 0;
    const writing = (async () => {
      for (; written < 16; written++) await writer.write(data);
    })();
    const stopped = await settled(() => written);
    assertEquals(client.count, before);
    assert(stopped < 4, `${stopped} MiB`);
    client.send(text("resume"));
    await writing;
    await client.until(({ count }) => count - before >= 16 * MIB);
    await client.close();
    await reader.cancel();
  }));
